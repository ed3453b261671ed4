import { Box, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { IconCircle, IconCircleCheck, IconCircleDot } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, done } from "../../api/client";
import type { Run } from "../../api/queries";
import { ProblemAlert, sentence } from "../../ui/states";
import { useNow } from "../../ui/Time";
import { elapsed } from "../../ui/time";
import classes from "./runs.module.css";

const STAGES = [
  { id: "proving", label: "Proves what it is", real: true },
  { id: "releasing", label: "Is checked and gets keys", real: true },
  { id: "reading", label: "Reads", real: true },
  { id: "computing", label: "Computes", real: false },
  { id: "sealing", label: "Seals the result", real: false },
];

function Stages({ run }: { run: Run }) {
  // A test reads made-up rows: there is nothing to prove, and no key.
  const stages = STAGES.filter((stage) => stage.real === false || run.kind !== "test");
  const now = stages.findIndex((stage) => stage.id === run.stage);
  return (
    <ol className={classes.stages} aria-label="Stages">
      {stages.map(({ id, label }, at) => (
        <li key={id} {...(at === now ? { "aria-current": "step" as const } : {})}>
          {at < now ? (
            <IconCircleCheck size={15} color="var(--mantine-color-green-7)" aria-hidden />
          ) : at === now ? (
            <IconCircleDot size={15} aria-hidden />
          ) : (
            <IconCircle size={15} aria-hidden />
          )}
          {label}
        </li>
      ))}
    </ol>
  );
}

function stateWords(run: Run): string {
  if (run.notice) return sentence(run.notice.replaceAll("`", ""));
  if (run.state === "queued") return "Waits for a worker.";
  const share = typeof run.share === "number" ? `, ${Math.round(run.share * 100)} % of the input read` : "";
  return `The worker ${STAGES.find((stage) => stage.id === run.stage)?.label.toLowerCase() ?? "starts"}${share}.`;
}

/** A run under way: where it is, how long it has taken, and its end. */
export function Progressing({ run }: { run: Run }) {
  const now = useNow(1000);
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => done(api.POST("/api/v1/runs/{id}/cancel", { params: { path: { id: run.id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["runs"] }),
  });
  const share = typeof run.share === "number" ? run.share * 100 : undefined;
  return (
    <Box className="card" p="lg" component="section" aria-label="Progress">
      <Stack gap="sm">
        {cancel.error && <ProblemAlert error={cancel.error} title="Not cancelled" />}
        <Group justify="space-between">
          <Text size="sm" role="status">
            {stateWords(run)}
          </Text>
          <Text size="sm" c="dimmed" aria-label="Elapsed" role="timer">
            {elapsed(run.started ?? run.created, now)}
          </Text>
        </Group>
        <Progress value={share ?? 100} animated={share === undefined} aria-label="Share of the input read" />
        <Group justify="space-between" align="flex-end">
          <Stages run={run} />
          <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel run
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          This page follows by itself; you can leave it, and are told when the run ends.
        </Text>
      </Stack>
    </Box>
  );
}
