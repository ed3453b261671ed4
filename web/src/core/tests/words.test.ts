import { expect, test } from "vitest";
import { describe } from "../describe";
import { rulesWords } from "../describe/datasets";
import type { Names } from "../describe/facts";
import type { Rules } from "../statement/bodies/rules";
import { makeWorld } from "./world";

const digest = (byte: string): string => byte.repeat(32);

test("people and things are named by what is known of them, and by digest otherwise", async () => {
  const { ana, ben, charter, genesis } = await makeWorld();
  const names: Names = {
    person: (one) => [ana.person, ben.person].find((person) => person.digest === one),
    label: (one) => (one === genesis ? "Study" : undefined),
  };
  const suspended = describe("suspension", { member: ben.person.digest, charter: genesis }, names);
  expect(suspended.title).toBe("Suspend ben@example.org (Nord Klinik)");
  expect(suspended.people.map(({ person }) => person.certificate.email)).toEqual(["ben@example.org"]);
  expect(describe("archive", { charter: genesis }, names).title).toBe(
    "Archive the workspace `Study` for good",
  );
  expect(describe("suspension", { member: digest("ab"), charter: genesis }, names).title).toContain(
    "unknown here",
  );
  expect(describe("review", { spec: digest("cd"), charter: charter.digest, decision: "approve" }).title).toBe(
    "Approve the job `cdcdcdcd…cdcdcdcd`",
  );
});

test("what a grant opens is said, whichever way it is pinned", () => {
  const said = (pin: "follows" | { charter: string }, allow_simulated: boolean): string =>
    describe("grant", { manifest: digest("01"), pin, allow_simulated }).consequences.join(" ");
  expect(said("follows", true)).toMatch(/every later charter.*Simulated workers may get its key/s);
  expect(said({ charter: digest("02") }, false)).toMatch(/this charter only.*genuine hardware/s);
});

test("rules are said a sentence each", () => {
  const rules: Rules = {
    allowed_columns: ["a", "b"],
    uses: ["sql"],
    expires: "2030-01-01T00:00:00Z",
    any_of: [
      {
        all_of: [
          { column: "a", op: ">=", value: 5n },
          { column: "b", op: "is not empty" },
        ],
      },
      { all_of: [{ column: "b", op: "in", value: ["x", "y"] }] },
    ],
    analysis: {
      rule: "aggregation",
      identity: "id",
      threshold: 5,
      group_by: ["b"],
      join_on: [],
      aggregate: { a: { functions: ["sum", "count"], bounds: [0, 10] } },
    },
  };
  expect(rulesWords(rules)).toEqual([
    "Only aggregates over at least 5 different values of id are returned; grouped by b; aggregating a (sum, count within 0 to 10).",
    "Only these columns exist for others: a, b.",
    "A row is visible where a >= 5 and b is not empty, or b in ('x', 'y').",
    "It may be used by: sql.",
    "From 2030-01-01T00:00:00Z on it is not released.",
  ]);
});
