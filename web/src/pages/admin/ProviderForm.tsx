import "../../styles-forms";
import {
  ActionIcon,
  Button,
  Group,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, done } from "../../api/client";
import { type Provider, signInSettingsQuery } from "../../api/queries";
import { ProblemAlert } from "../../ui/states";

interface Typed {
  name: string;
  issuer: string;
  client: string;
  secret: string;
  domains: string;
  claim: string;
  rules: { group: string; role: string }[];
}

export const splitDomains = (text: string) => [
  ...new Set(
    text
      .toLowerCase()
      .split(/[\s,;]+/)
      .filter((part) => part !== ""),
  ),
];

const rulesOf = (provider?: Provider) =>
  Object.entries(provider?.roles ?? {}).map(([group, role]) => ({ group, role }));

/** A provider, new or changed. */
export function ProviderForm(props: {
  provider?: Provider | undefined;
  domain: string;
  onClose: () => void;
}) {
  const { provider } = props;
  const client = useQueryClient();
  const form = useForm<Typed>({
    initialValues: {
      name: provider?.name ?? "",
      issuer: provider?.issuer ?? "",
      client: provider?.client_id ?? "",
      secret: "",
      domains: provider?.domains.join(", ") ?? props.domain,
      claim: provider?.groups_claim ?? "groups",
      rules: rulesOf(provider),
    },
    validate: {
      name: (name) => (name.trim() ? null : "What its button says"),
      issuer: (issuer) => (/^https?:\/\/\S+$/.test(issuer.trim()) ? null : "A URL, as the provider shows it"),
      client: (id) => (id.trim() ? null : "The client id you registered"),
      domains: (text) => (splitDomains(text).length > 0 ? null : "At least one domain"),
      rules: { group: (group) => (group.trim() ? null : "The group's name") },
    },
  });
  const save = useMutation({
    mutationFn: (typed: Typed) =>
      done(
        api.PUT("/api/v1/sign-in/providers", {
          body: {
            name: typed.name.trim(),
            issuer: typed.issuer.trim(),
            client_id: typed.client.trim(),
            domains: splitDomains(typed.domains),
            groups_claim: typed.claim.trim() || null,
            roles: Object.fromEntries(typed.rules.map((rule) => [rule.group.trim(), rule.role])),
            ...(typed.secret ? { client_secret: typed.secret } : {}),
          },
        }),
      ),
    onSuccess: () => {
      notifications.show({ message: 'Saved. "Test sign-in" asks whether the provider answers.' });
      props.onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: signInSettingsQuery.queryKey }),
  });
  return (
    <form noValidate onSubmit={form.onSubmit((typed) => save.mutate(typed))}>
      <Stack>
        {save.error && <ProblemAlert error={save.error} />}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label="Name"
            placeholder="Hospital login"
            data-autofocus
            {...form.getInputProps("name")}
          />
          <TextInput
            label="E-mail domains"
            placeholder="hospital.example"
            {...form.getInputProps("domains")}
          />
        </SimpleGrid>
        <TextInput
          label="Issuer"
          description="The URL whose /.well-known/openid-configuration is the discovery document"
          placeholder="https://login.hospital.example/realms/main"
          readOnly={provider !== undefined}
          {...form.getInputProps("issuer")}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput label="Client id" {...form.getInputProps("client")} />
          <PasswordInput
            label="Client secret"
            description={
              provider?.has_secret ? "Empty keeps the one that is there" : "Empty for a public client"
            }
            autoComplete="off"
            visibilityToggleButtonProps={{ "aria-label": "Show the secret" }}
            {...form.getInputProps("secret")}
          />
        </SimpleGrid>
        <Stack gap="xs">
          <Text size="sm" fw={500}>
            Roles by group
          </Text>
          {form.values.rules.map((rule, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are edited in place and have no other name
            <Group key={index} align="flex-start" wrap="nowrap">
              <TextInput
                aria-label={`Group ${index + 1}`}
                placeholder="group"
                style={{ flex: 1 }}
                {...form.getInputProps(`rules.${index}.group`)}
              />
              <Select
                aria-label={`Role of group ${index + 1}`}
                w={180}
                allowDeselect={false}
                value={rule.role}
                onChange={(role) => form.setFieldValue(`rules.${index}.role`, role ?? "workspace_admin")}
                data={[
                  { value: "workspace_admin", label: "Workspace admin" },
                  { value: "auditor", label: "Auditor" },
                ]}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`Remove group ${index + 1}`}
                onClick={() => form.removeListItem("rules", index)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
          ))}
          <Group>
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconPlus size={14} />}
              onClick={() => form.insertListItem("rules", { group: "", role: "workspace_admin" })}
            >
              Add group
            </Button>
          </Group>
          {form.values.rules.length > 0 && (
            <TextInput label="Claim that lists groups" {...form.getInputProps("claim")} />
          )}
        </Stack>
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
