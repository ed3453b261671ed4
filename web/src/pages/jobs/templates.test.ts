import { expect, test } from "vitest";
import type { Analysis, Column } from "../../core/statement/bodies/rules";
import { marksOf } from "./editor/marks";
import { queryProblem } from "./query";
import type { TableInfo } from "./tables";
import { TEMPLATES } from "./templates";

const table = (
  name: string,
  columns: Record<string, Column["type"]>,
  analysis: Analysis = { rule: "none" },
): TableInfo => ({
  name,
  dataset: name,
  owner: "wim@north.example",
  columns: Object.entries(columns).map(([column, type]) => ({ name: column, type, nullable: false })),
  analysis,
});
const LAB = table("lab", { id: "integer", Site: "string", dose: "float", day: "date" });
const VISITS = table("visits", { id: "integer", length: "integer" });
const GUARDED = table(
  "guarded",
  { id: "integer", site: "string", dose: "float", secret: "string" },
  {
    rule: "aggregation",
    identity: "id",
    threshold: 5,
    group_by: ["site"],
    join_on: ["id"],
    aggregate: { dose: { functions: ["avg"] } },
  },
);
const written = (id: string, first: TableInfo, second = VISITS) =>
  TEMPLATES.find((template) => template.id === id)?.write(first, second);

test.each(TEMPLATES.map((template) => template.id))("%s is a query that can be submitted", (id) => {
  const text = written(id, LAB) ?? "";
  expect(queryProblem(text, ["lab", "visits"])).toBeUndefined();
  expect(marksOf(text, [LAB, VISITS])).toEqual([]);
});

test("columns are chosen by their type, and quoted where they must be", () => {
  expect(written("group", LAB)).toBe(
    'select\n  "Site",\n  count(*) as row_count,\n  avg(dose) as average_dose\nfrom lab\ngroup by "Site"\norder by "Site"\n',
  );
  expect(written("overlap", LAB)).toContain("join visits b on a.id = b.id");
  expect(written("series", LAB)).toContain("date_trunc('month', day)");
});

test("a protected table gives what its owner allows, or nothing", () => {
  expect(written("group", GUARDED)).toContain("group by site");
  expect(written("join", GUARDED)).toContain("a.id = b.id");
  expect(written("histogram", GUARDED)).toBeUndefined();
  expect(TEMPLATES.map((one) => one.write(GUARDED, VISITS) ?? "").join()).not.toContain("secret");
});

test("what the columns do not give is not offered", () => {
  expect(["join", "overlap"].map((id) => written(id, LAB, table("other", { x: "integer" })))).toEqual([
    undefined,
    undefined,
  ]);
  expect(written("series", VISITS)).toBeUndefined();
});
