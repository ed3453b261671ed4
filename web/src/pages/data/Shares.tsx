import { Anchor, Box, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { workspacesQuery } from "../../api/queries";
import { type HeldDataset, rekeyDataset, revokeShare } from "../../core/acts/datasets";
import { useAct } from "../../signing/hooks";
import { State } from "../../ui/badges";
import { ProblemAlert } from "../../ui/states";
import { ShareDialog } from "./ShareDialog";

type Dataset = Schemas["Dataset"];

function Revoke({ id, workspace, name }: { id: string; workspace: string; name: string }) {
  const revoke = useAct((core, _: undefined) => revokeShare(core, id, workspace), [["datasets"]]);
  return (
    <Stack gap="xs" align="flex-end">
      <Button
        size="compact-xs"
        variant="default"
        loading={revoke.isPending}
        onClick={() => revoke.mutate(undefined)}
        aria-label={`Revoke from ${name}`}
      >
        Revoke
      </Button>
      {revoke.error && <ProblemAlert error={revoke.error} />}
    </Stack>
  );
}

function List({ dataset }: { dataset: Dataset }) {
  const workspaces = useQuery(workspacesQuery);
  const names = new Map((workspaces.data ?? []).map((workspace) => [workspace.id, workspace.name]));
  return (
    <Table aria-label="Shares">
      <Table.Tbody>
        {dataset.shares.map((share) => {
          const name = names.get(share.workspace) ?? "a workspace";
          return (
            <Table.Tr key={share.grant_digest}>
              <Table.Td>
                <Anchor component={Link} to={`/workspaces/${share.workspace}`} size="sm">
                  {name}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <code className="digest">{share.sql_name}</code>
              </Table.Td>
              <Table.Td>
                <State state={share.state} />
              </Table.Td>
              <Table.Td ta="right">
                {dataset.own && share.state === "live" && (
                  <Revoke id={dataset.id} workspace={share.workspace} name={name} />
                )}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function Rekey({ id }: { id: string }) {
  const rekey = useAct((core, _: undefined) => rekeyDataset(core, id), [["datasets"]]);
  return (
    <>
      {rekey.error && <ProblemAlert error={rekey.error} />}
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="subtle"
          loading={rekey.isPending}
          onClick={() => rekey.mutate(undefined)}
        >
          Seal its key anew
        </Button>
        <Text size="xs" c="dimmed">
          {rekey.data ? `Sealed for ${rekey.data.length}.` : "After a broker was replaced."}
        </Text>
      </Group>
    </>
  );
}

/** Where a dataset is shared. */
export function Shares({ dataset, held }: { dataset: Dataset; held: HeldDataset | undefined }) {
  const [sharing, setSharing] = useState(false);
  const mine = dataset.own && dataset.state !== "deleted" && held && held.manifest.format !== "raw";
  const live = dataset.shares.some((share) => share.state === "live");
  return (
    <Box className="card" p="lg" component="section" aria-label="Shares">
      {sharing && held && <ShareDialog held={held} onClose={() => setSharing(false)} />}
      <Group justify="space-between" mb="sm">
        <Title order={2} fz="md">
          Where it is shared
        </Title>
        {mine && (
          <Button size="xs" onClick={() => setSharing(true)}>
            Share
          </Button>
        )}
      </Group>
      {dataset.shares.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nowhere: nobody but its owner can use it.
        </Text>
      ) : (
        <List dataset={dataset} />
      )}
      {mine && live && <Rekey id={dataset.id} />}
    </Box>
  );
}
