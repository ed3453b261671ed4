/** Every kind of statement: its word, its body, and whether it names a workspace. */
import { type Codec, choice, object, optional, type TypeOf } from "../json/codec";
import { timestamp } from "../time";
import * as broker from "./bodies/broker";
import * as certificates from "./bodies/certificates";
import * as datasets from "./bodies/datasets";
import * as jobs from "./bodies/jobs";
import * as workspaces from "./bodies/workspaces";
import { digest } from "./names";

/** The bodies, by the word that stands in `subject` and `predicateType`. */
export const BODIES = {
  charter: workspaces.charter,
  acceptance: workspaces.acceptance,
  refusal: workspaces.refusal,
  suspension: workspaces.suspension,
  archive: workspaces.archive,
  manifest: datasets.manifest,
  "dataset-deletion": datasets.datasetDeletion,
  grant: datasets.grant,
  revocation: datasets.revocation,
  spec: jobs.spec,
  review: jobs.review,
  withdrawal: jobs.withdrawal,
  "run-request": jobs.runRequest,
  "release-record": broker.releaseRecord,
  receipt: jobs.receipt,
  challenge: broker.challenge,
  acknowledgement: broker.acknowledgement,
  "certificate-request": certificates.certificateRequest,
  vouch: certificates.vouch,
  certificate: certificates.certificate,
  "certificate-revocation": certificates.certificateRevocation,
  recovery: certificates.recovery,
} as const;

/** A kind of statement. */
export type Kind = keyof typeof BODIES;
/** What a kind binds. */
export type BodyOf<K extends Kind> = TypeOf<(typeof BODIES)[K]>;

/** Every kind. */
export const KINDS = Object.keys(BODIES) as readonly Kind[];

/** Kinds that belong to no workspace. */
const NOWHERE: ReadonlySet<Kind> = new Set<Kind>([
  "manifest",
  "dataset-deletion",
  "challenge",
  "acknowledgement",
  "certificate-request",
  "vouch",
  "certificate",
  "certificate-revocation",
]);

/** Who signed: a member by certificate digest; a broker, worker, server or first request by public key. */
export const signer = choice([], { certificate: digest, key: digest });
export type Signer = TypeOf<typeof signer>;

/** What stands in the `predicate` of every statement. */
export interface Predicate<K extends Kind> {
  /** When the signer says it signed. */
  readonly issued_at: string;
  readonly signer: Signer;
  /** Absent in a first charter and in what belongs to no workspace. */
  readonly workspace?: string;
  readonly body: BodyOf<K>;
}

/** The codec of a kind's predicate. */
export function predicateCodec<K extends Kind>(kind: K): Codec<Predicate<K>> {
  const body: Codec<unknown> = BODIES[kind];
  const codec: Codec<unknown> = object({ issued_at: timestamp, signer, workspace: optional(digest), body });
  return codec as Codec<Predicate<K>>;
}

/** Whether a predicate names a workspace exactly where its kind wants one. */
export function belongs<K extends Kind>(kind: K, predicate: Predicate<K>): boolean {
  const named = predicate.workspace !== undefined;
  if (kind === "charter") {
    return named !== ((predicate.body as BodyOf<"charter">).version === 1);
  }
  return named !== NOWHERE.has(kind);
}
