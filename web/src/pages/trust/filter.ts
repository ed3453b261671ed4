/** The filters of the audit log, as they stand in the address. */
export interface LogSearch {
  action?: string;
  from?: string;
  to?: string;
  q?: string;
  live?: boolean;
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined;

const day = (value: unknown): string | undefined =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;

export function readSearch(search: Record<string, unknown>): LogSearch {
  const found: LogSearch = {};
  const action = text(search.action);
  const from = day(search.from);
  const to = day(search.to);
  const q = text(search.q);
  if (action) found.action = action;
  if (from) found.from = from;
  if (to) found.to = to;
  if (q) found.q = q;
  if (search.live === true) found.live = true;
  return found;
}

/** Whole days of this browser's clock as the server's moments: `to` is the last day shown. */
export function filterOf(search: LogSearch, workspace?: string) {
  const moment = (date: string, days: number) => {
    const [year = 0, month = 1, number = 1] = date.split("-").map(Number);
    return new Date(year, month - 1, number + days).toISOString().replace(".000Z", "Z");
  };
  return {
    ...(workspace ? { workspace } : {}),
    ...(search.action ? { action: search.action } : {}),
    ...(search.q ? { q: [...search.q.trim()].slice(0, 200).join("") } : {}),
    ...(search.from ? { from: moment(search.from, 0) } : {}),
    ...(search.to ? { to: moment(search.to, 1) } : {}),
  };
}

/** Where the export with these filters is. */
export function exportUrl(filter: Record<string, string>, format: "jsonl" | "csv"): string {
  return `/api/v1/audit/export?${new URLSearchParams({ ...filter, format })}`;
}
