/**
 * How far this browser's clock is from the server's, by the `Date` of its answers. What is signed carries the time of
 * this browser: a clock that is off makes statements that are refused, so the page says it before.
 */
type Listener = () => void;

/** What a slow answer and whole seconds may account for. */
const FINE = 5 * 60_000;

let skew = 0;
const listeners = new Set<Listener>();

/** Milliseconds that this clock is ahead of the server's; 0 when it is near enough. */
export function skewOf(date: string | null, now: number): number {
  const server = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(server) || Math.abs(now - server) < FINE ? 0 : now - server;
}

/** Tells of a change only, not of every answer. */
export function noteDate(response: Response): void {
  const found = skewOf(response.headers.get("date"), Date.now());
  const changed = Math.abs(found - skew) >= FINE || (found === 0) !== (skew === 0);
  if (!changed) return;
  skew = found;
  for (const listener of listeners) listener();
}

export const clockSkew = () => skew;

export function onSkew(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** "about 1 day ahead of" */
export function skewWords(milliseconds: number): string {
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  const [count, unit] =
    minutes < 90
      ? [minutes, "minute"]
      : minutes < 36 * 60
        ? [Math.round(minutes / 60), "hour"]
        : [Math.round(minutes / 1440), "day"];
  const amount = `about ${count} ${unit}${count === 1 ? "" : "s"}`;
  return `${amount} ${milliseconds > 0 ? "ahead of" : "behind"}`;
}
