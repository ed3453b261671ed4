/** A charter in force as a form shows it, what was changed in it, and what that change does. */
import type { CharterChange } from "../../core/acts/change";
import type { Digest } from "../../core/bytes";
import type { Charter } from "../../core/statement/bodies/workspaces";
import { type Draft, EMPTY, isEmail, policyProblem } from "./draft";

/** What a later version may change. Name, type and floor stay for good. */
export type CharterForm = Pick<
  Draft,
  "members" | "approval" | "groups" | "run" | "runners" | "recoverers"
> & {
  administrators: string[];
};

export function formOf(charter: Charter, email: (member: Digest) => string): CharterForm {
  const { approval, run } = charter;
  const all = (digests: readonly Digest[]) => digests.map(email);
  return {
    members: all(charter.members),
    administrators: all(charter.administrators),
    approval: approval.policy,
    groups:
      approval.policy === "groups"
        ? approval.groups.map(({ name, threshold, members }) => ({ name, threshold, members: all(members) }))
        : [],
    run: run.policy,
    runners: run.policy === "named" ? all(run.members) : [],
    recoverers: all(charter.recoverers),
  };
}

const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);
const sorted = (emails: string[]) => [...emails].sort();
const groupsOf = ({ approval, groups }: CharterForm) =>
  approval === "groups" ? groups.map((group) => ({ ...group, members: sorted(group.members) })) : [];
const runnersOf = ({ run, runners }: CharterForm) => (run === "named" ? sorted(runners) : []);

interface Difference {
  add: string[];
  remove: string[];
  administrators: boolean;
  approval: boolean;
  run: boolean;
  recoverers: boolean;
}

export function difference(now: CharterForm, wanted: CharterForm): Difference {
  const differs = (part: "administrators" | "recoverers") => !same(sorted(now[part]), sorted(wanted[part]));
  return {
    add: wanted.members.filter((email) => !now.members.includes(email)),
    remove: now.members.filter((email) => !wanted.members.includes(email)),
    administrators: differs("administrators"),
    approval: now.approval !== wanted.approval || !same(groupsOf(now), groupsOf(wanted)),
    run: now.run !== wanted.run || !same(runnersOf(now), runnersOf(wanted)),
    recoverers: differs("recoverers"),
  };
}

/** What the core is asked for; nothing when nothing was changed. */
export function changeOf(now: CharterForm, wanted: CharterForm): CharterChange | undefined {
  const what = difference(now, wanted);
  const change: CharterChange = {
    ...(what.add.length > 0 ? { add: what.add } : {}),
    ...(what.remove.length > 0 ? { remove: what.remove } : {}),
    ...(what.administrators ? { administrators: wanted.administrators } : {}),
    ...(what.recoverers ? { recoverers: wanted.recoverers } : {}),
    ...(what.approval
      ? {
          approval:
            wanted.approval === "groups"
              ? {
                  policy: "groups",
                  groups: wanted.groups.map((group) => ({ ...group, name: group.name.trim() })),
                }
              : { policy: "all_members" },
        }
      : {}),
    ...(what.run
      ? {
          run: wanted.run === "named" ? { policy: "named", members: wanted.runners } : { policy: wanted.run },
        }
      : {}),
  };
  return Object.keys(change).length > 0 ? change : undefined;
}

/** What keeps a form from being proposed. */
export function formProblem(wanted: CharterForm): string | undefined {
  const bad = wanted.members.filter((email) => !isEmail(email));
  if (bad.length > 0) return `No e-mail address: ${bad.join(", ")}`;
  if (wanted.administrators.length === 0) return "A workspace has an administrator: name one";
  const named: [string, string[]][] = [
    ["The administrators", wanted.administrators],
    ["The recoverers", wanted.recoverers],
    ["Who may run", runnersOf(wanted)],
    ...groupsOf(wanted).map((group): [string, string[]] => [`The group ${group.name}`, group.members]),
  ];
  for (const [what, emails] of named) {
    const gone = emails.find((email) => !wanted.members.includes(email));
    if (gone) return `${what}: ${gone} is not among the members any more`;
  }
  return policyProblem({ ...EMPTY, ...wanted });
}

/** What comes of it, for whoever is about to sign. */
export function consequences(now: CharterForm, wanted: CharterForm): string[] {
  const what = difference(now, wanted);
  const policies = what.approval || what.run || what.recoverers || what.administrators;
  const told: string[] = [];
  if (what.add.length > 0) told.push(`${what.add.join(", ")} will be invited, and accept or decline.`);
  if (what.remove.length > 0) {
    told.push(
      `${what.remove.join(", ")} will lose access when it comes into force; shares of theirs count no more.`,
    );
  }
  if (what.approval) told.push("Jobs under review or accepted are judged anew by the new approval policy.");
  if (what.run) told.push("Who may start a job changes, for accepted jobs too.");
  if (what.administrators) told.push("Who may change members and policies, suspend and archive changes.");
  if (what.recoverers) told.push("Who may replace a member's lost keys changes.");
  if (told.length === 0) return [];
  const onlyAdds = what.remove.length === 0 && !policies;
  told.push(
    onlyAdds && now.approval === "all_members"
      ? "Only the new members have to accept; until then the charter in force stays."
      : "Every member it lists has to accept it, and one refusal voids it; until then the charter in force stays.",
  );
  return told;
}
