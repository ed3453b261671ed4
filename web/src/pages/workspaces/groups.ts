/** Which tab a workspace is under, and what its next step is. */
import type { Member, Workspace } from "../../api/queries";

export const TABS = ["My workspaces", "New Invites", "Archived"] as const;
export type Tab = (typeof TABS)[number];

/** Whose answers count now: those to a later charter that waits, else those to the charter shown. */
export const asked = ({ members, pending_members: later = [] }: Workspace): Member[] =>
  later.length > 0 ? later : members;

/** Whether the charter that waits still needs this member's acceptance. */
export const asks = ({ awaiting = [] }: Workspace, email: string): boolean => awaiting.includes(email);

/** Who takes the charter that waits back: its proposer, and those who administer the workspace. */
export const mayWithdraw = (workspace: Workspace, email: string): boolean =>
  (workspace.state === "pending" || workspace.pending_charter !== undefined) &&
  (workspace.proposed_by === email ||
    workspace.members.some((member) => member.email === email && member.administrator));

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
  const { awaiting = [] } = workspace;
  if (workspace.state === "archived") return "Read only: archived for good";
  if (workspace.state === "rejected") return "Over: a member declined";
  if (asks(workspace, email)) return "Accept or decline the charter";
  if (awaiting.length > 0) return `Waits for ${awaiting.join(", ")}`;
  if (workspace.state === "pending" || workspace.pending_charter) return "Waits for the broker";
  return workspace.kind === "agentic" ? "Workflows are not in this version" : "Write a job";
}
