import { expect, test } from "vitest";
import { staleKeys } from "./keys";

const at = "2026-03-01T12:00:00Z";

test("an act makes old what shows it, and the inbox", () => {
  expect(staleKeys({ at, action: "workspace.create" })).toEqual([["workspaces"], ["users"], ["notices"]]);
  expect(staleKeys({ at, action: "run.finish", target: "r" })).toEqual([["runs"], ["jobs"], ["notices"]]);
  expect(staleKeys({ at, action: "log.read" })).toEqual([["notices"]]);
});

test("progress is about its run only", () => {
  expect(staleKeys({ at, action: "run.progress", target: "r" })).toEqual([["runs", "r"]]);
});
