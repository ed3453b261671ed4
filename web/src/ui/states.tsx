/** What a page shows instead of content: nothing yet, an error, a wait. */
import { Alert, Button, Code, Group, Skeleton, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import {
  type Icon,
  IconAlertTriangle,
  IconLock,
  IconMoodEmpty,
  IconPlugConnectedX,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { CopyButton } from "./Copy";
import { tell } from "./errors";
import { Words } from "./Words";

export function Empty(props: { icon?: Icon; title: string; children?: ReactNode; action?: ReactNode }) {
  const Shown = props.icon ?? IconMoodEmpty;
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <ThemeIcon variant="light" size={44} radius="xl" aria-hidden>
        <Shown size={22} stroke={1.6} />
      </ThemeIcon>
      <Title order={2} fz="md">
        {props.title}
      </Title>
      {props.children && (
        <Text size="sm" c="dimmed" maw={460} component="div">
          {props.children}
        </Text>
      )}
      {props.action && <Group mt="xs">{props.action}</Group>}
    </Stack>
  );
}

/** First letter up, and a full stop: the server's sentences have neither. */
export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

export function ProblemAlert({
  error,
  retry,
  title,
}: {
  error: unknown;
  retry?: () => void;
  title?: string;
}) {
  const told = tell(error);
  const Shown = told.status === 0 ? IconPlugConnectedX : told.status === 403 ? IconLock : IconAlertTriangle;
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<Shown size={18} />}
      title={title ?? told.title}
      styles={{
        root: { background: "color-mix(in srgb, var(--mantine-color-red-8) 14%, var(--mantine-color-body))" },
        message: { color: "var(--mantine-color-text)" },
        title: { color: "var(--mantine-color-text)" },
      }}
    >
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        <Words text={sentence(told.text)} />
      </Text>
      {told.advice && (
        <Text size="sm" mt={4}>
          <Words text={told.advice} />
        </Text>
      )}
      {(told.requestId || retry) && (
        <Group mt="xs" gap="sm">
          {retry && (
            <Button size="xs" variant="default" onClick={retry}>
              Try again
            </Button>
          )}
          {told.requestId && (
            <Group gap={4}>
              <Text size="xs">Request id</Text>
              <Code fz="xs">{told.requestId}</Code>
              <CopyButton text={told.requestId} what="request id" />
            </Group>
          )}
        </Group>
      )}
    </Alert>
  );
}

export function Rows({ count = 6 }: { count?: number }) {
  return (
    <Stack gap="xs" p="md" role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move
        <Skeleton key={n} height={28} radius="sm" />
      ))}
    </Stack>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Waits, tells errors, and shows what came; old data stays on the page while an error is told. */
export function Loaded<T>(props: { of: Asked<T>; waiting?: ReactNode; children: (data: T) => ReactNode }) {
  const { of } = props;
  const told = of.error ? (
    <div style={{ padding: of.data === undefined ? 16 : 0, marginBottom: of.data === undefined ? 0 : 16 }}>
      <ProblemAlert error={of.error} retry={() => void of.refetch()} />
    </div>
  ) : null;
  if (of.data === undefined) return told ?? props.waiting ?? <Rows />;
  return (
    <>
      {told}
      {props.children(of.data)}
    </>
  );
}
