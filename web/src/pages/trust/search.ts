/** Searching and following a log of which only pages are here. */
import type { InfiniteData } from "@tanstack/react-query";
import type { AuditEntry } from "../../api/queries";

export interface LogPage {
  items: AuditEntry[];
  next?: string | null;
}

/** Matches that are looked for before the search rests. */
export const ENOUGH = 50;
/** Entries that are read for one step of a search: then the person says whether it goes on. */
export const STRIDE = 1000;

export function matches(entry: AuditEntry, q: string): boolean {
  const sought = q.toLowerCase();
  const said = [entry.actor, entry.action, entry.target, entry.outcome, entry.check];
  return said.some((text) => text?.toLowerCase().includes(sought));
}

export interface Progress {
  readonly searched: number;
  readonly found: number;
  /** Whether there is more to read. */
  readonly more: boolean;
  /** Up to how many entries the person let it read. */
  readonly allowed: number;
}

/** Whether a search reads another page by itself. */
export const goesOn = ({ searched, found, more, allowed }: Progress): boolean =>
  more && found < ENOUGH && searched < allowed;

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
