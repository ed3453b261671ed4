import { Box, Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import type { Run } from "../../api/queries";
import { openRunLog } from "../../core/results/open";
import type { Run as WireRun } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useOwnCore } from "../../signing/hooks";
import { download } from "../../ui/csv";
import { ProblemAlert } from "../../ui/states";
import { fileName } from "./rows";

/** What the worker wrote, sealed to the readers. */
export function RunLog({ run, job }: { run: Run; job: string }) {
  const core = useOwnCore();
  const open = useMutation({ mutationFn: async () => openRunLog(await core(), asWire<WireRun>(run)) });
  const text = open.data;
  return (
    <Box className="card" p="lg" component="section" aria-label="Log">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} fz="md">
            Log
          </Title>
          {text === undefined ? (
            <Button size="xs" variant="default" loading={open.isPending} onClick={() => open.mutate()}>
              Decrypt the log
            </Button>
          ) : (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconDownload size={15} />}
              onClick={() => download(fileName(job, run.id, "log"), text, "text/plain")}
            >
              Download log
            </Button>
          )}
        </Group>
        {open.error && <ProblemAlert error={open.error} />}
        {text === undefined ? (
          <Text size="sm" c="dimmed">
            What the worker did, step by step, sealed to the readers like the result.
          </Text>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
          <pre className="statement" tabIndex={0}>
            {text.trim() === "" ? "The log is empty." : text}
          </pre>
        )}
      </Stack>
    </Box>
  );
}
