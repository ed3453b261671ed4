import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, done, type Schemas } from "../../api/client";
import { usersQuery } from "../../api/queries";
import { CopyButton } from "../../ui/Copy";
import { ProblemAlert } from "../../ui/states";

/** A link that is shown once. */
export function OneTimeLink({ email, token }: { email: string; token: string }) {
  const link = `${location.origin}/password#${token}`;
  return (
    <Stack gap="sm">
      <Text size="sm">
        Give {email} this link. It works once, for seven days; it is shown here only. Who signs in by single
        sign-on with this address needs no link.
      </Text>
      <Group gap={4} wrap="nowrap" align="flex-start">
        <pre className="statement" style={{ flex: 1 }} data-testid="invitation-link">
          {link}
        </pre>
        <CopyButton text={link} what="invitation link" />
      </Group>
    </Stack>
  );
}

function Made({
  made,
  onAnother,
  onClose,
}: {
  made: Schemas["NewUser"];
  onAnother: () => void;
  onClose: () => void;
}) {
  return (
    <Stack>
      <OneTimeLink email={made.user.email} token={made.password_token} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onAnother}>
          Invite another
        </Button>
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { email: "" },
    validate: {
      email: (email) => (/^[^@\s]+@[^@\s]+$/.test(email.trim()) ? null : "Type an e-mail address"),
    },
  });
  const add = useMutation({
    mutationFn: (email: string) => done(api.POST("/api/v1/users", { body: { email } })),
    onSuccess: () => client.invalidateQueries({ queryKey: usersQuery.queryKey }),
  });
  if (add.data) {
    const another = () => {
      form.reset();
      add.reset();
    };
    return <Made made={add.data} onAnother={another} onClose={onClose} />;
  }
  return (
    <form noValidate onSubmit={form.onSubmit(({ email }) => add.mutate(email.trim()))}>
      <Stack>
        {add.error && <ProblemAlert error={add.error} />}
        <TextInput
          label="E-mail"
          description="They join your organization as a plain member; give roles afterwards."
          type="email"
          data-autofocus
          {...form.getInputProps("email")}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending}>
            Invite
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Invites somebody to the organisation. */
export function Invite({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Invite to your organization" closeOnClickOutside={false}>
      {opened && <Form onClose={onClose} />}
    </Modal>
  );
}
