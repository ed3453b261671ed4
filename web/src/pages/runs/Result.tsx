import { Box, Button, Group, SegmentedControl, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import type { Run } from "../../api/queries";
import { type OpenedOutput, openOutput } from "../../core/results/open";
import { readTable, type Table, toCsv } from "../../core/results/table";
import type { Run as WireRun } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useOwnCore } from "../../signing/hooks";
import { download } from "../../ui/csv";
import { ProblemAlert } from "../../ui/states";
import { chartColumns, MOST_POINTS } from "./charting";
import { ResultTable } from "./ResultTable";
import { fileName, type Row } from "./rows";

const Chart = lazy(() => import("./Chart").then((part) => ({ default: part.Chart })));

interface Found {
  output: OpenedOutput;
  table: Table;
  /** The first rows, which charts are made of. */
  rows: readonly Row[];
}

function Downloads({ found, run, job }: { found: Found; run: Run; job: string }) {
  const csv = useMutation({
    mutationFn: async () => download(fileName(job, run.id, "csv"), await toCsv(found.table), "text/csv"),
  });
  const parquet = () =>
    download(
      fileName(job, run.id, "parquet"),
      Uint8Array.from(found.output.plaintext),
      "application/vnd.apache.parquet",
    );
  const icon = <IconDownload size={15} />;
  return (
    <Group gap="xs">
      {csv.error && <ProblemAlert error={csv.error} />}
      <Button
        size="xs"
        variant="default"
        leftSection={icon}
        loading={csv.isPending}
        onClick={() => csv.mutate()}
      >
        Download CSV
      </Button>
      <Button size="xs" variant="default" leftSection={icon} onClick={parquet}>
        Download Parquet
      </Button>
    </Group>
  );
}

function Views({ table, rows }: Found) {
  const [view, setView] = useState("table");
  const columns = useMemo(() => chartColumns(table, rows), [table, rows]);
  if (table.rows === 0) {
    return (
      <Text size="sm">
        The result has no rows: nothing met the conditions of the job, or its owners' rules left nothing.
      </Text>
    );
  }
  return (
    <>
      <SegmentedControl
        aria-label="View"
        size="xs"
        value={view}
        onChange={setView}
        data={[
          { value: "table", label: "Table" },
          { value: "chart", label: "Chart" },
        ]}
        style={{ alignSelf: "flex-start" }}
      />
      {view === "table" ? (
        <ResultTable table={table} sample={rows} />
      ) : (
        <Suspense fallback={<Skeleton height={400} radius="md" />}>
          <Chart columns={columns} rows={rows} all={rows.length === table.rows} />
        </Suspense>
      )}
    </>
  );
}

/** What came out, decrypted here once its receipt held. */
export function Result(props: { run: Run; job: string; onOpened: (sha256: string) => void }) {
  const { run, job } = props;
  const core = useOwnCore();
  const open = useMutation({
    mutationFn: async (): Promise<Found> => {
      const output = await openOutput(await core(), asWire<WireRun>(run), "result");
      const table = await readTable(output.plaintext);
      return { output, table, rows: await table.slice(0, Math.min(MOST_POINTS, table.rows)) };
    },
    onSuccess: ({ output }) => props.onOpened(output.sha256),
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
            <Downloads found={found} run={run} job={job} />
          ) : (
            <Button size="xs" loading={open.isPending} onClick={() => open.mutate()}>
              Decrypt and show
            </Button>
          )}
        </Group>
        {open.error && <ProblemAlert error={open.error} />}
        {found ? (
          <Views {...found} />
        ) : (
          <Text size="sm" c="dimmed">
            {run.kind === "test"
              ? "Made-up rows went in. Every member can decrypt what came out."
              : "It is decrypted in this browser, after its receipt was checked. Only the job's readers can."}
          </Text>
        )}
      </Stack>
    </Box>
  );
}
