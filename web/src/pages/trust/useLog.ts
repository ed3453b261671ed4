import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api, done } from "../../api/client";
import { type AuditFilter, auditQuery } from "../../api/queries";
import type { Event } from "../../live/keys";
import { prepend } from "./tail";

/** How long events are gathered before the newest entries are asked for. */
const GATHER = 400;

/** Follows the log by the server's stream while `on`. Reading the log is an entry too: that one is not followed. */
function useTail(filter: AuditFilter, on: boolean): void {
  const client = useQueryClient();
  const key = JSON.stringify(filter);
  useEffect(() => {
    if (!on) return;
    const asked = JSON.parse(key) as AuditFilter;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = async () => {
      timer = undefined;
      const query = { ...asked, cursor: "", limit: 100 };
      const fresh = await done(api.GET("/api/v1/audit", { params: { query } })).catch(() => undefined);
      if (!fresh) return;
      client.setQueryData(auditQuery(asked).queryKey, (old) => old && prepend(old, fresh));
    };
    const heard = (event: globalThis.Event) => {
      const { action } = (event as CustomEvent<Event>).detail;
      if (action.startsWith("audit.") || action === "run.progress") return;
      timer ??= setTimeout(() => void follow(), GATHER);
    };
    window.addEventListener("cloister:event", heard);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("cloister:event", heard);
    };
  }, [client, key, on]);
}

/** The entries that match and are here; the server searches. */
export function useLog(filter: AuditFilter, live: boolean) {
  const log = useInfiniteQuery(auditQuery(filter));
  useTail(filter, live);
  const all = useMemo(() => log.data?.pages.flatMap((page) => page.items) ?? [], [log.data]);
  return { log, all, more: Boolean(log.hasNextPage) };
}
