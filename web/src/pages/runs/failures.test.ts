import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failureOf } from "./failures";

const source = readFileSync(
  join(import.meta.dirname, "../../../../crates/confidential/engine/src/error.rs"),
  "utf8",
);
const unknown = failureOf("?", undefined);

test("every check and code of the engine is told in words", () => {
  const checks = [...source.matchAll(/= "((?:statement|plan|rule)\.[a-z_]+)"/g)].map(([, name]) => name);
  const codes = [...source.matchAll(/=> "((?:sql|table|input|run)\.[a-z_]+)"/g)].map(([, name]) => name);
  expect([checks.length > 20, codes.length > 8]).toEqual([true, true]);
  expect(
    checks.filter(
      (check) => failureOf(check, check) === unknown || failureOf(check, check).what === unknown.what,
    ),
  ).toEqual([]);
  const untold = codes.filter((code) => failureOf(code, null).what === unknown.what);
  expect(untold, "a cancelled run is no failure").toEqual(["run.cancelled"]);
});

test("a check is told rather than the code that comes with it", () => {
  expect(failureOf("refused", "grant").what).toContain("not shared");
  expect(failureOf("rule.join", "rule.join").what).toContain("inner joins");
  expect(failureOf("plan.node", "plan.node").remedy).toMatch(/^Return the job to draft/);
  expect(failureOf("plan.node", "plan.node", "test").remedy).toBe("Change the draft and test it again.");
  expect(unknown.remedy).toContain("operator");
});
