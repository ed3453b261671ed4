import { Anchor, Badge, Box, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconDatabase } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { datasetQuery, datasetsQuery, workspacesQuery } from "../../api/queries";
import { holdDataset, revokeShare } from "../../core/acts/datasets";
import { rulesWords } from "../../core/describe/datasets";
import { useAct, useOwnCore } from "../../signing/hooks";
import { State } from "../../ui/badges";
import { CopyButton, Digest } from "../../ui/Copy";
import { Page } from "../../ui/Page";
import { Empty, Loaded, ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";
import { UseFrom } from "../../ui/UseFrom";

const ADD = "cloister dataset add patients.csv --name patients";

function AddByCommand() {
  return (
    <Stack gap={6} align="center">
      <Text size="sm" c="dimmed">
        Datasets are encrypted on your own machine by the command line, before anything leaves it:
      </Text>
      <Group gap={4} wrap="nowrap">
        <pre className="statement">{ADD}</pre>
        <CopyButton text={ADD} what="command" />
      </Group>
    </Stack>
  );
}

export function Data() {
  const datasets = useQuery(datasetsQuery);
  return (
    <Page
      title="Data"
      lead="Datasets you own, and those that others shared to workspaces of yours."
      actions={
        <UseFrom
          ways={[
            { what: "Add a dataset", cli: ADD },
            { what: "List datasets", cli: "cloister dataset list", api: "{origin}/api/v1/datasets" },
          ]}
        />
      }
    >
      <Box className="card" style={{ overflowX: "auto" }}>
        <Loaded of={datasets}>
          {(list) =>
            list.length === 0 ? (
              <Empty icon={IconDatabase} title="No datasets yet">
                <AddByCommand />
              </Empty>
            ) : (
              <Table aria-label="Datasets" miw={640} horizontalSpacing="md">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Name</Table.Th>
                    <Table.Th>Owner</Table.Th>
                    <Table.Th>Status</Table.Th>
                    <Table.Th>Shared to</Table.Th>
                    <Table.Th>Added</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {list.map((dataset) => {
                    const shares = dataset.shares.filter((share) => share.state === "live").length;
                    return (
                      <Table.Tr key={dataset.id}>
                        <Table.Td>
                          <Anchor component={Link} to={`/data/${dataset.id}`} size="sm" fw={550}>
                            {dataset.name}
                          </Anchor>{" "}
                          {dataset.own && (
                            <Badge size="xs" variant="default" tt="none">
                              yours
                            </Badge>
                          )}
                        </Table.Td>
                        <Table.Td>
                          {dataset.owner}, {dataset.organisation}
                        </Table.Td>
                        <Table.Td>
                          <State state={dataset.state === "deleted" ? "deleted" : "ready"} />
                        </Table.Td>
                        <Table.Td>
                          {shares === 0 ? "nobody" : shares === 1 ? "1 workspace" : `${shares} workspaces`}
                        </Table.Td>
                        <Table.Td>
                          <Time at={dataset.created} />
                        </Table.Td>
                      </Table.Tr>
                    );
                  })}
                </Table.Tbody>
              </Table>
            )
          }
        </Loaded>
      </Box>
    </Page>
  );
}

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

/** A dataset: schema and rules from its signed manifest, and where it is shared. */
export function DatasetPage() {
  const { id } = useParams({ from: "/inside/data/$id" });
  const core = useOwnCore();
  const dataset = useQuery(datasetQuery(id));
  const workspaces = useQuery(workspacesQuery);
  const names = new Map((workspaces.data ?? []).map((workspace) => [workspace.id, workspace.name]));
  const held = useQuery({
    queryKey: ["datasets", id, "held", dataset.data?.manifest ?? ""],
    queryFn: async () => holdDataset(await core(), id),
    enabled: dataset.data !== undefined,
    retry: false,
  });
  return (
    <Page
      title={dataset.data?.name ?? "Dataset"}
      lead={dataset.data && `Owned by ${dataset.data.owner}, ${dataset.data.organisation}`}
      above={
        <Anchor component={Link} to="/data" size="sm" mb={6} display="inline-block">
          Data
        </Anchor>
      }
      actions={
        <UseFrom
          ways={[
            { what: "Show it", cli: `cloister dataset show ${id}`, api: `{origin}/api/v1/datasets/${id}` },
            { what: "Share it", cli: `cloister dataset share ${id} --workspace NAME` },
          ]}
        />
      }
    >
      <Loaded of={dataset}>
        {(shown) => (
          <Stack gap="lg">
            <Box className="card" p="lg" component="section" aria-label="Schema and rules">
              <Group justify="space-between" mb="sm">
                <Title order={2} fz="md">
                  Schema and rules
                </Title>
                <Digest text={shown.manifest} what="manifest digest" />
              </Group>
              <Loaded of={held}>
                {({ manifest }) => (
                  <Stack>
                    <Stack gap={2}>
                      {rulesWords(manifest.rules).map((words) => (
                        <Text key={words} size="sm">
                          {words.replaceAll("`", "")}
                        </Text>
                      ))}
                    </Stack>
                    <Table aria-label="Columns" verticalSpacing={6}>
                      <Table.Thead>
                        <Table.Tr>
                          <Table.Th>Column</Table.Th>
                          <Table.Th>Type</Table.Th>
                          <Table.Th>May be empty</Table.Th>
                        </Table.Tr>
                      </Table.Thead>
                      <Table.Tbody>
                        {manifest.schema.map((column) => (
                          <Table.Tr key={column.name}>
                            <Table.Td>
                              <code className="digest">{column.name}</code>
                            </Table.Td>
                            <Table.Td>{column.type}</Table.Td>
                            <Table.Td>{column.nullable ? "yes" : "no"}</Table.Td>
                          </Table.Tr>
                        ))}
                      </Table.Tbody>
                    </Table>
                    <Text size="xs" c="dimmed">
                      Read from the owner's signed manifest, verified in this browser.
                    </Text>
                  </Stack>
                )}
              </Loaded>
            </Box>
            <Box className="card" p="lg" component="section" aria-label="Shares">
              <Title order={2} fz="md" mb="sm">
                Where it is shared
              </Title>
              {shown.shares.length === 0 ? (
                <Text size="sm" c="dimmed">
                  Nowhere: nobody but its owner can use it.
                </Text>
              ) : (
                <Table aria-label="Shares">
                  <Table.Tbody>
                    {shown.shares.map((share) => {
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
                            {shown.own && share.state === "live" && (
                              <Revoke id={id} workspace={share.workspace} name={name} />
                            )}
                          </Table.Td>
                        </Table.Tr>
                      );
                    })}
                  </Table.Tbody>
                </Table>
              )}
            </Box>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
