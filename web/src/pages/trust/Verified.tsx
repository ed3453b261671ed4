import { Alert, Group, Text } from "@mantine/core";
import { IconAlertOctagon, IconShieldCheck } from "@tabler/icons-react";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { type AuditEntry, meQuery } from "../../api/queries";
import { rightsOf } from "../../api/roles";
import { CoreError } from "../../core/errors";
import { asWire } from "../../signing/core";
import { useOwnCore } from "../../signing/hooks";
import { ProblemAlert, sentence } from "../../ui/states";

/** Checked in this browser: the checkpoint continues what it saw before, and the entries shown are under it. */
export function Verified({ entries }: { entries: AuditEntry[] }) {
  const core = useOwnCore();
  const { data: me } = useSuspenseQuery(meQuery);
  const mayProve = rightsOf(me).audit;
  const newest = entries[0]?.encoded ?? "";
  const verdict = useQuery({
    queryKey: ["log", "verified", newest, entries.length, mayProve],
    queryFn: async () => {
      const { followLog, requireIncluded } = await import("../../core/log/watch");
      const own = await core();
      const followed = await followLog(own);
      const included = mayProve ? await requireIncluded(own, followed, asWire(entries)) : undefined;
      return { size: followed.checkpoint.size, before: followed.before, included };
    },
    enabled: entries.length > 0,
    placeholderData: (old) => old,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const why = verdict.error instanceof CoreError ? verdict.error.why : undefined;
  if (why?.kind === "refused") {
    return (
      <Alert
        role="alert"
        color="red.9"
        variant="filled"
        icon={<IconAlertOctagon size={20} />}
        title="The log is damaged"
      >
        <Text size="sm">
          Kind of damage: {why.check}. {sentence(verdict.error?.message ?? "")} Do not rely on this server.
          Keep what you have, and tell the other members: cloister audit verify shows the same.
        </Text>
      </Alert>
    );
  }
  if (verdict.error)
    return (
      <ProblemAlert
        error={verdict.error}
        retry={() => void verdict.refetch()}
        title="The log could not be checked"
      />
    );
  if (!verdict.data) return null;
  const { size, before, included } = verdict.data;
  return (
    <Group gap="xs" role="status" wrap="nowrap" align="flex-start">
      <IconShieldCheck size={18} color="var(--mantine-color-green-7)" aria-hidden style={{ flexShrink: 0 }} />
      <Text size="sm">
        <b>Verified to entry {size - 1}</b> in this browser.{" "}
        {before !== undefined && before > 0 && "The checkpoint continues the one seen before. "}
        {included &&
          `${included.proven} of ${entries.length} entries shown are proven to be under it${included.waiting > 0 ? `; ${included.waiting} wait for the next checkpoint` : ""}.`}
      </Text>
    </Group>
  );
}
