import {
  Box,
  Button,
  Group,
  Modal,
  PasswordInput,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconFingerprint } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, api, done, type Schemas } from "../../api/client";
import { passkeysQuery } from "../../api/queries";
import { addPasskey, passkeysHere } from "../../session/passkeys";
import { Empty, Loaded, ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";

type Passkey = Schemas["Passkey"];

function useChanged() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
}

/** What the account's owner is asked when the session is no longer fresh. */
const wantsPassword = (error: unknown) => error instanceof ApiError && error.check === "fresh";

function Add() {
  const changed = useChanged();
  const form = useForm({
    initialValues: { name: "", password: "" },
    validate: {
      name: (name) => (/^.{1,100}$/.test(name.trim()) ? null : "1 to 100 characters, such as Laptop"),
    },
  });
  const add = useMutation({
    mutationFn: (typed: { name: string; password: string }) => addPasskey(typed.name.trim(), typed.password),
    onSuccess: () => {
      form.reset();
      return changed();
    },
  });
  return (
    <Box
      className="card"
      p="lg"
      component="form"
      aria-label="Add a passkey"
      onSubmit={form.onSubmit((typed) => add.mutate(typed))}
      noValidate
    >
      <Stack gap="sm" maw={460}>
        <Title order={2} fz="sm">
          Add a passkey of this device
        </Title>
        {add.error && !wantsPassword(add.error) && <ProblemAlert error={add.error} />}
        <TextInput
          label="Name"
          placeholder="Laptop, security key, phone"
          maxLength={100}
          {...form.getInputProps("name")}
        />
        {wantsPassword(add.error) && (
          <PasswordInput
            label="Password"
            description="You signed in a while ago: prove once more that it is you"
            autoComplete="current-password"
            data-autofocus
            visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
            {...form.getInputProps("password")}
          />
        )}
        <Group>
          <Button type="submit" loading={add.isPending}>
            Add a passkey
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}

/** Removing one, asked for once more. */
function Remove({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const changed = useChanged();
  const remove = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/passkeys/{id}", { params: { path: { id: passkey.id } } })),
    onSuccess: async () => {
      onClose();
      await changed();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Remove ${passkey.name}?`} centered>
      <Stack gap="md">
        <Text size="sm">
          Nobody signs in with it any more, and the sessions that it began end now. Remove it from the device
          too, so that it is not offered again.
        </Text>
        {remove.error && <ProblemAlert error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep it
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            Remove
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Row({ passkey, onRemove }: { passkey: Passkey; onRemove: () => void }) {
  return (
    <Table.Tr>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{passkey.name}</Table.Td>
      <Table.Td>
        <Time at={passkey.created} />
      </Table.Td>
      <Table.Td>{passkey.last_used ? <Time at={passkey.last_used} /> : "never"}</Table.Td>
      <Table.Td ta="right">
        <Button size="compact-xs" variant="default" aria-label={`Remove ${passkey.name}`} onClick={onRemove}>
          Remove
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function List({ all, onRemove }: { all: Passkey[]; onRemove: (passkey: Passkey) => void }) {
  if (all.length === 0) {
    return (
      <Empty icon={IconFingerprint} title="No passkeys yet">
        With a passkey you sign in by finger, face or PIN, and nobody can phish it. It does not replace the
        keys that sign and decrypt.
      </Empty>
    );
  }
  return (
    <Table aria-label="Passkeys" miw={520}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>Added</Table.Th>
          <Table.Th>Last used</Table.Th>
          <Table.Th aria-label="Acts" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {all.map((passkey) => (
          <Row key={passkey.id} passkey={passkey} onRemove={() => onRemove(passkey)} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** How one signs in without a password. */
export function Passkeys() {
  const passkeys = useQuery(passkeysQuery);
  const [leaving, setLeaving] = useState<Passkey>();
  return (
    <Stack>
      {leaving && <Remove passkey={leaving} onClose={() => setLeaving(undefined)} />}
      <Box className="card" style={{ overflowX: "auto" }}>
        <Loaded of={passkeys}>{(all) => <List all={all} onRemove={setLeaving} />}</Loaded>
      </Box>
      {passkeysHere() ? (
        <Add />
      ) : (
        <Text size="sm" c="dimmed">
          This browser gives no passkeys here: they need TLS, a host with a name instead of an address, and a
          browser of 2024 or later.
        </Text>
      )}
    </Stack>
  );
}
