import { expect, test } from "vitest";
import { exportUrl, filterOf, readSearch } from "./filter";

test("what is no filter in an address is left out", () => {
  expect(
    readSearch({ action: "run.end", from: "2026-13-40", to: "2026-03-01", q: " ", live: "yes", x: 1 }),
  ).toEqual({
    action: "run.end",
    to: "2026-03-01",
  });
});

test("the last day is shown whole", () => {
  const { from, to } = filterOf({ from: "2026-03-01", to: "2026-03-01" });
  expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(86_400_000);
  expect(filterOf({}, "w")).toEqual({ workspace: "w" });
});

test("the export takes the same filters", () => {
  expect(exportUrl({ action: "a&b" }, "csv")).toBe("/api/v1/audit/export?action=a%26b&format=csv");
});
