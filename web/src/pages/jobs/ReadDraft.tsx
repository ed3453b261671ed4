import { Box, Skeleton, Stack, Table, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { Job } from "../../api/queries";
import { DraftActs } from "./DraftActs";
import { termsOf } from "./differences";

const Source = lazy(() => import("./editor/Source").then((part) => ({ default: part.Source })));

/** Somebody else's draft: read, tested and submitted by every member, changed by who made it. */
export function ReadDraft({ job }: { job: Job }) {
  const terms = termsOf(job.draft);
  const rows: readonly (readonly [string, string])[] = [
    ["Readers", terms.readers.join(", ")],
    ["Input variables", terms.variables.join("\n") || "none"],
    ["May run", terms.max_runs === 1 ? "once" : `${terms.max_runs} times`],
    ["May run until", terms.valid_until ?? "no end"],
  ];
  return (
    <Box className="card" p="lg" component="section" aria-label="Draft">
      <Stack gap="md">
        <Text size="sm">
          {job.creator} made this draft: that person and the administrators of the workspace can change it.
          You can test and submit it as it is.
        </Text>
        <Suspense fallback={<Skeleton height={120} radius="md" />}>
          <Source source={job.draft.source} label="Text of the job" />
        </Suspense>
        <Table aria-label="Terms of the draft" verticalSpacing={6}>
          <Table.Tbody>
            {rows.map(([label, text]) => (
              <Table.Tr key={label}>
                <Table.Th w={150} style={{ verticalAlign: "top" }}>
                  {label}
                </Table.Th>
                <Table.Td style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{text}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Stack>
      <DraftActs job={job} changed={false} />
    </Box>
  );
}
