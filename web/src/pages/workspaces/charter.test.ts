import { expect, test } from "vitest";
import type { Charter } from "../../core/statement/bodies/workspaces";
import { type CharterForm, changeOf, consequences, formOf, formProblem } from "./charter";

const NOW: CharterForm = {
  members: ["ana@a.example", "ben@b.example", "cleo@c.example"],
  administrators: ["ana@a.example"],
  approval: "all_members",
  groups: [],
  run: "all_members",
  runners: [],
  recoverers: [],
};
const change = (part: Partial<CharterForm>) => changeOf(NOW, { ...NOW, ...part });

test("a charter is shown by address", () => {
  const charter = {
    members: ["1", "2"],
    administrators: ["1"],
    recoverers: [],
    approval: { policy: "groups", groups: [{ name: "Both", threshold: 2, members: ["1", "2"] }] },
    run: { policy: "named", members: ["2"] },
  } as unknown as Charter;
  expect(formOf(charter, (digest) => `m${digest}@a.example`)).toEqual({
    members: ["m1@a.example", "m2@a.example"],
    administrators: ["m1@a.example"],
    approval: "groups",
    groups: [{ name: "Both", threshold: 2, members: ["m1@a.example", "m2@a.example"] }],
    run: "named",
    runners: ["m2@a.example"],
    recoverers: [],
  });
});

test("only what was changed is proposed, and nothing when only the order is another", () => {
  expect(change({})).toBeUndefined();
  expect(changeOf({ ...NOW, recoverers: ["b", "a"] }, { ...NOW, recoverers: ["a", "b"] })).toBeUndefined();
  expect(change({ members: [...NOW.members, "dan@d.example"] })).toEqual({ add: ["dan@d.example"] });
  expect(change({ members: NOW.members.slice(0, 2) })).toEqual({ remove: ["cleo@c.example"] });
  expect(change({ run: "named", runners: ["ben@b.example"] })).toEqual({
    run: { policy: "named", members: ["ben@b.example"] },
  });
  expect(
    change({ approval: "groups", groups: [{ name: " Lab ", threshold: 1, members: ["ben@b.example"] }] }),
  ).toEqual({
    approval: { policy: "groups", groups: [{ name: "Lab", threshold: 1, members: ["ben@b.example"] }] },
  });
});

test("whoever leaves must leave every policy too", () => {
  const gone = { ...NOW, members: ["ana@a.example", "ben@b.example"] };
  expect(formProblem(gone)).toBeUndefined();
  const group = { name: "Lab", threshold: 1, members: ["cleo@c.example"] };
  expect(formProblem({ ...gone, approval: "groups", groups: [group] })).toContain("cleo@c.example is not");
  expect(formProblem({ ...gone, run: "named", runners: ["cleo@c.example"] })).toContain("Who may run");
  expect(formProblem({ ...gone, administrators: [] })).toContain("administrator");
  expect(formProblem({ ...gone, recoverers: ["ana@a.example"] })).toContain("two recoverers");
  expect(formProblem({ ...gone, members: [...gone.members, "dan"] })).toContain("dan");
});

test("what comes of a change is said, and who has to accept it", () => {
  const told = (part: Partial<CharterForm>) => consequences(NOW, { ...NOW, ...part }).join(" ");
  expect(told({})).toBe("");
  expect(told({ members: [...NOW.members, "dan@d.example"] })).toContain("Only the new members");
  const removed = told({ members: NOW.members.slice(0, 2) });
  expect(removed).toContain("cleo@c.example will lose access");
  expect(removed).toContain("Every member it lists");
  expect(told({ run: "creator_only" })).toContain("for accepted jobs too");
});
