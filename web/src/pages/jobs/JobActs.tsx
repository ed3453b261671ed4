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
import { RunDialog } from "./RunDialog";

/** Run it, or take it back. */
export function JobActs({ job, held, own }: { job: Job; held: Held | undefined; own: string }) {
  const [opened, dialog] = useDisclosure(false);
  const withdraw = useAct(
    (core, _: undefined) => withdrawJob(core, asWire<WireJob>(job)),
    [["jobs"], ["runs"]],
  );
  const accepted = job.state === "accepted";
  return (
    <Box className="card" p="lg" component="section" aria-label="Acts">
      <Stack gap="sm">
        <Title order={2} fz="md">
          {accepted ? "Run it" : "Change it"}
        </Title>
        {withdraw.error && <ProblemAlert error={withdraw.error} />}
        <Group>
          {accepted && (
            <Button onClick={dialog.open} disabled={!held || job.runs_used >= job.draft.max_runs}>
              Run
            </Button>
          )}
          <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>
            Return to draft
          </Button>
        </Group>
        {accepted && <RunsLeft job={job} />}
        <Text size="xs" c="dimmed">
          Returning to draft voids every approval.
        </Text>
      </Stack>
      {opened && held && <RunDialog job={job} held={held} own={own} onClose={dialog.close} />}
    </Box>
  );
}
