import { Anchor, Box, Button, Group, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, done } from "../../api/client";
import type { Member, Workspace } from "../../api/queries";
import { State } from "../../ui/badges";
import { CopyButton } from "../../ui/Copy";
import { ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";
import { nextStep } from "./groups";

function Resend({ workspace, member }: { workspace: Workspace; member: Member }) {
  const resend = useMutation({
    mutationFn: () =>
      done(
        api.POST("/api/v1/workspaces/{id}/resends", {
          params: { path: { id: workspace.id } },
          body: { email: member.email },
        }),
      ),
    onSuccess: () => notifications.show({ message: `${member.email} is told again.` }),
  });
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={resend.isPending}
        onClick={() => resend.mutate()}
        aria-label={`Resend to ${member.email}`}
      >
        Resend
      </Button>
      {resend.error && <ProblemAlert error={resend.error} />}
    </>
  );
}

/** Who accepted, is pending, declined, and when. */
export function Answers({ workspace, email }: { workspace: Workspace; email: string }) {
  const admin = workspace.members.some((member) => member.email === email && member.administrator);
  return (
    <Table aria-label={`Answers to ${workspace.name}`} miw={560}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Member</Table.Th>
          <Table.Th>Organization</Table.Th>
          <Table.Th>Answer</Table.Th>
          <Table.Th>When</Table.Th>
          <Table.Th aria-label="Acts" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {workspace.members.map((member) => (
          <Table.Tr key={member.certificate}>
            <Table.Td>{member.email}</Table.Td>
            <Table.Td>{member.organisation}</Table.Td>
            <Table.Td>
              <State state={member.answer} />
            </Table.Td>
            <Table.Td>
              <Time at={member.answered ?? member.invited} />
            </Table.Td>
            <Table.Td ta="right">
              {admin && member.answer === "pending" && member.email !== email && (
                <Resend workspace={workspace} member={member} />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Charters that wait for answers. */
export function Invites({ list, email }: { list: Workspace[]; email: string }) {
  return (
    <Stack>
      {list.map((workspace) => (
        <Box
          className="card"
          key={workspace.id}
          component="section"
          aria-label={workspace.name}
          style={{ overflowX: "auto" }}
        >
          <Group justify="space-between" px="md" pt="sm">
            <div>
              <Anchor component={Link} to={`/workspaces/${workspace.id}`} fw={550} size="sm">
                {workspace.name}
              </Anchor>
              <Text size="xs" c="dimmed">
                {nextStep(workspace, email)}
              </Text>
            </div>
            <Group gap="xs">
              <Text size="xs" c="dimmed">
                Copy link
              </Text>
              <CopyButton
                text={`${location.origin}/workspaces/${workspace.id}`}
                what={`link to ${workspace.name}`}
              />
              <Button size="xs" variant="default" component={Link} to={`/workspaces/${workspace.id}`}>
                Open
              </Button>
            </Group>
          </Group>
          <Answers workspace={workspace} email={email} />
        </Box>
      ))}
    </Stack>
  );
}
