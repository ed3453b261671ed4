import { Alert, Anchor, Box, Button, Code, Group, Progress, Stack, Table, Text, Title } from "@mantine/core";
import { IconCheck, IconDownload } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api, done } from "../../api/client";
import { jobQuery, type Run, runQuery } from "../../api/queries";
import { holdWorkspace } from "../../core/acts/hold";
import { openOutput, verifyReceipt } from "../../core/results/open";
import { readTable, toCsv } from "../../core/results/table";
import type { Run as WireRun } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useOwnCore } from "../../signing/hooks";
import { KeysNeeded } from "../../signing/KeysNeeded";
import { Assurance, State } from "../../ui/badges";
import { Digest } from "../../ui/Copy";
import { download } from "../../ui/csv";
import { Page } from "../../ui/Page";
import { Loaded, ProblemAlert, sentence } from "../../ui/states";
import { Time, useNow } from "../../ui/Time";
import { elapsed } from "../../ui/time";
import { UseFrom } from "../../ui/UseFrom";

const live = (run: Run) => run.state === "queued" || run.state === "running";
const ROWS = 200;

function Progressing({ run }: { run: Run }) {
  const now = useNow(1000);
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => done(api.POST("/api/v1/runs/{id}/cancel", { params: { path: { id: run.id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["runs"] }),
  });
  return (
    <Box className="card" p="lg" component="section" aria-label="Progress">
      <Stack gap="sm">
        {cancel.error && <ProblemAlert error={cancel.error} />}
        <Group justify="space-between">
          <Text size="sm" role="status">
            {run.state === "queued" ? "Waits for a worker" : `Stage: ${run.stage ?? "starting"}`}
            {run.notice && `. ${sentence(run.notice.replaceAll("`", ""))}`}
          </Text>
          <Text size="sm" c="dimmed">
            {elapsed(run.started ?? run.created, now)}
          </Text>
        </Group>
        <Progress
          value={run.share === null || run.share === undefined ? 100 : run.share * 100}
          animated={run.share === null || run.share === undefined}
          aria-label="Share of the input read"
        />
        <Group>
          <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel run
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}

function Result({ run }: { run: Run }) {
  const core = useOwnCore();
  const open = useMutation({
    mutationFn: async () => {
      const output = await openOutput(await core(), asWire<WireRun>(run), "result");
      const table = await readTable(output.plaintext);
      return { output, table, rows: await table.slice(0, Math.min(ROWS, table.rows)) };
    },
  });
  const found = open.data;
  return (
    <Box className="card" p="lg" component="section" aria-label="Result">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} fz="md">
            Result
          </Title>
          {found ? (
            <Group gap="xs">
              <Button
                size="xs"
                variant="default"
                leftSection={<IconDownload size={15} />}
                onClick={async () => download(`${run.id}.csv`, await toCsv(found.table), "text/csv")}
              >
                CSV
              </Button>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconDownload size={15} />}
                onClick={() =>
                  download(
                    `${run.id}.parquet`,
                    Uint8Array.from(found.output.plaintext),
                    "application/octet-stream",
                  )
                }
              >
                Parquet
              </Button>
            </Group>
          ) : (
            <Button size="xs" loading={open.isPending} onClick={() => open.mutate()}>
              Decrypt and show
            </Button>
          )}
        </Group>
        {open.error && <ProblemAlert error={open.error} />}
        {!found && (
          <Text size="sm" c="dimmed">
            It is decrypted in this browser, after its receipt was checked. Only the job's readers can.
          </Text>
        )}
        {found && (
          <>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
            <section aria-label="Rows" tabIndex={0} style={{ overflow: "auto", maxHeight: 480 }}>
              <Table aria-label="Result rows" stickyHeader striped>
                <Table.Thead>
                  <Table.Tr>
                    {found.table.columns.map((column) => (
                      <Table.Th key={column.name}>{column.name}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {found.rows.map((row, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: rows of a result have no name and do not move
                    <Table.Tr key={index}>
                      {row.map((value, at) => (
                        <Table.Td key={found.table.columns[at]?.name}>
                          {value === null ? "" : value instanceof Date ? value.toISOString() : String(value)}
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </section>
            <Text size="xs" c="dimmed">
              {found.table.rows > ROWS
                ? `The first ${ROWS} of ${found.table.rows} rows; downloads have all.`
                : `${found.table.rows} rows.`}
            </Text>
          </>
        )}
      </Stack>
    </Box>
  );
}

function Receipt({ run }: { run: Run }) {
  const core = useOwnCore();
  const receipt = useQuery({
    queryKey: ["receipt", run.id],
    queryFn: async () => {
      const own = await core();
      return verifyReceipt(asWire<WireRun>(run), await holdWorkspace(own, run.workspace));
    },
    retry: false,
  });
  return (
    <Box className="card" p="lg" component="section" aria-label="Receipt">
      <Group justify="space-between" mb="sm">
        <Title order={2} fz="md">
          Receipt
        </Title>
        <Button
          size="xs"
          variant="default"
          component="a"
          href={`/api/v1/runs/${run.id}/bundle`}
          download={`${run.id}.bundle`}
          leftSection={<IconDownload size={15} />}
        >
          Bundle for offline verification
        </Button>
      </Group>
      <Loaded of={receipt}>
        {({ digest, receipt: said, release }) => (
          <Stack gap="xs">
            {[
              "The broker that the charter names signed the release record of this run",
              "The worker that the release record names signed the receipt",
              "Receipt and release are of this run and this workspace",
              "Result and log are those whose digests the receipt holds, when you open them",
            ].map((text) => (
              <Group key={text} gap={8} wrap="nowrap" align="flex-start">
                <IconCheck
                  size={17}
                  color="var(--mantine-color-green-7)"
                  style={{ flexShrink: 0 }}
                  aria-hidden
                />
                <Text size="sm">{text}.</Text>
              </Group>
            ))}
            <Group gap="lg" mt="xs">
              <Assurance assurance={said.assurance} />
              <Group gap={4}>
                <Text size="xs" c="dimmed">
                  Receipt
                </Text>
                <Digest text={digest} what="receipt digest" />
              </Group>
              <Group gap={4}>
                <Text size="xs" c="dimmed">
                  Worker
                </Text>
                <Digest text={release.worker} what="worker key" />
              </Group>
            </Group>
            <Text size="xs" c="dimmed">
              Approvals, evidence up to the vendor and inclusion in the log are checked by{" "}
              <code>cloister verify</code> on the bundle, on a machine of yours, offline.
            </Text>
          </Stack>
        )}
      </Loaded>
    </Box>
  );
}

/** A run: live, then its result and its receipt. */
export function RunPage() {
  const { id } = useParams({ from: "/inside/runs/$id" });
  const run = useQuery({
    ...runQuery(id),
    refetchInterval: (query) => (query.state.data && live(query.state.data) ? 5000 : false),
  });
  const job = useQuery({ ...jobQuery(run.data?.job ?? ""), enabled: run.data !== undefined });
  const shown = run.data;
  return (
    <Page
      title={`${shown?.kind === "test" ? "Test of" : "Run of"} ${job.data?.draft.name ?? "a job"}`}
      above={
        <Group gap="xs" mb={6}>
          {shown && (
            <Anchor component={Link} to={`/jobs/${shown.job}`} size="sm">
              {job.data?.draft.name ?? "Job"}
            </Anchor>
          )}
          {shown && <State state={shown.state} />}
        </Group>
      }
      lead={
        shown && (
          <>
            By {shown.runner}, <Time at={shown.created} />
            {shown.started && shown.finished && <>, took {elapsed(shown.started, shown.finished)}</>}
          </>
        )
      }
      actions={
        <UseFrom
          ways={[
            { what: "Show it", cli: `cloister run show ${id}`, api: `{origin}/api/v1/runs/${id}` },
            { what: "Decrypt the result", cli: `cloister run results ${id} --out result.csv` },
            {
              what: "Verify it offline",
              cli: `cloister run bundle ${id} --out run.bundle\ncloister verify run.bundle`,
            },
          ]}
        />
      }
    >
      <KeysNeeded />
      <Loaded of={run}>
        {(now) => (
          <Stack gap="lg">
            {live(now) && <Progressing run={now} />}
            {(now.state === "failed" || now.state === "cancelled") && (
              <Alert
                color="red"
                variant="light"
                title={now.state === "failed" ? "The run failed" : "The run was cancelled"}
                styles={{ title: { color: "var(--mantine-color-text)" } }}
              >
                <Text size="sm" c="var(--mantine-color-text)">
                  {now.check ? (
                    <>
                      The check <Code>{now.check}</Code> refused.{" "}
                    </>
                  ) : null}
                  {now.code ? (
                    <>
                      Code: <Code>{now.code}</Code>.
                    </>
                  ) : null}
                </Text>
              </Alert>
            )}
            {now.outputs.some((output) => output.name === "result") && <Result run={now} />}
            {now.receipt && <Receipt run={now} />}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
