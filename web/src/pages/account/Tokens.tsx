import "../../styles-forms";
import {
  Alert,
  Box,
  Button,
  Checkbox,
  Group,
  Modal,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, done, type Schemas } from "../../api/client";
import { tokensQuery } from "../../api/queries";
import { CopyButton } from "../../ui/Copy";
import { Empty, Loaded, ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";

type Scope = Schemas["Scope"];

const SCOPES: [Scope, string, string][] = [
  ["read", "Read", "Everything you may read"],
  ["write", "Write", "Everything you may do, except sign-in, tokens, sessions and roles"],
  ["admin", "Admin", "Users and roles of your organization, as far as you may"],
];

function Made({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Stack>
      <Alert
        color="yellow"
        variant="light"
        title="Shown once"
        styles={{ title: { color: "var(--mantine-color-text)" } }}
      >
        <Text size="sm">Copy the token now: the server keeps only its hash and cannot show it again.</Text>
      </Alert>
      <Group gap={4} wrap="nowrap">
        <pre className="statement" style={{ flex: 1 }} data-testid="token">
          {secret}
        </pre>
        <CopyButton text={secret} what="token" />
      </Group>
      <Group justify="flex-end">
        <Button onClick={onClose}>I have copied it</Button>
      </Group>
    </Stack>
  );
}

function Create({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { label: "", scopes: ["read"] as string[], days: "90" },
    validate: { scopes: (scopes) => (scopes.length > 0 ? null : "Choose at least one") },
  });
  const make = useMutation({
    mutationFn: (typed: { label: string; scopes: string[]; days: string }) =>
      done(
        api.POST("/api/v1/tokens", {
          body: {
            label: typed.label.trim() || null,
            scopes: typed.scopes as Scope[],
            expires_in_days: Number(typed.days),
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  if (make.data) return <Made secret={make.data.secret} onClose={onClose} />;
  return (
    <form noValidate onSubmit={form.onSubmit((typed) => make.mutate(typed))}>
      <Stack>
        {make.error && <ProblemAlert error={make.error} />}
        <TextInput
          label="What it is for"
          placeholder="nightly export"
          data-autofocus
          maxLength={100}
          {...form.getInputProps("label")}
        />
        <Checkbox.Group label="What it may do" {...form.getInputProps("scopes")}>
          <Stack gap="xs" mt={6}>
            {SCOPES.map(([value, label, description]) => (
              <Checkbox key={value} value={value} label={label} description={description} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select
          label="Expires after"
          allowDeselect={false}
          data={[
            { value: "7", label: "7 days" },
            { value: "30", label: "30 days" },
            { value: "90", label: "90 days" },
            { value: "366", label: "A year" },
          ]}
          {...form.getInputProps("days")}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function Tokens() {
  const tokens = useQuery(tokensQuery);
  const client = useQueryClient();
  const [opened, dialog] = useDisclosure(false);
  const [ending, setEnding] = useState<Schemas["Token"]>();
  const end = useMutation({
    mutationFn: (id: string) => done(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } })),
    onSuccess: async () => {
      setEnding(undefined);
      notifications.show({ message: "The token is ended." });
      await client.invalidateQueries({ queryKey: tokensQuery.queryKey });
    },
  });
  const create = (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={dialog.open}>
      New token
    </Button>
  );
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" maw={620}>
          A token acts as you from scripts. It never can sign or decrypt: keys stay on your devices.
        </Text>
        {(tokens.data?.length ?? 0) > 0 && create}
      </Group>
      <Box className="card" style={{ overflowX: "auto" }}>
        <Loaded of={tokens}>
          {(list) =>
            list.length === 0 ? (
              <Empty icon={IconKey} title="No API tokens" action={create}>
                Make one for a script or a pipeline, with no more than it needs.
              </Empty>
            ) : (
              <Table aria-label="API tokens" miw={640}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>For</Table.Th>
                    <Table.Th>Begins with</Table.Th>
                    <Table.Th>May</Table.Th>
                    <Table.Th>Created</Table.Th>
                    <Table.Th>Expires</Table.Th>
                    <Table.Th aria-label="Acts" />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {list.map((token) => (
                    <Table.Tr key={token.id}>
                      <Table.Td>{token.label ?? "-"}</Table.Td>
                      <Table.Td>
                        <code className="digest">{token.prefix}</code>
                      </Table.Td>
                      <Table.Td>{token.scopes.join(", ")}</Table.Td>
                      <Table.Td>
                        <Time at={token.created} />
                      </Table.Td>
                      <Table.Td>
                        <Time at={token.expires} />
                      </Table.Td>
                      <Table.Td ta="right">
                        <Button
                          size="compact-xs"
                          variant="default"
                          onClick={() => setEnding(token)}
                          aria-label={`End the token ${token.label ?? token.prefix}`}
                        >
                          End
                        </Button>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Loaded>
      </Box>
      <Modal opened={opened} onClose={dialog.close} title="New API token" closeOnClickOutside={false}>
        <Create onClose={dialog.close} />
      </Modal>
      <Modal opened={ending !== undefined} onClose={() => setEnding(undefined)} title="End this token?">
        <Stack>
          {end.error && <ProblemAlert error={end.error} />}
          <Text size="sm">
            What uses {ending?.label ?? ending?.prefix} is refused from the next request on.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setEnding(undefined)}>
              Cancel
            </Button>
            <Button color="red.9" loading={end.isPending} onClick={() => ending && end.mutate(ending.id)}>
              End token
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Stack>
  );
}
