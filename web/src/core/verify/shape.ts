/** What a charter must look like by itself, and what a new version must keep. */
import type { Digest } from "../bytes";
import { type Charter, charter as codec } from "../statement/bodies/workspaces";

const MAX_MEMBERS = 500;

/** Whether every item of `part` is in `whole`. */
export function subset(part: readonly Digest[], whole: readonly Digest[]): boolean {
  const all = new Set(whole);
  return part.every((one) => all.has(one));
}

type Rule = readonly [holds: boolean, why: string];

function first(rules: Iterable<Rule>): string | undefined {
  for (const [holds, why] of rules) {
    if (!holds) {
      return why;
    }
  }
  return undefined;
}

/** What is wrong with a charter by itself; nothing when it makes sense. */
export function charterProblem(charter: Charter): string | undefined {
  const { members, administrators, recoverers } = charter;
  return (
    first([
      [charter.version >= 1, "a charter's version is at least 1"],
      [
        (charter.version === 1) === (charter.previous === undefined),
        "version 1 alone names no charter before it",
      ],
      [/^[0-9a-f]{32}$/.test(charter.nonce), "the nonce is not 32 lower-case hexadecimal digits"],
      [members.length >= 1 && members.length <= MAX_MEMBERS, "a workspace has 1 to 500 members"],
      [administrators.length >= 1, "a workspace has an administrator"],
      [subset(administrators, members), "an administrator is not a member"],
      [subset(recoverers, members), "a recoverer is not a member"],
      [recoverers.length !== 1, "one recoverer is none: name two or nobody"],
      [
        /^[0-9a-f]{96}$/.test(charter.broker.measurement),
        "the broker's measurement is not 96 hexadecimal digits",
      ],
      [
        charter.run.policy !== "named" ||
          (charter.run.members.length > 0 && subset(charter.run.members, members)),
        "a run policy names members, at least one",
      ],
    ]) ?? approvalProblem(charter)
  );
}

function approvalProblem({ approval, members }: Charter): string | undefined {
  if (approval.policy === "all_members") {
    return undefined;
  }
  const { groups } = approval;
  const rules: Rule[] = [
    [groups.length > 0, "an approval policy of groups has a group"],
    [new Set(groups.map((group) => group.name)).size === groups.length, "two approval groups have one name"],
  ];
  for (const group of groups) {
    const bytes = new TextEncoder().encode(group.name).length;
    const plain = bytes >= 1 && bytes <= 80 && !/\p{Cc}/u.test(group.name);
    const reachable = group.threshold >= 1 && group.threshold <= group.members.length;
    rules.push(
      [plain, "an approval group's name has 1 to 80 characters"],
      [subset(group.members, members), "an approval group names someone who is no member"],
      [reachable, "an approval group's threshold is 1 to the number of its members"],
    );
  }
  return first(rules);
}

/** What keeps `next` from continuing `current`; nothing when it is its next version with the same name, type and floor. */
export function successionProblem(digest: Digest, current: Charter, next: Charter): string | undefined {
  return first([
    [next.version === current.version + 1, "it is not the next version"],
    [next.previous === digest, "it does not name the charter in force as the one before"],
    [next.name === current.name, "it changes the workspace's name"],
    [next.kind === current.kind, "it changes the workspace's type"],
    [next.floor === current.floor, "it changes the assurance floor"],
  ]);
}

/** Whether `next` differs from `current` by more members only. */
export function onlyAddsMembers(current: Charter, next: Charter): boolean {
  const { version, previous, nonce, members } = next;
  const expected: Charter = { ...current, version, previous, nonce, members };
  return codec.encode(expected) === codec.encode(next) && subset(current.members, members);
}
