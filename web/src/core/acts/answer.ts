/** Answers to invitations and to later charters. */
import type { Digest } from "../bytes";
import { equalBytes } from "../bytes";
import { type Core, statementBody } from "../core";
import type { Description } from "../describe/facts";
import { charterFacts } from "../describe/workspaces";
import { CoreError, refused } from "../errors";
import { encodeBytes } from "../json/codec";
import type { Charter } from "../statement/bodies/workspaces";
import { brokerIdentity } from "../statement/bodies/workspaces";
import { acceptances } from "../verify/charters";
import { charterProblem } from "../verify/shape";
import type { InForceAnswer, Workspace } from "../wire";
import { proveBroker } from "./broker";
import { type HeldWorkspace, namesOf, pin } from "./hold";
import { restrict, signAs, signatory } from "./signatory";

/** A charter that waits for the caller's answer. */
export interface Invitation {
  readonly charter: Charter;
  readonly digest: Digest;
  /** What it says, for the page of the invitation. */
  readonly facts: Description["facts"];
}

/** What accepting did. */
export interface Accepted {
  readonly workspace: Workspace;
  /** Only the pin was missing: the charter had been accepted before. */
  readonly onlyPinned: boolean;
  /** Everyone has answered. */
  readonly complete: boolean;
}

/** The charter that waits for answers: version 1, or a later one; `undefined` when none does. */
export function invitationOf(held: HeldWorkspace): Invitation | undefined {
  const { force, first, genesis } = held;
  if (force === undefined) {
    return { charter: first, digest: genesis, facts: charterFacts(first, namesOf(held)) };
  }
  const { pending } = force;
  return pending === undefined
    ? undefined
    : { charter: pending.body, digest: pending.digest, facts: charterFacts(pending.body, namesOf(held)) };
}

/**
 * Accepts the charter that waits, and pins the workspace. `expected` is the genesis digest that another member told by
 * another channel; with it a server that shows another workspace is caught.
 */
export async function acceptCharter(
  core: Core,
  held: HeldWorkspace,
  expected: Digest | undefined,
): Promise<Accepted> {
  const { genesis, workspace } = held;
  if (expected !== undefined && expected !== genesis) {
    throw refused(
      "genesis",
      `the workspace's genesis digest is \`${genesis}\`, not the \`${expected}\` you were told`,
    );
  }
  const who = await signatory(core);
  const invitation = invitationOf(held);
  if (invitation === undefined || alreadyAccepted(held, who.person.digest)) {
    if (!held.first.members.includes(who.person.digest) && !listedNow(held, who.person.digest)) {
      throw refused("membership", "the charter does not list you");
    }
    await pin(core, genesis, workspace.name);
    return { workspace, onlyPinned: true, complete: held.force !== undefined && invitation === undefined };
  }
  await requireSound(core, invitation.charter, who.person.digest);
  const body = { charter: invitation.digest };
  const names = namesOf(held, { [invitation.digest]: invitation.charter.name });
  const statement = await signAs(core, who, "acceptance", genesis, body, names);
  const answer = await core.api.send<InForceAnswer>(
    "POST",
    `/workspaces/${genesis}/acceptances`,
    statementBody(statement),
  );
  await pin(core, genesis, workspace.name);
  const now = await core.api.get<Workspace>(`/workspaces/${genesis}`);
  const complete = (now.awaiting ?? []).length === 0;
  if (answer.waiting && complete && now.state === "pending") {
    throw new CoreError(
      { kind: "not_in_force", statement: statement.digest },
      "everyone has accepted; the charter is not in force yet: the broker has not acknowledged it",
    );
  }
  return { workspace: now, onlyPinned: false, complete };
}

function listedNow(held: HeldWorkspace, certificate: Digest): boolean {
  return held.force?.now.body.members.includes(certificate) ?? false;
}

/** Whether the charter that waits has this member's acceptance already. */
function alreadyAccepted(held: HeldWorkspace, certificate: Digest): boolean {
  const waiting =
    held.force === undefined ? held.dossier.of("charter").get(held.genesis) : held.force.pending;
  return waiting !== undefined && acceptances(waiting, held.dossier, new Map()).has(certificate);
}

/** The addresses whose acceptance the later charter that waits still lacks; nobody while none waits. */
export function awaitedBy(held: HeldWorkspace): readonly string[] {
  const pending = held.force?.pending;
  if (pending === undefined) {
    return [];
  }
  const accepted = acceptances(pending, held.dossier, held.force?.suspended ?? new Map());
  return pending.body.members
    .filter((member) => !accepted.has(member))
    .flatMap((member) => held.people.get(member)?.certificate.email ?? []);
}

/** What must hold before a charter is accepted: it makes sense, lists the caller, names the broker that answers now. */
async function requireSound(core: Core, charter: Charter, me: Digest): Promise<void> {
  const problem = charterProblem(charter);
  if (problem !== undefined) {
    throw refused("charter", problem);
  }
  if (!charter.members.includes(me)) {
    throw refused("membership", "the charter does not list your live certificate");
  }
  const { identity } = await proveBroker(core);
  if (!equalBytes(encodeBytes(brokerIdentity, identity), encodeBytes(brokerIdentity, charter.broker))) {
    throw refused("broker", "the charter names another broker than the one that proves itself");
  }
}

/** Declines the charter that waits, which voids it. */
export async function declineCharter(core: Core, held: HeldWorkspace): Promise<InForceAnswer> {
  const who = await signatory(core);
  const invitation = invitationOf(held);
  if (invitation === undefined) {
    throw new CoreError({ kind: "conflict" }, `no charter of \`${held.workspace.name}\` waits for an answer`);
  }
  const names = namesOf(held, { [invitation.digest]: invitation.charter.name });
  const statement = await signAs(core, who, "refusal", held.genesis, { charter: invitation.digest }, names);
  return restrict(core, `/workspaces/${held.genesis}/refusals`, statement);
}
