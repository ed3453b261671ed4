/** Workspaces: reading their statements, and verifying here what the server only stores. */
import type { Digest } from "../bytes";
import { type Core, statementOf } from "../core";
import type { Names } from "../describe/facts";
import { CoreError, messageOf, refused } from "../errors";
import { pinWorkspace } from "../keys/pins";
import type { Charter } from "../statement/bodies/workspaces";
import { type Envelope, open, type Verified } from "../statement/envelope";
import { establish, type InForce } from "../verify/charters";
import { Dossier } from "../verify/dossier";
import { openCertificate, type Person } from "../verify/people";
import type { Workspace, WorkspaceStatements } from "../wire";
import { brokerKey } from "./signatory";

/** A workspace whose every statement verified under the broker that its first charter names. */
export interface HeldWorkspace {
  /** As the server shows it. */
  readonly workspace: Workspace;
  readonly genesis: Digest;
  readonly dossier: Dossier;
  /** Everyone who signed or is listed, by certificate. */
  readonly people: ReadonlyMap<Digest, Person>;
  /** What version 1 says, whose digest is the genesis. */
  readonly first: Charter;
  /** The charter in force and its chain; absent while none is. */
  readonly force: InForce | undefined;
  /** Why no charter is in force. */
  readonly problem: string | undefined;
  /** Whether this browser founded or accepted it. Until then nothing is signed for it but an answer. */
  readonly pinned: boolean;
}

/** Fetches and verifies a workspace by id. */
export async function holdWorkspace(core: Core, id: Digest): Promise<HeldWorkspace> {
  const [workspace, shown, pinnedKey] = await Promise.all([
    core.api.get<Workspace>(`/workspaces/${id}`),
    core.api.get<WorkspaceStatements>(`/workspaces/${id}/statements`),
    brokerKey(core),
  ]);
  const all = [...shown.statements, ...shown.certificates, ...shown.acknowledgements];
  const envelopes = all.map((one) => statementOf(one, "statement"));
  const first = firstCharter(envelopes, id);
  const broker = first.broker.signing_key;
  if (broker !== pinnedKey) {
    throw refused(
      "broker",
      `the first charter names the broker key \`${broker}\`, this browser pinned \`${pinnedKey}\``,
    );
  }
  const dossier = Dossier.read(envelopes, [broker]);
  const people = new Map<Digest, Person>();
  for (const envelope of envelopes) {
    if (envelope.kind === "certificate") {
      people.set(envelope.digest, openCertificate(envelope, broker));
    }
  }
  const { force, problem } = established(id, dossier);
  const pinned = Object.hasOwn((await core.vault.pins()).workspaces, id);
  return { workspace, genesis: id, dossier, people, first, force, problem, pinned };
}

function established(id: Digest, dossier: Dossier): { force?: InForce; problem?: string } {
  try {
    return { force: establish(id, dossier) };
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
}

/** The genesis digest commits to the charter's bytes, so they need no signature to be believed by whoever compared it. */
function firstCharter(envelopes: readonly Envelope[], genesis: Digest): Charter {
  const first = envelopes.find((envelope) => envelope.digest === genesis);
  if (first === undefined) {
    throw refused("genesis", "the server shows no first charter of that digest");
  }
  try {
    return open(first, "charter").predicate.body;
  } catch (thrown) {
    throw refused("genesis", messageOf(thrown));
  }
}

/** The charter in force, established here; only for a workspace that this browser founded or accepted. */
export function requireInForce(held: HeldWorkspace): Verified<"charter"> {
  if (!held.pinned) {
    throw refused(
      "genesis",
      `this browser does not know the workspace \`${held.workspace.name}\` yet: on its Overview, compare its genesis digest with what another member told you, and choose "Use it in this browser"`,
    );
  }
  if (held.force === undefined) {
    throw refused("charter", held.problem ?? "no charter is in force");
  }
  return held.force.now;
}

/** The members of the charter in force (of the first one while none is). */
export function membersOf(held: HeldWorkspace): readonly Person[] {
  const { members } = held.force?.now.body ?? held.first;
  return members.flatMap((digest) => held.people.get(digest) ?? []);
}

/** The member with this address. */
export function memberOf(held: HeldWorkspace, email: string): Person {
  const found = membersOf(held).find((person) => person.certificate.email === email.toLowerCase());
  if (found === undefined) {
    throw new CoreError({ kind: "unknown", what: "member" }, `\`${email}\` is no member of the workspace`);
  }
  return found;
}

/** Remembers that this browser founded or accepted a workspace. */
export async function pin(core: Core, genesis: Digest, name: string): Promise<void> {
  await core.vault.changePins((pins) => pinWorkspace(pins, genesis, name));
}

/** Names for the digests of a workspace's statements. */
export function namesOf(
  held: HeldWorkspace,
  labels: Readonly<Record<Digest, string>> = {},
  more: readonly Person[] = [],
): Names {
  const { name } = held.first;
  const charters = new Map((held.force?.chain ?? []).map((one) => [one.digest, name]));
  return {
    person: (digest) => held.people.get(digest) ?? more.find((person) => person.digest === digest),
    label: (digest) => labels[digest] ?? charters.get(digest) ?? (digest === held.genesis ? name : undefined),
  };
}
