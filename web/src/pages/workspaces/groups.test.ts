import { expect, test } from "vitest";
import type { Workspace } from "../../api/queries";
import { asked, listed, mayWithdraw, nextStep, tabOf } from "./groups";

const members = (answers: Record<string, string>) =>
  Object.entries(answers).map(([email, answer]) => ({ email, answer, administrator: email === "a" }));
const waiting = (answers: Record<string, string>) =>
  Object.keys(answers).filter((email) => answers[email] === "pending");
const made = (
  state: string,
  answers: Record<string, string> = {},
  later?: Record<string, string>,
): Workspace =>
  ({
    id: state,
    state,
    kind: "analytics",
    members: members(answers),
    awaiting: waiting(later ?? answers),
    proposed_by: "a",
    ...(later ? { pending_charter: "next", pending_members: members(later) } : {}),
  }) as unknown as Workspace;

test("each workspace has its tab; one in force stays under mine while a charter waits", () => {
  expect(["pending", "active", "rejected", "archived"].map((state) => tabOf(made(state)))).toEqual([
    "New Invites",
    "My workspaces",
    "Archived",
    "Archived",
  ]);
  const amended = made("active", {}, {});
  expect(listed([amended], "My workspaces")).toHaveLength(1);
  expect(listed([amended], "New Invites")).toHaveLength(1);
});

test("the next step is one's own first", () => {
  expect(nextStep(made("pending", { a: "pending", b: "pending" }), "a")).toBe(
    "Accept or decline the charter",
  );
  expect(nextStep(made("pending", { a: "accepted", b: "pending" }), "a")).toBe("Waits for b");
  expect(nextStep(made("active", { a: "accepted" }), "a")).toBe("Write a job");
});

test("of a later charter the answers to it are told, and who takes it back", () => {
  const amended = made("active", { a: "accepted", b: "accepted" }, { a: "accepted", b: "pending" });
  expect(asked(amended).map((member) => member.answer)).toEqual(["accepted", "pending"]);
  expect(nextStep(amended, "b")).toBe("Accept or decline the charter");
  expect(nextStep(amended, "a")).toBe("Waits for b");
  const complete = made("active", { a: "accepted" }, { a: "accepted", b: "not_needed" });
  expect(nextStep(complete, "b")).toBe("Waits for the broker");
  expect([mayWithdraw(amended, "a"), mayWithdraw(amended, "b")]).toEqual([true, false]);
  expect(mayWithdraw(made("active", { a: "accepted" }), "a")).toBe(false);
});
