/** Which cached answers an event makes old. */
import type { QueryKey } from "@tanstack/react-query";
import type { Schemas } from "../api/client";

export type Event = Schemas["Event"];

/** By the first word of the act. What is not named here concerns nobody's page but the audit log's. */
const BY_NOUN: Record<string, string[]> = {
  // The list of users says in which workspaces they are.
  workspace: ["workspaces", "users"],
  statement: ["workspaces", "users", "datasets", "runs"],
  dataset: ["datasets"],
  job: ["jobs", "runs"],
  run: ["runs", "jobs"],
  user: ["users", "me"],
  certificate: ["me", "users", "workspaces"],
  session: ["sessions"],
  token: ["tokens"],
  provider: ["sign-in", "provider-names"],
  "sign-in": ["sign-in"],
};

export function staleKeys(event: Event): QueryKey[] {
  const noun = event.action.split(".")[0] ?? "";
  // Progress comes several times a second and is about one run only.
  if (event.action === "run.progress") return event.target ? [["runs", event.target]] : [];
  const keys: QueryKey[] = (BY_NOUN[noun] ?? []).map((key) => [key]);
  return [...keys, ["notices"]];
}
