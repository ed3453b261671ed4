import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Run } from "../../api/queries";
import { failureOf } from "./failures";

const STYLES = {
  title: { color: "var(--mantine-color-text)" },
  message: { color: "var(--mantine-color-text)" },
};

/** A run without a result: why, and what to do. */
export function Ended({ run }: { run: Run }) {
  const back = (
    <Button size="xs" variant="default" component={Link} to={`/jobs/${run.job}`}>
      Open the job
    </Button>
  );
  if (run.state === "cancelled") {
    return (
      <Alert color="gray" variant="light" title="The run was cancelled" styles={STYLES}>
        <Stack gap="xs">
          <Text size="sm">Its worker stopped and wiped what it had read. There is no result.</Text>
          <Group>{back}</Group>
        </Stack>
      </Alert>
    );
  }
  const { what, remedy } = failureOf(run.code, run.check, run.kind);
  return (
    <Alert color="red" variant="light" title="The run failed" styles={STYLES}>
      <Stack gap="xs">
        <Text size="sm" fw={500}>
          {what}
        </Text>
        <Text size="sm">{remedy}</Text>
        <Group gap="md">
          {back}
          {run.check && (
            <Text size="xs">
              Refused by the check <Code>{run.check}</Code>
            </Text>
          )}
          {run.code && run.code !== run.check && (
            <Text size="xs">
              Code <Code>{run.code}</Code>
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
