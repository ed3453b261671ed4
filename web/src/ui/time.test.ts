import { expect, test } from "vitest";
import { absolute, elapsed, relative } from "./time";

const now = Date.parse("2026-03-01T12:00:00Z");

test("times in words, past and future", () => {
  const cases: [string, string][] = [
    ["2026-03-01T11:59:58.123456Z", "just now"],
    ["2026-03-01T12:00:04Z", "just now"],
    ["2026-03-01T12:00:50Z", "in a minute"],
    ["2026-03-01T11:57:00Z", "3 minutes ago"],
    ["2026-03-01T10:00:00Z", "2 hours ago"],
    ["2026-02-28T11:00:00Z", "yesterday"],
    ["2026-03-03T13:00:00Z", "in 2 days"],
    ["2024-03-01T12:00:00Z", "2 years ago"],
  ];
  for (const [at, said] of cases) expect(relative(at, now), at).toBe(said);
});

test("how long it took", () => {
  const from = "2026-03-01T12:00:00Z";
  expect(elapsed(from, "2026-03-01T12:00:01.500Z")).toBe("1.5 s");
  expect(elapsed(from, "2026-03-01T12:01:05Z")).toBe("1 min 5 s");
  expect(elapsed(from, "2026-03-01T14:03:00Z")).toBe("2 h 3 min");
  expect(elapsed(from, "2026-03-01T11:00:00Z"), "a clock that runs behind").toBe("0.0 s");
});

test("what is no time is shown as it is", () => {
  expect(absolute("soon")).toBe("soon");
});
