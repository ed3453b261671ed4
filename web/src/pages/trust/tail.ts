/** Following a log of which only pages are here. */
import type { InfiniteData } from "@tanstack/react-query";
import type { AuditEntry } from "../../api/queries";

export interface LogPage {
  items: AuditEntry[];
  next?: string | null;
}

/**
 * The newest page put before what is here. Entries that had no place in the log may have one by now. Where nothing
 * meets what is here there is a gap: it begins again.
 */
export function prepend(old: InfiniteData<LogPage>, fresh: LogPage): InfiniteData<LogPage> {
  const [first, ...rest] = old.pages;
  const known = new Set(fresh.items.map((entry) => entry.encoded));
  const kept = first?.items.filter((entry) => !known.has(entry.encoded)) ?? [];
  const meets = fresh.next == null || kept.length < (first?.items.length ?? 0);
  if (!first || !meets) return { pages: [fresh], pageParams: [""] };
  return { pages: [{ ...first, items: [...fresh.items, ...kept] }, ...rest], pageParams: old.pageParams };
}
