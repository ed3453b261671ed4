/**
 * Check `charter`: which charter of a workspace is in force.
 *
 * Version 1 is named by its digest (the genesis) and in force when every member accepted it. Version n+1 is signed by an
 * administrator of n, keeps name, type and floor, and takes over when every member it lists accepted it; if it only adds
 * members under `all_members`, the newcomers alone. A refusal voids it. Two charters of one version stop the workspace.
 * A suspended member's signature does not count for any charter after the one in force when it was suspended.
 *
 * The same decisions as the Rust crate `verify`; both are held to `web/vectors/workspaces.json`. Limits: this looks at
 * what the server showed and believes that nothing was withheld; the broker, which remembers, does not.
 */
import type { Digest } from "../bytes";
import { type CoreError, refused } from "../errors";
import type { Charter } from "../statement/bodies/workspaces";
import type { Verified } from "../statement/envelope";
import type { Dossier } from "./dossier";
import { charterProblem, onlyAddsMembers, successionProblem } from "./shape";

const MAX_VERSIONS = 10_000;

/** The charter in force, with the chain that leads to it. */
export interface InForce {
  readonly genesis: Digest;
  /** Version 1 first; never empty. */
  readonly chain: readonly Verified<"charter">[];
  readonly now: Verified<"charter">;
  /** Suspended members, with the version in force then. */
  readonly suspended: ReadonlyMap<Digest, number>;
  readonly archived: boolean;
  /** The next version, waiting for acceptances. */
  readonly pending: Verified<"charter"> | undefined;
}

interface State {
  readonly genesis: Digest;
  readonly dossier: Dossier;
  readonly chain: Verified<"charter">[];
  readonly suspended: Map<Digest, number>;
}

function refuse(why: string): CoreError {
  return refused("charter", why);
}

function latest(state: State, first: Verified<"charter">): Verified<"charter"> {
  return state.chain.at(-1) ?? first;
}

/** Finds the charter in force of the workspace `genesis`; refuses when none is. */
export function establish(genesis: Digest, dossier: Dossier): InForce {
  const first = dossier.of("charter").get(genesis);
  if (first === undefined) {
    throw refuse(`the first charter \`${genesis}\` is missing`);
  }
  requireFirst(first, dossier);
  const state: State = { genesis, dossier, chain: [first], suspended: new Map() };
  collectSuspensions(state, first);
  let pending: Verified<"charter"> | undefined;
  while (state.chain.length < MAX_VERSIONS) {
    const next = successor(state, latest(state, first));
    if (next === undefined || !next.complete) {
      pending = next?.charter;
      break;
    }
    state.chain.push(next.charter);
    collectSuspensions(state, next.charter);
  }
  const { chain, suspended } = state;
  const archived = isArchived(state);
  return { genesis, chain, now: latest(state, first), suspended, archived, pending };
}

function requireFirst(first: Verified<"charter">, dossier: Dossier): void {
  const charter = first.body;
  if (charter.version !== 1) {
    throw refuse("the first charter is not version 1");
  }
  const problem = charterProblem(charter);
  if (problem !== undefined) {
    throw refuse(problem);
  }
  requireOneCertificateAPerson(charter, dossier);
  if (first.certificate === undefined || !charter.administrators.includes(first.certificate)) {
    throw refuse("the first charter is not signed by an administrator it names");
  }
  const accepted = acceptances(first, dossier, new Map());
  const missing = charter.members.find((member) => !accepted.has(member));
  if (missing !== undefined) {
    throw refuse(`member \`${missing}\` has not accepted version 1`);
  }
  const refusals = [...dossier.of("refusal").values()];
  if (refusals.some((one) => one.body.charter === first.digest && mayRefuse(first, one.certificate))) {
    throw refuse("a member refused version 1");
  }
}

function lists(charter: Verified<"charter">, certificate: Digest | undefined): boolean {
  return certificate !== undefined && charter.body.members.includes(certificate);
}

