import { Box, Group, SegmentedControl, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { Job } from "../../api/queries";
import type { HeldSpec } from "../../core/acts/jobs";
import { Digest } from "../../ui/Copy";
import { Time } from "../../ui/Time";
import { absolute } from "../../ui/time";
import { type Terms, termDifferences, variableText } from "./differences";
import { type Held, useHistory } from "./held";
import { runWords } from "./policy";

const Source = lazy(() => import("./editor/Source").then((part) => ({ default: part.Source })));

function termsOfSpec({ spec, readers }: HeldSpec): Terms {
  return {
    name: spec.name,
    source: spec.source,
    tables: Object.entries(spec.tables).map(
      ([name, manifest]) => `${name} (version ${manifest.slice(0, 10)}…)`,
    ),
    variables: spec.variables.map(variableText),
    readers: readers.map((reader) => reader.certificate.email),
    max_runs: spec.max_runs,
    valid_until: spec.valid_until,
  };
}

/** What changed in the terms; the text has its own comparison. */
function Changes({ before, now }: { before: HeldSpec; now: HeldSpec }) {
  const changes = termDifferences(termsOfSpec(before), termsOfSpec(now));
  const terms = changes.filter(({ field }) => field !== "Text");
  return (
    <Stack gap="sm">
      <Text size="sm">
        Against the version accepted before, as the server keeps it, which {before.author.certificate.email}{" "}
        signed <Time at={before.signed} />. {changes.length === 0 && "Nothing that runs differs."}
      </Text>
      {before.spec.source !== now.spec.source && (
        <Source source={now.spec.source} before={before.spec.source} label="Changes of the text" />
      )}
      {terms.length > 0 && (
        <Table aria-label="Changed terms" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={130}>Term</Table.Th>
              <Table.Th>Accepted before</Table.Th>
              <Table.Th>Now</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {terms.map(({ field, before: was, after }) => (
              <Table.Tr key={field} style={{ whiteSpace: "pre-wrap" }}>
                <Table.Th>{field}</Table.Th>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{was || "none"}</Table.Td>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{after || "none"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

function Term({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th w={150} style={{ verticalAlign: "top" }}>
        {label}
      </Table.Th>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{children}</Table.Td>
    </Table.Tr>
  );
}

function Facts({ job, held }: { job: Job; held: Held }) {
  const { spec, author, readers, signed } = held.spec;
  return (
    <Table aria-label="Terms of the job" verticalSpacing={6}>
      <Table.Tbody>
        <Term label="Author">
          {author.certificate.email}, signed <Time at={signed} />
        </Term>
        <Term label="Readers">
          {readers
            .map(({ certificate }) => `${certificate.email} (${certificate.organisation_name})`)
            .join(", ")}
        </Term>
        <Term label="Tables">{Object.keys(spec.tables).join(", ")}</Term>
        {spec.variables.length > 0 && (
          <Term label="Input variables">
            {spec.variables.map((variable) => (
              <div key={variable.name}>{variableText(variable)}</div>
            ))}
          </Term>
        )}
        <Term label="May run">
          {spec.max_runs} {spec.max_runs === 1 ? "time" : "times"}, {job.runs_used} used
          {spec.valid_until && `; until ${absolute(spec.valid_until)}`}
        </Term>
        <Term label="Who may run it">{runWords(held.workspace)}</Term>
      </Table.Tbody>
    </Table>
  );
}

/** Exactly what will run, at its digest, and what changed since the version accepted before. */
export function Spec({ job, held }: { job: Job; held: Held }) {
  const history = useHistory(job, held);
  const before = history.data?.before;
  const [wanted, setWanted] = useState<"whole" | "changes">();
  const shown = before ? (wanted ?? (job.state === "under_review" ? "changes" : "whole")) : "whole";
  return (
    <Box className="card" p="lg" component="section" aria-label="What will run">
      <Group justify="space-between" mb="sm">
        <Title order={2} fz="md">
          {job.state === "rejected" ? "What was rejected" : "Exactly what will run"}
        </Title>
        <Digest text={held.spec.digest} what="digest of the spec" />
      </Group>
      <Stack gap="md">
        {before && (
          <SegmentedControl
            aria-label="What is shown"
            size="xs"
            value={shown}
            onChange={(value) => setWanted(value === "changes" ? "changes" : "whole")}
            data={[
              { value: "changes", label: "What changed" },
              { value: "whole", label: "Whole text" },
            ]}
            style={{ alignSelf: "flex-start" }}
          />
        )}
        <Suspense fallback={<Skeleton height={120} radius="md" />}>
          {shown === "changes" && before ? (
            <Changes before={before} now={held.spec} />
          ) : (
            <Source source={held.spec.spec.source} label="Text of the job" />
          )}
        </Suspense>
        <Facts job={job} held={held} />
        <Text size="xs" c="dimmed">
          The author's signature over these bytes was verified in this browser.
          {history.data && !before && " No earlier accepted version is known to this browser or to a run."}
        </Text>
      </Stack>
    </Box>
  );
}
