import { expect, test } from "vitest";
import { queryProblem } from "./query";

test("a query that can be submitted, or is not written yet, has no problem", () => {
  expect(queryProblem("", [])).toBeUndefined();
  expect(queryProblem("select count(*) from lab", ["lab"])).toBeUndefined();
});

test("what cannot be submitted is told while it is written, with what to do", () => {
  expect(queryProblem("SELECT 42 AS answer", ["lab"])).toBe(
    "This can be saved, not submitted: the query reads no shared table. Read at least one of the tables listed here, and no other.",
  );
  expect(queryProblem("SELECT 42 AS answer", [])).toMatch(/Let the owner of a dataset share it/);
  expect(queryProblem("select * from secrets", ["lab"])).toMatch(/`secrets` is not a table shared/);
});
