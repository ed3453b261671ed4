import { Alert, Box, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconGitMerge } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { type Difference, differences } from "./differences";
import type { JobDraft } from "./form";

const Source = lazy(() => import("./editor/Source").then((part) => ({ default: part.Source })));

function Side({ who, text, code }: { who: string; text: string; code: boolean }) {
  return (
    <div style={{ flex: "1 1 280px", minWidth: 0 }}>
      <Text size="xs" mb={4}>
        {who}
      </Text>
      {code ? (
        <Suspense fallback={<Skeleton height={80} />}>
          <Source source={text} label={`${who}, text of the job`} />
        </Suspense>
      ) : (
        <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {text || "nothing"}
        </Text>
      )}
    </div>
  );
}

function Both({ field, before, after }: Difference) {
  return (
    <Box component="section" aria-label={field}>
      <Text size="sm" fw={600} mb={4}>
        {field}
      </Text>
      <Group align="stretch" gap="md">
        <Side who="Yours" text={after} code={field === "Text"} />
        <Side who="Theirs" text={before} code={field === "Text"} />
      </Group>
    </Box>
  );
}

/** Two versions of one draft: the person decides, and neither is lost before. */
export function Conflict(props: {
  mine: JobDraft;
  theirs: JobDraft;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
}) {
  return (
    <Alert
      role="alert"
      color="yellow"
      variant="light"
      icon={<IconGitMerge size={18} />}
      title="Someone changed this since you opened it"
      styles={{
        root: {
          background: "color-mix(in srgb, var(--mantine-color-yellow-7) 10%, var(--mantine-color-body))",
        },
        title: { color: "var(--mantine-color-text)" },
        message: { color: "var(--mantine-color-text)" },
      }}
    >
      <Stack gap="md">
        <Text size="sm">
          Nothing of yours is lost, and nothing was saved yet. Keep yours, which replaces theirs when you save
          it, or take theirs and give up what you typed.
        </Text>
        {differences(props.theirs, props.mine).map((difference) => (
          <Both key={difference.field} {...difference} />
        ))}
        <Group>
          <Button size="xs" onClick={props.onKeepMine}>
            Keep mine
          </Button>
          <Button size="xs" variant="default" onClick={props.onTakeTheirs}>
            Take theirs
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
