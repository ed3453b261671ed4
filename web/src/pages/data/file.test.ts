import { expect, test } from "vitest";
import { rulesProblem } from "../../core/verify/rules";
import { additionOf, EMPTY, nameOf, problemOf } from "./draft";
import { FileProblem, lookAt, typeOf } from "./file";
import { formOf, OPEN_FORM, type RulesForm, rulesOf } from "./rulesForm";

const file = (text: string | Uint8Array<ArrayBuffer>, name = "patients.csv") => new File([text], name);

test("a column has the narrowest type that every value has, as the worker decides", () => {
  for (const [values, type] of [
    [["true", "FALSE", ""], "boolean"],
    [["1", "-20", "+3"], "integer"],
    [["9223372036854775808"], "float"],
    [["1.5", "2", "1e3", "NaN"], "float"],
    [["NaN"], "string"],
    [["007"], "string"],
    [["2026-01-31", "2026-12-01"], "date"],
    [["2026-01-31", "2026-12-01T10:00:00Z"], "datetime"],
    [["2026-13-01"], "string"],
    [["", ""], "string"],
    [["a"], "string"],
  ] as const) {
    expect(typeOf(values), values.join()).toBe(type);
  }
});

test("a CSV file tells its columns, its rows and the lines that do not fit", async () => {
  const look = await lookAt(file('id;name;born\n1;Ana;1980-01-02\n2;"Ben; B";\n3;too;many;fields\n'), true);
  expect(look.columns).toEqual([
    { name: "id", type: "integer", nullable: false },
    { name: "name", type: "string", nullable: false },
    { name: "born", type: "date", nullable: true },
  ]);
  expect(look.rows).toEqual([
    ["1", "Ana", "1980-01-02"],
    ["2", "Ben; B", ""],
  ]);
  expect(look.bad).toEqual([{ line: 4, why: "4 fields instead of 3" }]);
  expect(look.whole).toBe(true);
  const headless = await lookAt(file("1,2\n3,4\n"), false);
  expect(headless.columns.map((column) => column.name)).toEqual(["c1", "c2"]);
});

test("a file that cannot be added is refused in words", async () => {
  for (const [given, words] of [
    [file(""), "empty"],
    [file("id,id\n1,2\n"), "appears twice"],
    [file("id\n"), "no rows below it"],
    [file(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0)), "no text"],
    [file(Uint8Array.of(0x69, 0x64, 0x0a, 0xff, 0xfe)), "not UTF-8"],
    [file('{"a": 1}\n'), "JSON"],
    [file("PAR1 and nothing more of it"), "begins like Parquet"],
  ] as const) {
    const refused = await lookAt(given, true).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(FileProblem);
    expect((refused as FileProblem).message).toContain(words);
  }
});

test("what is edited is what is signed, and comes back as it was", () => {
  const columns = [
    { name: "person", type: "string" as const, nullable: false },
    { name: "age", type: "integer" as const, nullable: true },
    { name: "charge", type: "float" as const, nullable: true },
  ];
  const form: RulesForm = {
    ...OPEN_FORM,
    allowed: ["person", "age", "charge"],
    expires: "2027-06-30",
    groups: [
      [
        { column: "age", op: ">=", value: "18" },
        { column: "charge", op: "is not empty", value: "" },
      ],
      [{ column: "person", op: "in", value: "a, b" }],
    ],
    analysis: "aggregation",
    identity: "person",
    groupBy: ["age"],
    aggregate: { charge: { functions: ["avg", "count"], low: "0", high: "1000.5" } },
  };
  const rules = rulesOf(form, columns);
  expect(rulesProblem(rules, columns)).toBeUndefined();
  expect(rules.any_of[0]?.all_of[0]?.value).toBe(18n);
  expect(rules.expires).toBe("2027-06-30T23:59:59Z");
  expect(rulesOf(formOf(rules), columns)).toEqual(rules);
});

test("rules that make no sense are refused by the words of their field", () => {
  const columns = [
    { name: "person", type: "string" as const, nullable: false },
    { name: "age", type: "integer" as const, nullable: true },
  ];
  const aggregation = { analysis: "aggregation" as const, identity: "person", threshold: 10 };
  for (const [part, words] of [
    [{ uses: [] }, "at least one kind"],
    [{ allowed: [] }, "at least one column"],
    [{ groups: [[{ column: "age", op: "=" as const, value: "old" }]] }, "a whole number"],
    [{ groups: [[{ column: "gone", op: "=" as const, value: "1" }]] }, "no column `gone`"],
    [{ ...aggregation, threshold: 1 }, "at least 2"],
    [{ ...aggregation, identity: "" }, "whose row"],
    [{ ...aggregation, groupBy: ["person"] }, "must not reach any output"],
    [{ ...aggregation, aggregate: { age: { functions: ["sum"], low: "", high: "" } } }, "needs bounds"],
    [{ ...aggregation, aggregate: { age: { functions: ["sum"], low: "9", high: "1" } } }, "the lower first"],
    [{ ...aggregation, groupBy: ["age"], joinOn: ["age"] }, "do not group by it"],
  ] as const) {
    const form = { ...OPEN_FORM, ...part } as RulesForm;
    expect(rulesProblem(rulesOf(form, columns), columns)).toContain(words);
  }
});

test("a draft asks for what was typed, and a corrected type is the owner's word", async () => {
  const look = await lookAt(file("id,zip\n1,10115\n2,80331\n"), true);
  const draft = { ...EMPTY, name: nameOf("my patients (2).csv") };
  expect(draft.name).toBe("my patients 2");
  expect(additionOf(draft, look).fixed).toBe(false);
  const fixed = additionOf({ ...draft, types: { zip: "string" } }, look);
  expect(fixed.fixed).toBe(true);
  expect(fixed.columns).toEqual([
    { name: "id", type: "integer", nullable: true },
    { name: "zip", type: "string", nullable: true },
  ]);
  expect(problemOf(0, { ...draft, name: "" }, look)).toContain("1 to 80");
  expect(problemOf(0, draft, undefined)).toBe("choose a file");
});
