/** Members as the admin's table shows them. */
import type { User } from "../../api/queries";
import { roleWords } from "../../api/roles";
import { csv } from "../../ui/csv";

/** What people call someone: the part of the address before the `@`, in words. */
export function nameOf(email: string): string {
  const local = email.split("@")[0] ?? email;
  return local
    .split(/[._-]+/)
    .filter((part) => part !== "")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(" ");
}

export const workspacesOf = (user: User) => user.workspaces ?? [];

export function membersCsv(users: User[]): string {
  return csv(
    ["name", "e-mail", "roles", "workspaces", "last sign-in", "joined", "deactivated"],
    users.map((user) => [
      nameOf(user.email),
      user.email,
      roleWords(user.roles).join("; "),
      workspacesOf(user)
        .map((workspace) => workspace.name)
        .join("; "),
      user.last_sign_in,
      user.joined,
      user.disabled ? "yes" : "no",
    ]),
  );
}

/** Who was invited and has not come in: a link may be made anew. */
export const isInvited = (user: User): boolean => !user.disabled && !user.last_sign_in;

export const isPast = (moment: string): boolean => Date.parse(moment) <= Date.now();

export interface Draft {
  workspaceAdmin: boolean;
  auditor: boolean;
  active: boolean;
}

export const draftOf = (user: User): Draft => ({
  workspaceAdmin: user.roles.includes("workspace_admin"),
  auditor: user.roles.includes("auditor"),
  active: !user.disabled,
});

/** What "Save" has to do; nothing when nothing was changed. */
export function changes(user: User, draft: Draft): { roles: boolean; activity: boolean } {
  const now = draftOf(user);
  return {
    roles: now.workspaceAdmin !== draft.workspaceAdmin || now.auditor !== draft.auditor,
    activity: now.active !== draft.active,
  };
}
