import { Box, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { Job } from "../../api/queries";
import { withdrawJob } from "../../core/acts/jobs";
import type { Job as WireJob } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useAct } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";
import { RunsLeft } from "./Grounds";
import type { Held } from "./held";
import { mayRun, runWords } from "./policy";
import { RunDialog } from "./RunDialog";

/** Why this person cannot run it now. */
function noRun(job: Job, { workspace, spec }: Held, own: string): string | undefined {
  const { max_runs, valid_until } = spec.spec;
  if (!mayRun(workspace, spec.author.certificate.email, own)) {
    return `The run policy of the workspace does not name you. Who may run it: ${runWords(workspace).toLowerCase()}.`;
  }
  if (job.runs_used >= max_runs) {
    return "No run is left: return it to draft, and let the others approve more runs.";
  }
  if (valid_until !== undefined && Date.parse(valid_until) <= Date.now()) {
    return "The time in which it may run has passed: return it to draft, and let the others approve a later one.";
  }
  return undefined;
}

/** Run it, or take it back. */
export function JobActs({ job, held, own }: { job: Job; held: Held | undefined; own: string }) {
  const [opened, dialog] = useDisclosure(false);
  const withdraw = useAct(
    (core, _: undefined) => withdrawJob(core, asWire<WireJob>(job)),
    [["jobs"], ["runs"]],
  );
  const accepted = job.state === "accepted";
  const why = accepted && held ? noRun(job, held, own) : undefined;
  return (
    <Box className="card" p="lg" component="section" aria-label="Acts">
      <Stack gap="sm">
        <Title order={2} fz="md">
          {accepted ? "Run it" : "Change it"}
        </Title>
        {withdraw.error && <ProblemAlert error={withdraw.error} />}
        <Group>
          {accepted && (
            <Button onClick={dialog.open} disabled={!held || why !== undefined}>
              Run
            </Button>
          )}
          <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>
            Return to draft
          </Button>
        </Group>
        {why !== undefined ? (
          <Text size="sm" role="status">
            {why}
          </Text>
        ) : (
          accepted && <RunsLeft job={job} />
        )}
        <Text size="xs" c="dimmed">
          Returning to draft voids every approval.
        </Text>
      </Stack>
      {opened && held && <RunDialog job={job} held={held} own={own} onClose={dialog.close} />}
    </Box>
  );
}
