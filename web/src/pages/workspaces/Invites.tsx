import { Anchor, Box, Button, Group, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, done } from "../../api/client";
import type { Member, Workspace } from "../../api/queries";
import { holdWorkspace } from "../../core/acts/hold";
import { useAct } from "../../signing/hooks";
import { State } from "../../ui/badges";
import { CopyButton } from "../../ui/Copy";
import { ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";
import { asked, mayWithdraw, nextStep } from "./groups";

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
  const list = asked(workspace);
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
        {list.map((member) => (
          <Table.Tr key={member.certificate}>
            <Table.Td>{member.email}</Table.Td>
            <Table.Td>{member.organisation}</Table.Td>
            <Table.Td>
              {member.answer === "not_needed" ? (
                <Text size="sm" c="dimmed">
                  not needed
                </Text>
              ) : (
                <State state={member.answer} />
              )}
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

/** Takes the charter that waits back, by a signed refusal of it. */
export function Withdraw({ workspace }: { workspace: Workspace }) {
  const withdraw = useAct(
    async (core, id: string) => {
      const { declineCharter } = await import("../../core/acts/answer");
      return declineCharter(core, await holdWorkspace(core, id));
    },
    [["workspaces"], ["held", workspace.id]],
    () => notifications.show({ message: `The charter of ${workspace.name} that waited is void.` }),
  );
  return (
    <>
      <Button
        size="xs"
        variant="default"
        loading={withdraw.isPending}
        onClick={() => withdraw.mutate(workspace.id)}
        aria-label={`Withdraw the charter of ${workspace.name}`}
      >
        Withdraw
      </Button>
      {withdraw.error && <ProblemAlert error={withdraw.error} />}
    </>
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
                {workspace.proposed_by && `. Proposed by ${workspace.proposed_by}`}
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
              {mayWithdraw(workspace, email) && <Withdraw workspace={workspace} />}
            </Group>
          </Group>
          <Answers workspace={workspace} email={email} />
        </Box>
      ))}
    </Stack>
  );
}
