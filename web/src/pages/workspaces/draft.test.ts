import { expect, test } from "vitest";
import { creationOf, detailsProblems, EMPTY, policyProblem, readDraft } from "./draft";

test("details are checked before anything is signed", () => {
  expect(detailsProblems(EMPTY).name).toBeDefined();
  expect(detailsProblems({ ...EMPTY, name: "Trial 1" })).toEqual({});
  expect(detailsProblems({ ...EMPTY, name: "a/b", members: ["x"], description: "d".repeat(151) })).toEqual({
    name: "1 to 50 letters, digits, blanks, - or _",
    description: "At most 150 characters",
    members: "No e-mail address: x",
  });
});

test("a policy nobody can meet is told", () => {
  const group = { name: "legal", threshold: 2, members: ["a@b.example"] };
  expect(policyProblem({ ...EMPTY, approval: "groups" })).toContain("Add a group");
  expect(policyProblem({ ...EMPTY, approval: "groups", groups: [group] })).toBe(
    "Of the group legal, 1 to 1 must approve",
  );
  expect(policyProblem({ ...EMPTY, run: "named" })).toContain("Name who may run");
  expect(policyProblem({ ...EMPTY, recoverers: ["a@b.example"] })).toContain("two recoverers");
  expect(policyProblem(EMPTY)).toBeUndefined();
});

test("a draft is read back, and what is none is not", () => {
  const draft = { ...EMPTY, name: "Trial", members: ["a@b.example"] };
  expect(readDraft(JSON.stringify(draft))).toEqual(draft);
  for (const bad of [null, "", "{}", "[]", '{"name":1}', "nonsense"]) expect(readDraft(bad)).toEqual(EMPTY);
});

test("what is typed becomes what is signed", () => {
  expect(creationOf({ ...EMPTY, name: " Trial ", run: "named", runners: ["a@b.example"] })).toMatchObject({
    name: "Trial",
    description: undefined,
    approval: { policy: "all_members" },
    run: { policy: "named", members: ["a@b.example"] },
    floor: "hardware",
  });
});
