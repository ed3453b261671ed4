/** A small world: a broker, two members, a workspace both accepted, an accepted spec, a run with its receipt. */

import { brokerReportData } from "../acts/broker";
import { firstCharter } from "../acts/create";
import { type Digest, digestOf, fromHex, toBase64, utf8 } from "../bytes";
import environment from "../environment.json";
import { type MemberKeys, memberKeys, signBytes } from "../keys/member";
import type { Pins } from "../keys/pins";
import { sealFile } from "../sealing/files";
import {
  type Envelope,
  encodePayload,
  envelopeJson,
  envelopeOf,
  preAuthentication,
} from "../statement/envelope";
import type { BodyOf, Kind, Signer } from "../statement/kinds";
import { openCertificate, type Person } from "../verify/people";
import type { EvidenceAnswer } from "../wire";

export const NOW = "2027-01-15T08:00:00Z";
const RUN = "01900000-0000-7000-8000-000000000001";

export const keysOfByte = (byte: number): Promise<MemberKeys> =>
  memberKeys({ seed: new Uint8Array(32).fill(byte), scalar: new Uint8Array(32).fill(byte) });

/** Signs anything with anyone's keys. */
export async function signedBy<K extends Kind>(
  keys: MemberKeys,
  kind: K,
  body: BodyOf<K>,
  signer: Signer = { key: keys.signingKey },
  workspace?: Digest,
): Promise<Envelope> {
  const predicate = { issued_at: NOW, signer, ...(workspace === undefined ? {} : { workspace }), body };
  const payload = encodePayload(kind, predicate);
  return envelopeOf(payload, keys.signingKey, await signBytes(keys, preAuthentication(payload)));
}

export interface Member {
  readonly keys: MemberKeys;
  readonly person: Person;
}

export async function member(broker: MemberKeys, name: string, byte: number): Promise<Member> {
  const keys = await keysOfByte(byte);
  const certificate = await signedBy(broker, "certificate", {
    organisation: "00000000-0000-0000-0000-000000000007",
    organisation_name: "Nord Klinik",
    issuer: "local",
    subject: name,
    email: `${name}@example.org`,
    signing_key: keys.signingKey,
    age_recipient: keys.recipient,
    channel: "console",
    identity: "local",
    not_before: "2027-01-01T00:00:00Z",
    not_after: "2028-01-01T00:00:00Z",
    request: "07".repeat(32),
  });
  return { keys, person: openCertificate(certificate, broker.signingKey) };
}

export interface World {
  readonly broker: MemberKeys;
  readonly identity: BodyOf<"charter">["broker"];
  readonly ana: Member;
  readonly ben: Member;
  readonly genesis: Digest;
  readonly charter: Envelope;
  readonly acceptance: Envelope;
  /** What the server shows of the workspace. */
  readonly workspace: Readonly<Record<string, unknown>>;
  readonly statements: Readonly<Record<string, readonly unknown[]>>;
  readonly pins: Pins;
  readonly spec: Envelope;
  readonly job: Readonly<Record<string, unknown>>;
  readonly sealed: Uint8Array;
  readonly run: Readonly<Record<string, unknown>>;
}

export function sign<K extends Kind>(
  who: Member,
  kind: K,
  body: BodyOf<K>,
  workspace?: Digest,
): Promise<Envelope> {
  return signedBy(who.keys, kind, body, { certificate: who.person.digest }, workspace);
}

