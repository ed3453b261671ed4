/** What a person's roles open in this console. The server decides; this only spares people doors that stay shut. */
import type { Me } from "./queries";

export interface Rights {
  orgAdmin: boolean;
  workspaceAdmin: boolean;
  /** Everybody who is not only an auditor. */
  member: boolean;
  /** May read the organisation's audit log. */
  audit: boolean;
}

export function rightsOf(me: Me): Rights {
  const roles = me.user.roles;
  const has = (role: string) => roles.includes(role);
  return {
    orgAdmin: has("organization_admin"),
    workspaceAdmin: has("workspace_admin"),
    member: !(roles.length === 1 && has("auditor")),
    audit: has("organization_admin") || has("auditor"),
  };
}

const WORDS: Record<string, string> = {
  organization_admin: "Organization admin",
  workspace_admin: "Workspace admin",
  auditor: "Auditor",
};

export function roleWords(roles: string[]): string[] {
  return roles.length === 0 ? ["Member"] : roles.map((role) => WORDS[role] ?? role);
}