/** Who accepted a charter; the signature of a listed signer is an acceptance. */
export function acceptances(
  charter: Verified<"charter">,
  dossier: Dossier,
  suspended: ReadonlyMap<Digest, number>,
): ReadonlySet<Digest> {
  const signers = [...dossier.of("acceptance").values()]
    .filter((one) => one.body.charter === charter.digest && one.workspace === charter.workspace)
    .map((one) => one.certificate);
  const found = new Set<Digest>();
  for (const signer of [...signers, charter.certificate]) {
    if (signer !== undefined && lists(charter, signer) && !suspended.has(signer)) {
      found.add(signer);
    }
  }
  return found;
}

function successor(
  state: State,
  current: Verified<"charter">,
): { charter: Verified<"charter">; complete: boolean } | undefined {
  const { dossier, genesis, suspended } = state;
  const entitled = (one: Verified<"charter">): boolean =>
    one.body.version === current.body.version + 1 &&
    one.workspace === genesis &&
    one.certificate !== undefined &&
    current.body.administrators.includes(one.certificate) &&
    !suspended.has(one.certificate);
  const candidates = [...dossier.of("charter").values()].filter(
    (one) => entitled(one) && !isVoid(one, state),
  );
  const [next] = candidates;
  if (next === undefined) {
    return undefined;
  }
  if (candidates.length > 1) {
    throw refuse(
      `two charters of one version (${current.body.version + 1}) stop the workspace \`${genesis}\``,
    );
  }
  const problem = charterProblem(next.body) ?? successionProblem(current.digest, current.body, next.body);
  if (problem !== undefined) {
    throw refuse(`version ${next.body.version}: ${problem}`);
  }
  requireOneCertificateAPerson(next.body, dossier);
  const accepted = acceptances(next, dossier, suspended);
  const adds = current.body.approval.policy === "all_members" && onlyAddsMembers(current.body, next.body);
  const needed = next.body.members.filter((member) => !(adds && current.body.members.includes(member)));
  return { charter: next, complete: needed.every((member) => accepted.has(member)) };
}

/** A listed member, and the proposer, who takes it back. */
function mayRefuse(charter: Verified<"charter">, certificate: Digest | undefined): boolean {
  return lists(charter, certificate) || (certificate !== undefined && certificate === charter.certificate);
}

/** Whether a refusal by somebody unsuspended voids a charter. */
function isVoid(charter: Verified<"charter">, { dossier, suspended }: State): boolean {
  return [...dossier.of("refusal").values()].some(
    (one) =>
      one.body.charter === charter.digest &&
      mayRefuse(charter, one.certificate) &&
      one.certificate !== undefined &&
      !suspended.has(one.certificate),
  );
}

function requireOneCertificateAPerson(charter: Charter, dossier: Dossier): void {
  const seen = new Set<string>();
  for (const member of charter.members) {
    const person = dossier.person(member);
    if (person === undefined) {
      throw refuse(`the certificate \`${member}\` of a member is missing`);
    }
    if (seen.has(person)) {
      throw refuse(`version ${charter.version} lists two certificates of one person`);
    }
    seen.add(person);
  }
}

/** The version under which a certificate could act as administrator, by the charter it names. */
function administratorThen(
  state: State,
  charter: Digest,
  certificate: Digest | undefined,
): number | undefined {
  const then = state.chain.find((one) => one.digest === charter)?.body;
  if (then === undefined || certificate === undefined || !then.administrators.includes(certificate)) {
    return undefined;
  }
  const since = state.suspended.get(certificate);
  return since !== undefined && since <= then.version ? undefined : then.version;
}

function collectSuspensions(state: State, newest: Verified<"charter">): void {
  // In the order of their digests, as the broker reads them: two that suspend each other have one outcome everywhere.
  const all = [...state.dossier.of("suspension").values()];
  for (const one of all.sort((a, b) => (a.digest < b.digest ? -1 : 1))) {
    if (one.workspace !== state.genesis || one.body.charter !== newest.digest) {
      continue;
    }
    const version = administratorThen(state, one.body.charter, one.certificate);
    if (version !== undefined && !state.suspended.has(one.body.member)) {
      state.suspended.set(one.body.member, version);
    }
  }
}

function isArchived(state: State): boolean {
  return [...state.dossier.of("archive").values()].some(
    (one) =>
      one.workspace === state.genesis &&
      administratorThen(state, one.body.charter, one.certificate) !== undefined,
  );
}
