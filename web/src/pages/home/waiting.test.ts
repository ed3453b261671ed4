import { expect, test } from "vitest";
import type { Job, Member, Run, Workspace } from "../../api/queries";
import { firstSteps, waitingFor } from "./waiting";

const me = "a@one.example";
const member = (answer: string): Member => ({
  administrator: false,
  answer,
  certificate: "c",
  email: me,
  invited: "2026-03-01T10:00:00Z",
  organisation: "one",
  suspended: false,
});
const workspace = (id: string, state: string, answer: string, later?: string): Workspace => ({
  id,
  state,
  name: `w-${id}`,
  charter: "d",
  created: "2026-03-01T09:00:00Z",
  description: "",
  kind: "analytics",
  templates: [],
  members: [member(answer)],
  version: 1,
  awaiting: (later ?? answer) === "pending" && ["pending", "active"].includes(state) ? [me] : [],
  ...(later ? { pending_charter: "next", pending_members: [member(later)] } : {}),
});
const job = (state: string, awaiting: string[]): Job => ({
  awaiting,
  created: "2026-03-01T11:00:00Z",
  creator: "b@two.example",
  draft: { name: "count", source: "", readers: [], max_runs: 1 },
  id: "j",
  reviews: [],
  runs_used: 0,
  state,
  tables: {},
  workspace: "1",
});

test("only what a person can answer waits for it", () => {
  const found = waitingFor(
    me,
    [
      workspace("1", "pending", "pending"),
      workspace("2", "active", "accepted", "pending"),
      workspace("3", "active", "accepted", "not_needed"),
      workspace("4", "pending", "accepted"),
      workspace("5", "rejected", "pending"),
    ],
    [job("under_review", [me]), job("under_review", ["b@two.example"]), job("accepted", [me])],
  );
  expect(found.map((w) => [w.kind, w.key])).toEqual([
    ["review", "j"],
    ["invitation", "1"],
    ["charter", "2"],
  ]);
  expect(found[0]?.text).toContain("w-1");
});

test("each first step is decided by what is there", () => {
  const nothing = { users: [], ownDatasets: 0, workspaces: [], runs: [], bundleRead: false };
  expect(firstSteps(nothing).map((step) => step.done)).toEqual([true, false, false, false, false, false]);
  const run = { id: "r", kind: "real", state: "succeeded" } as Run;
  const all = firstSteps({
    users: [{ roles: ["workspace_admin"] } as never],
    ownDatasets: 1,
    workspaces: [workspace("1", "active", "accepted")],
    runs: [run],
    bundleRead: true,
  });
  expect(all.every((step) => step.done)).toBe(true);
  expect(all.at(-1)?.href).toBe("/runs/r");
  const tested = firstSteps({ ...nothing, runs: [{ ...run, kind: "test" }] });
  expect(tested[4]?.done, "a test run is no run").toBe(false);
});
