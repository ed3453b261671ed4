/** Which workspaces an organisation admin can add somebody to or remove somebody from, and who can where they cannot. */
import type { User, Workspace } from "../../api/queries";
import { workspacesOf } from "./members";

const administrators = (workspace: Workspace) =>
  workspace.members.filter((member) => member.administrator).map((member) => member.email);

/** Why this admin cannot change the members of a workspace now; nothing when they can. */
export function changeProblem(workspace: Workspace | undefined, own: string): string | undefined {
  if (!workspace) return "Its administrators change its members; you are not among them.";
  if (workspace.state !== "active") return `It is ${workspace.state}: its members stay as they are.`;
  if (!administrators(workspace).includes(own)) {
    return `Its charter names ${administrators(workspace).join(", ")} as administrator: ask there.`;
  }
  if (workspace.pending_charter) return "A charter waits for answers already: one change at a time.";
  return undefined;
}

/** A workspace of the admin's organisation that others administer: the admin proposes to them. */
export interface Place {
  id: string;
  name: string;
}

/** Where the admin can but propose: their organisation made it, and its charter lets others decide. */
export function proposable(users: User[], workspaces: Workspace[], own: string): Place[] {
  const decides = (id: string) =>
    workspaces.some((workspace) => workspace.id === id && administrators(workspace).includes(own));
  const found = new Map<string, Place>();
  for (const { id, name, own: ours } of users.flatMap(workspacesOf)) {
    if (ours && !decides(id)) found.set(id, { id, name });
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Where somebody can be added now. */
export function addable(workspaces: Workspace[], user: User, own: string): Workspace[] {
  const known = new Set(workspacesOf(user).map((workspace) => workspace.id));
  return workspaces.filter(
    (workspace) => !known.has(workspace.id) && changeProblem(workspace, own) === undefined,
  );
}
