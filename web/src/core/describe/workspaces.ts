/** Charters and what members say to them, in words. */
import type { Acceptance, Archive, Charter, Refusal, Suspension } from "../statement/bodies/workspaces";
import {
  all,
  assuranceWords,
  called,
  type Description,
  type Fact,
  fact,
  maybe,
  type Names,
  people,
  who,
} from "./facts";

function approvalWords({ approval }: Charter, names: Names): string {
  if (approval.policy === "all_members") {
    return "every member";
  }
  return approval.groups
    .map((group) => `${group.name}: ${group.threshold} of ${all(names, group.members)}`)
    .join("; ");
}

function runWords({ run }: Charter, names: Names): string {
  switch (run.policy) {
    case "all_members":
      return "every member";
    case "creator_only":
      return "the author of the job";
    case "named":
      return all(names, run.members);
  }
}

/** What a charter says. */
export function charterFacts(charter: Charter, names: Names): readonly Fact[] {
  return [
    fact("Workspace", charter.name),
    fact("Version", charter.version),
    fact("Type", charter.kind === "analytics" ? "Analytics & ML" : "Agentic AI"),
    fact("Members", all(names, charter.members)),
    fact("Administrators", all(names, charter.administrators)),
    fact("A job is approved by", approvalWords(charter, names)),
    fact("An approved job is run by", runWords(charter, names)),
    fact("Least assurance", assuranceWords(charter.floor)),
    fact(
      "Least identity",
      charter.minimum_identity === "sso" ? "the organisation's sign-in" : "a local account",
    ),
    fact("Certificates made in the console", charter.console_allowed ? "count" : "do not count"),
    ...(charter.recoverers.length === 0
      ? []
      : [fact("May recover lost certificates", all(names, charter.recoverers))]),
    fact("Broker key", charter.broker.signing_key),
    fact("Broker measurement", charter.broker.measurement),
    fact("Broker configuration", charter.broker.configuration),
    ...maybe("Follows charter", charter.previous),
  ];
}

export function describeCharter(charter: Charter, names: Names): Description {
  const first = charter.version === 1;
  return {
    kind: "charter",
    title: first
      ? `Found the workspace \`${charter.name}\``
      : `Propose version ${charter.version} of the charter of \`${charter.name}\``,
    consequences: [
      first
        ? "It becomes active when every member has accepted this charter; your signature is your acceptance."
        : "It takes over when the members it needs have accepted it; until then the charter in force stays.",
      "Name, type and least assurance can never be changed.",
      ...(charter.floor === "simulated" ? ["Simulated workers may run its jobs: they prove nothing."] : []),
    ],
    facts: charterFacts(charter, names),
    people: people(names, "member", charter.members),
  };
}

export function describeAcceptance(body: Acceptance, names: Names): Description {
  return {
    kind: "acceptance",
    title: `Accept the charter of ${called(names, body.charter)}`,
    consequences: [
      "You become a member under exactly this charter.",
      "Compare its genesis digest with another member by another channel: the server could show you another workspace.",
    ],
    facts: [fact("Charter", body.charter)],
    people: [],
  };
}

export function describeRefusal(body: Refusal, names: Names): Description {
  return {
    kind: "refusal",
    title: `Decline the charter of ${called(names, body.charter)}`,
    consequences: ["This charter is void for everyone, for good."],
    facts: [fact("Charter", body.charter)],
    people: [],
  };
}

export function describeSuspension(body: Suspension, names: Names): Description {
  return {
    kind: "suspension",
    title: `Suspend ${who(names, body.member)}`,
    consequences: [
      "At once this member's signatures no longer count; approvals required of it stay required.",
      "A suspension ends only with a new charter under a new certificate.",
    ],
    facts: [fact("Charter", body.charter), fact("Certificate", body.member)],
    people: people(names, "suspended", [body.member]),
  };
}

export function describeArchive(body: Archive, names: Names): Description {
  return {
    kind: "archive",
    title: `Archive the workspace ${called(names, body.charter)} for good`,
    consequences: [
      "There is no way back: nothing can be changed or run in it any more.",
      "History, results and receipts stay readable.",
    ],
    facts: [fact("Charter", body.charter)],
    people: [],
  };
}
