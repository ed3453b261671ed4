/** Moments: RFC 3339 in UTC with up to six decimals, none of them a trailing zero. The one text Rust writes. */
import { text } from "./json/codec";

/** `2027-06-30T00:00:00Z`, `2027-06-30T00:00:00.25Z`. */
export type Timestamp = string;

const SHAPE = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{0,5}[1-9]))?Z$/;

/** Whether a text is a moment in its one form. */
export function isTimestamp(value: string): boolean {
  const seconds = SHAPE.exec(value)?.[1];
  if (seconds === undefined) {
    return false;
  }
  const time = Date.parse(`${seconds}Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(seconds);
}

/** Microseconds since 1970. */
export function micros(moment: Timestamp): bigint {
  const [, seconds = "", fraction = ""] = SHAPE.exec(moment) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, "0"));
}

/** The moment so many microseconds after 1970. */
export function fromMicros(value: bigint): Timestamp {
  const second = value >= 0n ? value / 1_000_000n : (value - 999_999n) / 1_000_000n;
  const rest = (value - second * 1_000_000n).toString().padStart(6, "0").replace(/0+$/, "");
  const seconds = new Date(Number(second) * 1000).toISOString().slice(0, 19);
  return rest === "" ? `${seconds}Z` : `${seconds}.${rest}Z`;
}

/** The moment of a `Date`. */
export function fromDate(date: Date): Timestamp {
  return fromMicros(BigInt(date.getTime()) * 1000n);
}

/** A moment so many seconds later. */
export function plusSeconds(moment: Timestamp, seconds: number): Timestamp {
  return fromMicros(micros(moment) + BigInt(seconds) * 1_000_000n);
}

/** Whether `a` is before `b`. */
export function isBefore(a: Timestamp, b: Timestamp): boolean {
  return micros(a) < micros(b);
}

/** How far the clocks of two members may differ, in seconds. */
export const CLOCK_SKEW_SECONDS = 300;

/** Written and read only in the one form. */
export const timestamp = text((value) =>
  isTimestamp(value) ? undefined : `\`${value.slice(0, 60)}\` is not a time such as 2027-06-30T00:00:00Z`,
);
