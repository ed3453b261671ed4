/** What is in a workspace: datasets, jobs, runs, its log. */
import { Anchor, Badge, Box, Button, Table, Text } from "@mantine/core";
import { IconCode, IconDatabase, IconPlayerPlay } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import {
  workspaceDatasetsQuery,
  workspaceJobsQuery,
  workspaceQuery,
  workspaceRunsQuery,
} from "../../api/queries";
import { State } from "../../ui/badges";
import { Empty, Loaded } from "../../ui/states";
import { Time } from "../../ui/Time";
import { elapsed } from "../../ui/time";
import { LogTable } from "../trust/AuditLog";
import { readSearch } from "../trust/filter";

const FROM = "/inside/workspaces/$id";

export function Datasets() {
  const { id } = useParams({ from: FROM });
  const datasets = useQuery(workspaceDatasetsQuery(id));
  return (
    <Box className="card" style={{ overflowX: "auto" }}>
      <Loaded of={datasets}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon={IconDatabase} title="No dataset is shared here">
              Owners share their datasets:{" "}
              <code>cloister dataset share NAME --workspace {id.slice(0, 8)}</code>. Members see schema and
              rules, never rows.
            </Empty>
          ) : (
            <Table aria-label="Datasets" miw={620}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th>In SQL</Table.Th>
                  <Table.Th>Owner</Table.Th>
                  <Table.Th>Share</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {list.flatMap((dataset) =>
                  dataset.shares
                    .filter((share) => share.workspace === id)
                    .map((share) => (
                      <Table.Tr key={share.grant_digest}>
                        <Table.Td>
                          <Anchor component={Link} to={`/data/${dataset.id}`} size="sm">
                            {dataset.name}
                          </Anchor>
                        </Table.Td>
                        <Table.Td>
                          <code className="digest">{share.sql_name}</code>
                        </Table.Td>
                        <Table.Td>
                          {dataset.owner}, {dataset.organisation}
                        </Table.Td>
                        <Table.Td>
                          <State state={share.state} />
                        </Table.Td>
                      </Table.Tr>
                    )),
                )}
              </Table.Tbody>
            </Table>
          )
        }
      </Loaded>
    </Box>
  );
}

export function Jobs() {
  const { id } = useParams({ from: FROM });
  const jobs = useQuery(workspaceJobsQuery(id));
  const workspace = useQuery(workspaceQuery(id));
  const open = workspace.data?.state === "active" && workspace.data.kind === "analytics";
  const create = open && (
    <Button size="xs" component={Link} to={`/workspaces/${id}/jobs/new`}>
      New job
    </Button>
  );
  return (
    <>
      {(jobs.data?.length ?? 0) > 0 && <Box mb="sm">{create}</Box>}
      <Box className="card" style={{ overflowX: "auto" }}>
        <Loaded of={jobs}>
          {(list) =>
            list.length === 0 ? (
              <Empty icon={IconCode} title="No jobs yet" action={create}>
                {open
                  ? "Write one query on the shared datasets; members review exactly what will run."
                  : "Jobs are written while an analytics workspace is active."}
              </Empty>
            ) : (
              <Table aria-label="Jobs" miw={620}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Name</Table.Th>
                    <Table.Th>Status</Table.Th>
                    <Table.Th>Creator</Table.Th>
                    <Table.Th>Waits for</Table.Th>
                    <Table.Th>Runs</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {list.map((job) => (
                    <Table.Tr key={job.id}>
                      <Table.Td>
                        <Anchor component={Link} to={`/jobs/${job.id}`} size="sm" fw={550}>
                          {job.draft.name}
                        </Anchor>
                      </Table.Td>
                      <Table.Td>
                        <State state={job.state} />
                      </Table.Td>
                      <Table.Td>{job.creator}</Table.Td>
                      <Table.Td>{job.awaiting.join(", ") || "-"}</Table.Td>
                      <Table.Td>
                        {job.runs_used} of {job.draft.max_runs}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Loaded>
      </Box>
    </>
  );
}

export function Runs() {
  const { id } = useParams({ from: FROM });
  const runs = useInfiniteQuery(workspaceRunsQuery(id));
  const jobs = useQuery(workspaceJobsQuery(id));
  const names = new Map((jobs.data ?? []).map((job) => [job.id, job.draft.name]));
  const list = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Box className="card" style={{ overflowX: "auto" }}>
        <Loaded of={runs}>
          {() =>
            list.length === 0 ? (
              <Empty icon={IconPlayerPlay} title="No runs yet">
                An accepted job is run from its page, and so is a test on made-up rows.
              </Empty>
            ) : (
              <Table aria-label="Runs" miw={620}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Job</Table.Th>
                    <Table.Th>Status</Table.Th>
                    <Table.Th>By</Table.Th>
                    <Table.Th>Asked for</Table.Th>
                    <Table.Th>Took</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {list.map((run) => (
                    <Table.Tr key={run.id}>
                      <Table.Td>
                        <Anchor component={Link} to={`/runs/${run.id}`} size="sm">
                          {names.get(run.job) ?? "Job"}
                        </Anchor>{" "}
                        {run.kind === "test" && (
                          <Badge size="xs" variant="default" tt="none">
                            test
                          </Badge>
                        )}
                      </Table.Td>
                      <Table.Td>
                        <State state={run.state} />
                      </Table.Td>
                      <Table.Td>{run.runner}</Table.Td>
                      <Table.Td>
                        <Time at={run.created} />
                      </Table.Td>
                      <Table.Td>
                        {run.started && run.finished ? (
                          elapsed(run.started, run.finished)
                        ) : (
                          <Text size="sm" c="dimmed">
                            -
                          </Text>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Loaded>
      </Box>
      {runs.hasNextPage && (
        <Button
          mt="md"
          variant="default"
          loading={runs.isFetchingNextPage}
          onClick={() => void runs.fetchNextPage()}
        >
          Show older
        </Button>
      )}
    </>
  );
}

export function AuditLogs() {
  const { id } = useParams({ from: FROM });
  const search = useSearch({ from: "/inside/workspaces/$id/audit" });
  const navigate = useNavigate();
  return (
    <LogTable
      workspace={id}
      search={search}
      onSearch={(next) =>
        void navigate({
          to: "/workspaces/$id/audit",
          params: { id },
          search: readSearch({ ...next }),
          replace: true,
        })
      }
    />
  );
}
