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
import { ApiError } from "../api/client";
import { CopyButton } from "./Copy";

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

/** What a person can do about it. */
function advice(error: ApiError): string | undefined {
  switch (error.status) {
    case 0:
      return "Nothing was lost; it is tried again when the server answers.";
    case 403:
      return error.check ? `Refused by the check \`${error.check}\`.` : undefined;
    case 412:
      return "Somebody changed it while you had it open. Load it again and repeat your change.";
    case 429:
      return "Wait a little, then try again.";
    case 500:
      return "Tell the operator of this server the request id below.";
    case 503:
      return "This passes by itself in most cases: try again in a moment.";
    default:
      return undefined;
  }
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
  const api = error instanceof ApiError ? error : undefined;
  const Shown = api?.status === 0 ? IconPlugConnectedX : api?.status === 403 ? IconLock : IconAlertTriangle;
  const text = api ? sentence(api.message) : "Something in this page went wrong. Load it again.";
  const next = api && advice(api);
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<Shown size={18} />}
      title={title ?? api?.problem.title ?? "That did not work"}
      styles={{ message: { color: "var(--mantine-color-text)" } }}
    >
      <Text size="sm">{text}</Text>
      {next && (
        <Text size="sm" mt={4}>
          {next}
        </Text>
      )}
      {(api?.requestId || retry) && (
        <Group mt="xs" gap="sm">
          {retry && (
            <Button size="xs" variant="default" onClick={retry}>
              Try again
            </Button>
          )}
          {api?.requestId && (
            <Group gap={4}>
              <Text size="xs">Request id</Text>
              <Code fz="xs">{api.requestId}</Code>
              <CopyButton text={api.requestId} what="request id" />
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
