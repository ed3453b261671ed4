import { expect, test } from "vitest";
import type { User, Workspace } from "../../api/queries";
import { addable, changeProblem, proposable } from "./membership";

const OWN = "oda@north.example";
const workspace = (id: string, more: Partial<Workspace> = {}) =>
  ({
    id,
    name: id,
    state: "active",
    members: [{ email: OWN, administrator: true }],
    ...more,
  }) as Workspace;

test("who cannot change a workspace's members is told why, and who can", () => {
  expect(changeProblem(workspace("a"), OWN)).toBeUndefined();
  expect(changeProblem(undefined, OWN)).toContain("you are not among them");
  expect(changeProblem(workspace("a", { state: "archived" }), OWN)).toContain("archived");
  expect(changeProblem(workspace("a", { pending_charter: "d" }), OWN)).toContain("one change at a time");
  const members = [{ email: "ben@lab.example", administrator: true }] as Workspace["members"];
  expect(changeProblem(workspace("a", { members }), OWN)).toContain("ben@lab.example");
});

test("an admin proposes where their organisation made it and others decide", () => {
  const place = (id: string, ours: boolean) => ({ id, name: id, answer: "accepted", own: ours });
  const users = [
    { workspaces: [place("mine", true), place("b", true), place("theirs", false)] },
    { workspaces: [place("b", true), place("a", true)] },
  ] as unknown as User[];
  expect(proposable(users, [workspace("mine")], OWN).map((one) => one.id)).toEqual(["a", "b"]);
});

test("somebody is added where they are not yet, and where the admin may", () => {
  const user = { workspaces: [{ id: "a", name: "a", answer: "pending", own: true }] } as unknown as User;
  const all = [workspace("a"), workspace("b"), workspace("c", { state: "pending" })];
  expect(addable(all, user, OWN).map((one) => one.id)).toEqual(["b"]);
});
