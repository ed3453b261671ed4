import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api, done } from "../../api/client";
import { type AuditFilter, auditQuery } from "../../api/queries";
import type { Event } from "../../live/keys";
import { goesOn, matches, prepend, STRIDE } from "./search";

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

/** The entries that are here, those among them that match, and the search for more. */
export function useLog(filter: AuditFilter, q: string, live: boolean) {
  const log = useInfiniteQuery(auditQuery(filter));
  useTail(filter, live);
  const all = useMemo(() => log.data?.pages.flatMap((page) => page.items) ?? [], [log.data]);
  const shown = useMemo(() => (q ? all.filter((entry) => matches(entry, q)) : all), [all, q]);
  const search = `${q} ${JSON.stringify(filter)}`;
  const [stride, setStride] = useState({ search, allowed: STRIDE });
  const allowed = stride.search === search ? stride.allowed : STRIDE;
  const more = Boolean(log.hasNextPage);
  const going =
    q !== "" && !log.error && goesOn({ searched: all.length, found: shown.length, more, allowed });
  const { fetchNextPage, isFetchingNextPage } = log;
  useEffect(() => {
    if (going && !isFetchingNextPage) void fetchNextPage();
  }, [going, isFetchingNextPage, fetchNextPage]);
  const further = () => {
    setStride({ search, allowed: all.length + STRIDE });
    void fetchNextPage();
  };
  return { log, all, shown, more, going, further };
}
