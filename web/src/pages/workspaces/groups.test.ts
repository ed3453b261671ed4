import { expect, test } from "vitest";
import type { Workspace } from "../../api/queries";
import { listed, nextStep, tabOf } from "./groups";

const made = (state: string, answers: Record<string, string> = {}, pending?: string): Workspace =>
  ({
    id: state,
    state,
    kind: "analytics",
    members: Object.entries(answers).map(([email, answer]) => ({ email, answer })),
    pending_charter: pending,
  }) as unknown as Workspace;

test("each workspace has its tab; one in force stays under mine while a charter waits", () => {
  expect(["pending", "active", "rejected", "archived"].map((state) => tabOf(made(state)))).toEqual([
    "New Invites",
    "My workspaces",
    "Archived",
    "Archived",
  ]);
  const amended = made("active", {}, "next");
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
