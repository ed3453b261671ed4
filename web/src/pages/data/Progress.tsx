import { Alert, Anchor, Progress as Bar, Box, Button, Group, List, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { Report } from "../../core/acts/ingest";
import type { Preview } from "../../core/core";
import { Digest } from "../../ui/Copy";
import { ProblemAlert } from "../../ui/states";
import { Words } from "../../ui/Words";
import type { Adding } from "./adding";
import { bytes } from "./file";

/** Bytes a second over the last seconds, and the seconds that are left at that speed. */
function useSpeed(sent: number, size: number): string {
  const seen = useRef<{ at: number; sent: number }[]>([]);
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const last = seen.current.at(-1);
  if (last?.sent !== sent) seen.current = [...seen.current.slice(-20), { at: now, sent }];
  const first = seen.current.find((one) => now - one.at < 15_000);
  if (!first || now - first.at < 1000 || sent <= first.sent) return "";
  const speed = (sent - first.sent) / ((now - first.at) / 1000);
  const left = Math.ceil((size - sent) / speed);
  const time = left < 90 ? `${left} s` : `${Math.round(left / 60)} min`;
  return `${bytes(speed)} a second, about ${time} left`;
}

function Upload({ moved, onHalt }: { moved: Adding["moved"]; onHalt: () => void }) {
  const [sent, size] = [moved?.sent ?? 0, moved?.size ?? 1];
  const speed = useSpeed(sent, size);
  const share = Math.floor((sent / size) * 100);
  return (
    <Stack gap="xs">
      <Bar.Root size="lg">
        <Bar.Section value={share} aria-label="Encrypted and uploaded" />
      </Bar.Root>
      <Group justify="space-between">
        <Text size="sm" role="status">
          {moved ? `${bytes(sent)} of ${bytes(size)}, ${share} %` : "Making a key"}
          {moved?.waiting !== undefined
            ? `. The server cannot be reached: tried again in ${moved.waiting} s`
            : speed && `. ${speed}`}
        </Text>
        <Button size="compact-sm" variant="default" onClick={onHalt}>
          Halt
        </Button>
      </Group>
    </Stack>
  );
}

/** What was signed without a dialog of its own. */
export function Signed({ signed }: { signed: readonly Preview[] }) {
  if (signed.length === 0) return null;
  return (
    <Stack gap={4} component="section" aria-label="Signed along with it">
      <Title order={3} fz="sm">
        Signed along with it, in a workspace of you alone
      </Title>
      {signed.map((one) => (
        <details key={one.digest}>
          <summary style={{ cursor: "pointer" }}>
            <Text size="sm" span>
              <Words text={one.title} />
            </Text>
          </summary>
          <Digest text={one.digest} what="statement digest" />
          <pre className="statement">{one.text}</pre>
        </details>
      ))}
    </Stack>
  );
}

const STAGES: Record<string, string> = {
  queued: "Waiting for a worker",
  running: "A worker reads the file three times and encrypts its rows",
  succeeded: "Converted: sign for the dataset that came of it",
};

/** What the worker found wrong with the file. */
export function Fault({ report }: { report: Report }) {
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      title="The file is no dataset as it is"
      styles={{
        title: { color: "var(--mantine-color-text)" },
        message: { color: "var(--mantine-color-text)" },
      }}
    >
      {report.problem && <Text size="sm">{report.problem}</Text>}
      {report.badRowCount > 0 && (
        <>
          <Text size="sm">
            {report.badRowCount} of {report.rows + report.badRowCount} rows do not fit:
          </Text>
          <List size="sm">
            {report.badRows.slice(0, 10).map((row) => (
              <List.Item key={`${row.line} ${row.column ?? ""}`}>
                Line {row.line}
                {row.column ? `, ${row.column}` : ""}: {row.why}
              </List.Item>
            ))}
          </List>
        </>
      )}
      <Text size="sm" mt={4}>
        Open the dataset to leave these rows out, or to delete it and choose another file.
      </Text>
    </Alert>
  );
}

const leftOut = (rows: number) =>
  rows === 0
    ? ""
    : rows === 1
      ? " 1 row did not fit and was left out."
      : ` ${rows} rows did not fit and were left out.`;

/** How far it is. */
export function Progress(props: { adding: Adding; name: string; onHalt: () => void; onAgain: () => void }) {
  const { adding, name } = props;
  const { phase, dataset, report } = adding;
  const to = dataset && `/data/${dataset.id}`;
  return (
    <Box className="card" p="lg" maw={760} component="section" aria-label="Progress">
      <Stack>
        <Title order={2} fz="md">
          {phase === "done" ? `${name} is ready` : `Adding ${name}`}
        </Title>
        {phase === "upload" && <Upload moved={adding.moved} onHalt={props.onHalt} />}
        {phase === "sign" && (
          <Text size="sm" role="status">
            Uploaded. Sign for what it is and who may do what with it.
          </Text>
        )}
        {(phase === "convert" || phase === "adopt") && (
          <Text size="sm" role="status">
            {STAGES[adding.run?.state ?? "queued"] ?? "A worker reads the file"}
          </Text>
        )}
        {phase === "done" && report && (
          <Text size="sm" role="status">
            {report.rows} rows in {report.columns?.length ?? 0} columns, encrypted.
            {leftOut(report.badRowCount)} Nobody else can use it until you share it.
          </Text>
        )}
        {phase === "fault" && report && <Fault report={report} />}
        {phase === "halted" && (
          <>
            {adding.error !== undefined && <ProblemAlert error={adding.error} />}
            <Text size="sm" role="status">
              Halted. What was uploaded stays; go on now or come back later.
            </Text>
            <Group>
              <Button onClick={props.onAgain}>Go on</Button>
            </Group>
          </>
        )}
        <Signed signed={adding.signed} />
        {to && (phase === "done" || phase === "fault") && (
          <Group>
            <Button component={Link} to={to}>
              {phase === "done" ? "Open and share it" : "Open it"}
            </Button>
            <Anchor component={Link} to="/data" size="sm">
              All datasets
            </Anchor>
          </Group>
        )}
      </Stack>
    </Box>
  );
}