export async function makeWorld(): Promise<World> {
  const broker = await keysOfByte(1);
  const [ana, ben] = [await member(broker, "ana", 11), await member(broker, "ben", 12)];
  const identity = {
    signing_key: broker.signingKey,
    sealing_key: "02".repeat(32),
    measurement: "ab".repeat(48),
    configuration: digestOf(utf8(configuration(broker))),
  };
  const creation = {
    name: "Study",
    kind: "analytics",
    description: undefined,
    members: [],
    approval: { policy: "all_members" },
    run: { policy: "all_members" },
    floor: "simulated",
    recoverers: [],
  } as const;
  const people = [ana.person, ben.person];
  const charter = await sign(
    ana,
    "charter",
    firstCharter(creation, ana.person, people, identity, "ab".repeat(16)),
  );
  const genesis = charter.digest;
  const acceptance = await sign(ben, "acceptance", { charter: genesis }, genesis);
  const spec = await sign(ana, "spec", specBody(genesis, people), genesis);
  const certificates = people.map((person) => envelopeJson(person.envelope));
  return {
    broker,
    identity,
    ana,
    ben,
    genesis,
    charter,
    acceptance,
    workspace: { id: genesis, name: "Study", state: "active", version: 1, charter: genesis, members: [] },
    statements: {
      statements: [envelopeJson(charter), envelopeJson(acceptance)],
      certificates,
      acknowledgements: [],
    },
    pins: {
      broker: { signing_key: broker.signingKey, configuration: identity.configuration },
      workspaces: { [genesis]: "Study" },
    },
    spec,
    job: {
      id: "job",
      workspace: genesis,
      state: "under_review",
      draft: { name: "Count", source: "select 1 from lab", readers: [], max_runs: 1 },
      spec: envelopeJson(spec),
      spec_digest: spec.digest,
      tables: {},
    },
    ...(await finishedRun(broker, genesis, spec.digest, ben)),
  };
}

function specBody(charter: Digest, people: readonly Person[]): BodyOf<"spec"> {
  return {
    charter,
    name: "Count",
    kind: "sql",
    source: "select count(*) from lab where a > $low",
    tables: { lab: "03".repeat(32) },
    variables: [{ name: "low", type: "integer", any_of: [] }],
    readers: people.map((person) => person.digest),
    environment: environment.sql,
    max_runs: 1,
    test: false,
  };
}

async function finishedRun(
  broker: MemberKeys,
  workspace: Digest,
  spec: Digest,
  reader: Member,
): Promise<Pick<World, "sealed" | "run">> {
  const worker = await keysOfByte(31);
  const sealed = await sealFile([reader.keys.recipient], utf8("the result"));
  const output = { name: "result", size: sealed.length, sha256: digestOf(sealed) };
  const release = await signedBy(
    broker,
    "release-record",
    releaseBody(worker, workspace, spec),
    undefined,
    workspace,
  );
  const receipt = await signedBy(
    worker,
    "receipt",
    {
      run: RUN,
      release: release.digest,
      outputs: [output],
      outcome: "succeeded",
      started: NOW,
      finished: NOW,
      assurance: "simulated",
      worker: worker.signingKey,
    },
    undefined,
    workspace,
  );
  const run = {
    id: RUN,
    workspace,
    job: "job",
    kind: "real",
    state: "succeeded",
    outputs: [output],
    release: envelopeJson(release),
    receipt: envelopeJson(receipt),
  };
  return { sealed, run };
}

function releaseBody(worker: MemberKeys, charter: Digest, spec: Digest): BodyOf<"release-record"> {
  const any = "01".repeat(32);
  return {
    run: RUN,
    spec,
    charter,
    request: any,
    statements: [any],
    manifests: [any],
    challenge: any,
    evidence: any,
    transcript: any,
    worker: worker.signingKey,
    measurement: "cd".repeat(48),
    assurance: "simulated",
    count: 1,
    attempt: 1,
    configuration: any,
    sequence: 1,
    state: any,
  };
}

/** The broker's configuration as far as it is read here. */
export function configuration(broker: MemberKeys): string {
  return JSON.stringify({ log_origin: "cloister.test/log", log_key: broker.signingKey });
}

/** Evidence that answers a nonce: a report bound to it. */
export function evidence(
  world: World,
  nonce: string,
  measurement = world.identity.measurement,
): EvidenceAnswer {
  const report = new Uint8Array(1184);
  report.set(brokerReportData(nonce, world.identity), 0x50);
  report.set(fromHex(measurement), 0x90);
  const hex = [...report].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return {
    nonce,
    identity: world.identity,
    evidence: toBase64(utf8(JSON.stringify({ tee: "sim", report: hex, certificates: [] }))),
    configuration: toBase64(utf8(configuration(world.broker))),
  };
}

/** What the server says of a person who is signed in. */
export function meOf(world: World, who: Member | undefined): Readonly<Record<string, unknown>> {
  return {
    user: { id: "user", organisation: "00000000-0000-0000-0000-000000000007", email: "ana@example.org" },
    log_origin: "cloister.test/log",
    log_key: world.broker.signingKey,
    notices: [],
    ...(who === undefined
      ? {}
      : { certificate: { digest: who.person.digest, certificate: envelopeJson(who.person.envelope) } }),
  };
}
