import { Box, Button, Group, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, done, type Schemas } from "../../api/client";
import type { Workspace } from "../../api/queries";
import { changeCharter } from "../../core/acts/change";
import { holdWorkspace } from "../../core/acts/hold";
import { useAct } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";

type Proposal = Schemas["Proposal"];

const keyOf = (workspace: string) => ["workspaces", workspace, "proposals"];
const dismiss = (id: string) => done(api.DELETE("/api/v1/proposals/{id}", { params: { path: { id } } }));

function words({ add, remove }: Proposal): string {
  const parts = [
    ...(add.length > 0 ? [`add ${add.join(", ")}`] : []),
    ...(remove.length > 0 ? [`remove ${remove.join(", ")}`] : []),
  ];
  return parts.join("; ");
}

function One({ proposal, workspace }: { proposal: Proposal; workspace: Workspace }) {
  const client = useQueryClient();
  const { add, remove } = proposal;
  const adopt = useAct(
    async (core, id: string) => {
      const made = await changeCharter(core, await holdWorkspace(core, workspace.id), { add, remove });
      // The charter that comes of it is signed; where another is in force at once, the proposal went with it.
      await dismiss(id).catch(() => undefined);
      return made;
    },
    [["workspaces"], ["held", workspace.id]],
    () => notifications.show({ message: "Signed. It is in force when everyone it needs has accepted." }),
  );
  const drop = useMutation({
    mutationFn: dismiss,
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(workspace.id) }),
  });
  return (
    <Stack gap={6} component="li">
      <Text size="sm">
        {proposal.author} proposes to {words(proposal)}.{" "}
        <Text span size="xs" c="dimmed">
          <Time at={proposal.created} />
        </Text>
      </Text>
      {adopt.error && <ProblemAlert error={adopt.error} />}
      {drop.error && <ProblemAlert error={drop.error} />}
      <Group gap="xs">
        <Button
          size="xs"
          disabled={workspace.pending_charter != null}
          loading={adopt.isPending}
          onClick={() => adopt.mutate(proposal.id)}
        >
          Review and sign
        </Button>
        <Button size="xs" variant="default" loading={drop.isPending} onClick={() => drop.mutate(proposal.id)}>
          Dismiss
        </Button>
      </Group>
    </Stack>
  );
}

/** What an organisation's admin proposes to those whom the charter lets decide. */
export function Proposals({ workspace }: { workspace: Workspace }) {
  const proposals = useQuery({
    queryKey: keyOf(workspace.id),
    queryFn: () =>
      done(api.GET("/api/v1/workspaces/{id}/proposals", { params: { path: { id: workspace.id } } })),
  });
  const list = proposals.data?.items ?? [];
  if (list.length === 0) return null;
  return (
    <Box className="card" p="lg" component="section" aria-label="Proposed changes">
      <Title order={2} fz="sm" mb={4}>
        Proposed changes
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        An organization admin proposes, and you decide: nothing changes before an administrator of the charter
        signs.
        {workspace.pending_charter && " A version waits for answers already: one change at a time."}
      </Text>
      <Stack gap="md" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {list.map((proposal) => (
          <One key={proposal.id} proposal={proposal} workspace={workspace} />
        ))}
      </Stack>
    </Box>
  );
}
