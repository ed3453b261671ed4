import "../../styles-forms";
import { Alert, Box, Button, Group, Modal, Radio, Stack, Table, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconCheck, IconKey, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, done, type Schemas } from "../../api/client";
import { meQuery, type Provider, signInSettingsQuery } from "../../api/queries";
import { CopyButton } from "../../ui/Copy";
import { Empty, Loaded, ProblemAlert, Rows } from "../../ui/states";
import { ProviderForm } from "./ProviderForm";

type Local = Schemas["LocalSignIn"];

function Test({ provider }: { provider: Provider }) {
  const test = useMutation({
    mutationFn: () =>
      done(api.POST("/api/v1/sign-in/providers/{id}/tests", { params: { path: { id: provider.id } } })),
  });
  return (
    <Stack gap="xs" align="flex-start">
      <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
        Test sign-in
      </Button>
      {test.error && <ProblemAlert error={test.error} title="The provider does not answer as it should" />}
      {test.isSuccess && (
        <Alert color="green" variant="light" icon={<IconCheck size={16} />} role="status" p="xs">
          <Text size="sm" c="var(--mantine-color-text)">
            The provider answers with its discovery document and keys. To try the whole way, open{" "}
            <a href={`/auth/oidc/${provider.id}/start?back=/signed-in`} target="_blank" rel="noopener">
              its sign-in
            </a>{" "}
            in a new tab; you stay signed in here.
          </Text>
        </Alert>
      )}
    </Stack>
  );
}

function Copied({ name, text }: { name: string; text: string }) {
  return (
    <Table.Tr>
      <Table.Th w={190} fw={500}>
        {name}
      </Table.Th>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <code className="digest">{text}</code>
          <CopyButton text={text} what={name} />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function One(props: { provider: Provider; onEdit: () => void; onRemove: () => void }) {
  const { provider } = props;
  const byFile = provider.source === "file";
  const rules = Object.entries(provider.roles);
  return (
    <Box className="card" p="md" component="section" aria-label={provider.name}>
      <Group justify="space-between" mb="xs">
        <Title order={3} fz="sm">
          {provider.name}
        </Title>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={props.onEdit} disabled={byFile}>
            Change
          </Button>
          <Button size="xs" variant="default" onClick={props.onRemove} disabled={byFile}>
            Remove
          </Button>
        </Group>
      </Group>
      {byFile && (
        <Text size="xs" c="dimmed" mb="xs">
          Set by the server's operator in its providers' file; change it there.
        </Text>
      )}
      <Table aria-label={`Settings of ${provider.name}`} mb="sm">
        <Table.Tbody>
          <Copied name="Issuer" text={provider.issuer} />
          <Copied name="Client id" text={provider.client_id} />
          <Copied name="Redirect URL to register" text={provider.redirect_url} />
          <Copied name="Logout URL to register" text={provider.logout_url} />
          <Table.Tr>
            <Table.Th fw={500}>E-mail domains</Table.Th>
            <Table.Td>{provider.domains.join(", ")}</Table.Td>
          </Table.Tr>
          <Table.Tr>
            <Table.Th fw={500}>Roles by group</Table.Th>
            <Table.Td>
              {rules.length === 0
                ? "none: roles are given here"
                : rules.map(([group, role]) => `${group}: ${role.replaceAll("_", " ")}`).join("; ")}
            </Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
      <Test provider={provider} />
    </Box>
  );
}

function Passwords({ local, providers }: { local: Local; providers: number }) {
  const client = useQueryClient();
  const set = useMutation({
    mutationFn: (wanted: Local) => done(api.PUT("/api/v1/sign-in/local", { body: { local: wanted } })),
    onSuccess: () => notifications.show({ message: "Saved. It holds from the next sign-in on." }),
    onSettled: () => client.invalidateQueries({ queryKey: signInSettingsQuery.queryKey }),
  });
  return (
    <Box className="card" p="md" component="section" aria-label="Passwords">
      <Stack gap="sm">
        {set.error && <ProblemAlert error={set.error} />}
        <Radio.Group
          label="Who may sign in with a password"
          value={set.isPending ? set.variables : local}
          onChange={(value) => set.mutate(value as Local)}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="all" label="Everybody who has one" />
            <Radio
              value="break_glass"
              label="Organization admins only"
              description="For when the provider is broken: you can always get back in with your own password."
              disabled={providers === 0}
            />
          </Stack>
        </Radio.Group>
        {providers === 0 && (
          <Text size="xs" c="dimmed">
            Add a provider first: without one, nobody else could sign in.
          </Text>
        )}
      </Stack>
    </Box>
  );
}

/** How the organisation's people sign in. An admin's own password always opens the door again. */
export function SignInSettings() {
  const settings = useQuery(signInSettingsQuery);
  const { data: me } = useSuspenseQuery(meQuery);
  const client = useQueryClient();
  const [opened, dialog] = useDisclosure(false);
  const [edited, setEdited] = useState<Provider>();
  const [removed, setRemoved] = useState<Provider>();
  const remove = useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE("/api/v1/sign-in/providers/{id}", { params: { path: { id } } })),
    onSuccess: () => {
      setRemoved(undefined);
      notifications.show({ message: "The provider is removed." });
    },
    onSettled: () => client.invalidateQueries({ queryKey: signInSettingsQuery.queryKey }),
  });
  const edit = (provider?: Provider) => {
    setEdited(provider);
    dialog.open();
  };
  const add = (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => edit()}>
      Add provider
    </Button>
  );
  return (
    <Stack gap="lg">
      <Loaded of={settings} waiting={<Rows />}>
        {({ local, providers }) => (
          <>
            <Group justify="space-between">
              <Title order={2} fz="md">
                Identity providers
              </Title>
              {providers.length > 0 && add}
            </Group>
            {providers.length === 0 ? (
              <Box className="card">
                <Empty icon={IconKey} title="No identity provider yet" action={add}>
                  With OpenID Connect (Entra, Okta, Keycloak, Google Workspace) people sign in as they do
                  everywhere else, and leave when they leave your organization.
                </Empty>
              </Box>
            ) : (
              providers.map((provider) => (
                <One
                  key={provider.id}
                  provider={provider}
                  onEdit={() => edit(provider)}
                  onRemove={() => setRemoved(provider)}
                />
              ))
            )}
            <Title order={2} fz="md">
              Passwords
            </Title>
            <Passwords local={local} providers={providers.length} />
          </>
        )}
      </Loaded>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={edited ? `Change ${edited.name}` : "Add provider"}
        size="lg"
        closeOnClickOutside={false}
      >
        {opened && (
          <ProviderForm provider={edited} domain={me.user.email.split("@")[1] ?? ""} onClose={dialog.close} />
        )}
      </Modal>
      <Modal
        opened={removed !== undefined}
        onClose={() => setRemoved(undefined)}
        title={`Remove ${removed?.name ?? ""}?`}
      >
        <Stack>
          {remove.error && <ProblemAlert error={remove.error} />}
          <Text size="sm">
            Who signs in through it only cannot sign in any more, until they are given a password. Sessions
            that are open stay open.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setRemoved(undefined)}>
              Cancel
            </Button>
            <Button
              color="red.9"
              loading={remove.isPending}
              onClick={() => removed && remove.mutate(removed.id)}
            >
              Remove
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Stack>
  );
}
