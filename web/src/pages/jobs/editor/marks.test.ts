import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import type { TableInfo } from "../tables";
import { complete, quoted, tablesIn } from "./complete";
import { marksOf } from "./marks";
import { FUNCTIONS } from "./words";

const table = (name: string, ...columns: string[]): TableInfo => ({
  name,
  dataset: name,
  owner: "wim@north.example",
  columns: columns.map((column) => ({ name: column, type: "integer", nullable: false })),
  analysis: { rule: "none" },
});
const KNOWN = [table("lab", "id", "grp"), table("visits", "id", "Day of visit")];
const marked = (sql: string) => marksOf(sql, KNOWN).map(({ from, to }) => sql.slice(from, to));

test.each([
  ["select grp, count(*) as n from lab group by grp order by n", []],
  ["select a.grp g, b.id from lab a join visits as b on a.id = b.id where g > 1", []],
  ['select "Day of visit" from visits', []],
  ["select sum(case when grp > $low then 1 else 0 end) total from lab", []],
  ["select extract(year from grp) from lab", []],
  ["select 1 from secrets", ["secrets"]],
  ["select 1 from lab, secrets s join others o on true", ["secrets", "others"]],
  ["select grpp, count(*) from lab group by grpp", ["grpp", "grpp"]],
  ["select a.nothing from lab a", ["nothing"]],
  ["select lab.nothing from lab", ["nothing"]],
  ["with x as (select 1 as y from lab) select y, z from x", []],
  ["select (", []],
  ["drop table lab", []],
])("%s", (sql, expected) => {
  expect(marked(sql)).toEqual(expected);
});

test("a mark says what would be right", () => {
  expect(marksOf("select 1 from secrets", KNOWN)[0]?.text).toBe(
    "`secrets` is not shared to this workspace (shared: lab, visits)",
  );
});

test("the functions offered are those that jobs have", () => {
  const path = "../../../../../crates/shared/model/src/engine.rs";
  const source = readFileSync(join(import.meta.dirname, path), "utf8");
  const list = source.slice(source.indexOf("pub const FUNCTIONS"));
  expect(FUNCTIONS).toEqual([...list.matchAll(/"([a-z0-9_]+)"/g)].map(([, name]) => name));
});

const completed = (text: string, explicit = false) => {
  const state = EditorState.create({ doc: text });
  const found = complete(new CompletionContext(state, text.length, explicit), KNOWN, [
    { name: "low", type: "integer" },
  ]);
  return found?.options
    .filter(({ type }) => type !== "keyword" && type !== "function")
    .map(({ label }) => label);
};

test("columns of the tables that the query names, and variables, are offered", () => {
  expect(completed("select g from lab where g")).toEqual(["id", "grp"]);
  expect(completed("select g")).toEqual(["id", "grp", "id", "Day of visit"]);
  expect(completed("select 1 from lab where id > $")).toEqual(["$low"]);
  expect(completed("select lab.g")).toBeUndefined();
  expect(completed("select ")).toBeUndefined();
  expect(completed("select * from visits where ", true)).toEqual(["id", "Day of visit"]);
  expect(tablesIn("select 1", KNOWN)).toHaveLength(2);
  expect([quoted("grp"), quoted("Day of visit"), quoted('a"b')]).toEqual(["grp", '"Day of visit"', '"a""b"']);
});
