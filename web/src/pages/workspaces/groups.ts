/** Which tab a workspace is under, and what its next step is. */
import type { Workspace } from "../../api/queries";

export const TABS = ["My workspaces", "New Invites", "Archived"] as const;
export type Tab = (typeof TABS)[number];

const mine = (workspace: Workspace, email: string) =>
  workspace.members.find((member) => member.email === email);

export function tabOf(workspace: Workspace): Tab {
  if (workspace.state === "archived" || workspace.state === "rejected") return "Archived";
  return workspace.state === "pending" || workspace.pending_charter ? "New Invites" : "My workspaces";
}

/** Under "My workspaces" stands what is in force, also while a later charter waits. */
export function listed(workspaces: Workspace[], tab: Tab): Workspace[] {
  return workspaces.filter((workspace) =>
    tab === "My workspaces" ? workspace.state === "active" : tabOf(workspace) === tab,
  );
}

export function nextStep(workspace: Workspace, email: string): string {
  const waiting = workspace.members.filter((member) => member.answer === "pending");
  if (workspace.state === "archived") return "Read only: archived for good";
  if (workspace.state === "rejected") return "Over: a member declined";
  if (mine(workspace, email)?.answer === "pending") return "Accept or decline the charter";
  if (waiting.length > 0) return `Waits for ${waiting.map((member) => member.email).join(", ")}`;
  if (workspace.state === "pending") return "Waits for the broker";
  return workspace.kind === "agentic" ? "Workflows are not in this version" : "Write a job";
}
