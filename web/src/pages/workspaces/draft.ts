/** The draft of a workspace: what is typed, what is wrong with it, what the core is asked for. It survives a reload. */
import type { Creation } from "../../core/acts/create";
import { TEMPLATE_IDS } from "../jobs/templateNames";

export interface GroupDraft {
  name: string;
  threshold: number;
  members: string[];
}

export interface Draft {
  name: string;
  description: string;
  kind: "analytics" | "agentic";
  templates: string[];
  members: string[];
  approval: "all_members" | "groups";
  groups: GroupDraft[];
  run: "all_members" | "creator_only" | "named";
  runners: string[];
  floor: "hardware" | "simulated";
  recoverers: string[];
}

export const EMPTY: Draft = {
  name: "",
  description: "",
  kind: "analytics",
  templates: [...TEMPLATE_IDS],
  members: [],
  approval: "all_members",
  groups: [],
  run: "all_members",
  runners: [],
  floor: "hardware",
  recoverers: [],
};

export const isEmail = (text: string) => /^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/.test(text);

export function detailsProblems(draft: Draft): Partial<Record<"name" | "description" | "members", string>> {
  const wrong: Partial<Record<"name" | "description" | "members", string>> = {};
  if (!/^[\p{L}\p{N} _-]{1,50}$/u.test(draft.name.trim()))
    wrong.name = "1 to 50 letters, digits, blanks, - or _";
  if ([...draft.description].length > 150) wrong.description = "At most 150 characters";
  const bad = draft.members.filter((member) => !isEmail(member));
  if (bad.length > 0) wrong.members = `No e-mail address: ${bad.join(", ")}`;
  return wrong;
}

/** Everyone in it, the creator first. */
export const everyone = (draft: Draft, own: string) => [
  own,
  ...draft.members.filter((member) => member !== own),
];

export function policyProblem(draft: Draft): string | undefined {
  if (draft.approval === "groups") {
    if (draft.groups.length === 0) return "Add a group, or let all members approve";
    for (const group of draft.groups) {
      if (!group.name.trim()) return "Name each group";
      if (group.members.length === 0) return `The group ${group.name} has no members`;
      if (group.threshold < 1 || group.threshold > group.members.length) {
        return `Of the group ${group.name}, 1 to ${group.members.length} must approve`;
      }
    }
  }
  if (draft.run === "named" && draft.runners.length === 0)
    return "Name who may run, or choose another run policy";
  if (draft.recoverers.length === 1) return "Name two recoverers or none";
  return undefined;
}

export function creationOf(draft: Draft): Creation {
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    description: draft.description.trim() || undefined,
    templates: draft.kind === "analytics" ? draft.templates : undefined,
    members: draft.members,
    approval:
      draft.approval === "all_members"
        ? { policy: "all_members" }
        : { policy: "groups", groups: draft.groups.map((group) => ({ ...group, name: group.name.trim() })) },
    run: draft.run === "named" ? { policy: "named", members: draft.runners } : { policy: draft.run },
    floor: draft.floor,
    recoverers: draft.recoverers,
  };
}

/** What was kept, if it still has the shape of a draft. */
export function readDraft(text: string | null): Draft {
  try {
    const kept = JSON.parse(text ?? "") as Partial<Draft>;
    const fits = typeof kept.name === "string" && Array.isArray(kept.members) && Array.isArray(kept.groups);
    return fits ? { ...EMPTY, ...kept } : EMPTY;
  } catch {
    return EMPTY;
  }
}
