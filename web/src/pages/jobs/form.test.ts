import { expect, test } from "vitest";
import { draftOf, formOf, type JobDraft, type JobForm, localOf, problemsOf, sameText, utcOf } from "./form";
import { keep, keptKey, readKept } from "./kept";
import { momentOf, newConstraint, newVariable } from "./variables";

const DRAFT: JobDraft = {
  name: "Count",
  source: "select count(*) from lab where day > $since",
  readers: ["ben@lab.example"],
  variables: [
    {
      name: "since",
      type: "datetime",
      description: "Only later ones",
      default: "2027-01-01T00:00:00Z",
      any_of: [
        { range: ["2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z"] },
        { one_of: ["2020-01-01T00:00:00Z"] },
      ],
    },
    { name: "low", type: "integer", any_of: [{ range: [1, 9] }] },
    { name: "word", type: "string", any_of: [{ length: [1, 5] }, { characters: "a-z" }] },
    { name: "yes", type: "boolean" },
  ] as unknown as Record<string, never>[],
  max_runs: 3,
  valid_until: "2027-06-30T12:00:00Z",
};

const NOW = Date.parse("2027-01-01T00:00:00Z");
const changed = (part: Partial<JobForm>): JobForm => ({ ...formOf(DRAFT), ...part });

test("a draft goes through its form unchanged", () => {
  expect(draftOf(formOf(DRAFT))).toEqual(DRAFT);
  expect(sameText({ ...DRAFT, valid_until: null })).toBe(sameText({ ...DRAFT, valid_until: undefined }));
  expect(problemsOf(formOf(DRAFT), ["lab"], NOW)).toEqual({});
  expect(utcOf(localOf("2027-06-30T12:00:00Z"))).toBe("2027-06-30T12:00:00Z");
  expect([localOf(null), utcOf("")]).toEqual(["", undefined]);
});

test("each field says what is wrong with it", () => {
  const variables = [
    { ...newVariable(), name: "Low" },
    { ...newVariable(), name: "a", optional: true, standard: "x" },
    { ...newVariable(), name: "a", constraints: [{ ...newConstraint("range"), low: "9", high: "1" }] },
    { ...newVariable(), name: "t", type: "dataset" as const, optional: true, standard: "secrets" },
    {
      ...newVariable(),
      name: "big",
      constraints: [{ ...newConstraint("one_of"), values: ["9007199254740993"] }],
    },
  ];
  const form = changed({ name: "a/b", source: " ", readers: ["ben"], max_runs: 0, variables });
  expect(problemsOf({ ...form, valid_until: "2020-01-01T00:00" }, ["lab"], NOW)).toEqual({
    name: "A job's name may not contain /; letters, digits, space, - and _ are allowed.",
    source: "Write one query",
    readers: "No e-mail address: ben",
    max_runs: "At least one",
    valid_until: "This has passed already",
    "variables.0.name": "A lower-case letter, then up to 62 lower-case letters, digits or _.",
    "variables.1.name": "Another variable has this name.",
    "variables.1.standard": "Not a value of the type integer.",
    "variables.2.name": "Another variable has this name.",
    "variables.2.constraints.0": "The lower bound is above the upper one.",
    "variables.3.standard": "Secrets is no table of the job (lab).",
    "variables.4.constraints.0": "A value listed is no integer.",
  });
});

test("moments as people type them", () => {
  expect(momentOf("2027-06-30")).toBe("2027-06-30T00:00:00Z");
  expect(momentOf("2027-06-30 12:05")).toBe("2027-06-30T12:05:00Z");
  expect(momentOf("2027-06-30T12:05:01Z")).toBe("2027-06-30T12:05:01Z");
  expect([momentOf("soon"), momentOf("2027-02-30"), momentOf("")]).toEqual([undefined, undefined, undefined]);
});

test("what is kept is read back, and nothing of another shape", () => {
  const all = new Map<string, string>();
  const store = {
    getItem: (key: string) => all.get(key) ?? null,
    setItem: (key: string, text: string) => void all.set(key, text),
    removeItem: (key: string) => void all.delete(key),
  } as unknown as Storage;
  const key = keptKey("me", "job");
  expect(readKept(key, store)).toBeUndefined();
  keep(key, { base: sameText(DRAFT), form: formOf(DRAFT), at: "2027-01-01T00:00:00Z" }, store);
  expect(readKept(key, store)?.form).toEqual(formOf(DRAFT));
  all.set(key, '{"base":"","form":{"name":1}}');
  expect(readKept(key, store)).toBeUndefined();
  const full = {
    ...store,
    setItem: () => {
      throw new Error("no room");
    },
  } as unknown as Storage;
  keep(key, { base: "", form: formOf(DRAFT), at: "" }, full);
  expect(all.has(key), "rather nothing than what is old").toBe(false);
});
