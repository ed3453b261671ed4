/** What every act needs: the server, this browser's vault, the time, randomness, and the dialog that shows what is signed. */

import type { Api } from "./api";
import { type Bytes, type Digest, digestOf, fromUtf8, toHex } from "./bytes";
import { describe, type MemberKind } from "./describe";
import { type Description, type Names, NO_NAMES } from "./describe/facts";
import { CoreError, invalid, malformed, messageOf, refused } from "./errors";
import { type MemberKeys, signBytes } from "./keys/member";
import { pinLog } from "./keys/pins";
import type { Vault } from "./keys/vault";
import {
  type Envelope,
  encodePayload,
  envelopeJson,
  envelopeOf,
  open,
  preAuthentication,
  readEnvelope,
  verify,
} from "./statement/envelope";
import type { BodyOf, Predicate } from "./statement/kinds";
import type { Timestamp } from "./time";
import { openCertificate, type Person } from "./verify/people";
import type { InForceAnswer, Me } from "./wire";

/** A statement about to be signed, in words, with its digest and full text. */
export interface Preview extends Description {
  readonly digest: Digest;
  /** The exact bytes to be signed, as text. */
  readonly text: string;
}

/** Everything the core needs from outside. */
export interface Core {
  readonly api: Api;
  readonly vault: Vault;
  now(): Timestamp;
  random(length: number): Bytes;
  /** Shows what is to be signed; resolves to whether the person wants it. */
  confirm(preview: Preview): Promise<boolean>;
}

/** The person who acts: account, certificate and the keys that go with it. */
export interface Signatory {
  readonly me: Me;
  readonly person: Person;
  readonly keys: MemberKeys;
}

/** 32 random bytes as text. */
export function randomDigest(core: Core): Digest {
  return toHex(core.random(32));
}

/** An envelope of the API, read. */
export function statementOf(json: unknown, what: string): Envelope {
  try {
    return readEnvelope(json);
  } catch (thrown) {
    throw malformed(what, messageOf(thrown));
  }
}

/** Who is signed in, as the server sees it. The log's key is pinned on the way. */
export async function whoAmI(core: Core): Promise<Me> {
  const me = await core.api.get<Me>("/me");
  const pins = await core.vault.pins();
  if (pinLog(pins, me.log_origin, me.log_key) !== pins) {
    await core.vault.changePins((held) => pinLog(held, me.log_origin, me.log_key));
  }
  return me;
}

/** The key under which certificates count here: the pinned broker's. */
export async function brokerKey(core: Core): Promise<Digest> {
  const { broker } = await core.vault.pins();
  if (broker !== undefined) {
    return broker.signing_key;
  }
  const { proveBroker } = await import("./acts/broker");
  return (await proveBroker(core)).identity.signing_key;
}

/** Who can sign here: the live certificate, verified, and its key in this browser. */
export async function signatory(core: Core): Promise<Signatory> {
  const me = await whoAmI(core);
  if (me.certificate === undefined) {
    throw new CoreError({ kind: "no_certificate" }, "you have no certificate yet: make your keys first");
  }
  const person = openCertificate(
    statementOf(me.certificate.certificate, "certificate"),
    await brokerKey(core),
  );
  const key = person.certificate.signing_key;
  const keys = (await core.vault.keys()).find((one) => one.signingKey === key);
  if (keys === undefined) {
    throw new CoreError(
      { kind: "key_missing", key },
      "this browser does not hold the keys of your certificate: restore them from the backup",
    );
  }
  if (person.certificate.age_recipient !== keys.recipient) {
    throw refused("certificate", "your certificate names another age recipient than your keys");
  }
  return { me, person, keys };
}

/** Encodes, shows and signs a statement. It leaves the browser only with the caller. */
export async function signPredicate<K extends MemberKind>(
  core: Core,
  keys: MemberKeys,
  kind: K,
  predicate: Predicate<K>,
  names: Names = NO_NAMES,
): Promise<Envelope> {
  let payload: Uint8Array;
  try {
    payload = encodePayload(kind, predicate);
  } catch (thrown) {
    throw invalid(`the statement cannot be signed: ${messageOf(thrown)}`);
  }
  const preview: Preview = {
    ...describe(kind, predicate.body, names),
    digest: digestOf(payload),
    text: fromUtf8(payload),
  };
  if (!(await core.confirm(preview))) {
    throw new CoreError({ kind: "declined" }, "nothing was signed");
  }
  const signature = await signBytes(keys, preAuthentication(payload));
  return envelopeOf(payload, keys.signingKey, signature);
}

/** Signs a member's statement. */
export function signAs<K extends MemberKind>(
  core: Core,
  who: Signatory,
  kind: K,
  workspace: Digest | undefined,
  body: BodyOf<K>,
  names: Names = NO_NAMES,
): Promise<Envelope> {
  const predicate: Predicate<K> = {
    issued_at: core.now(),
    signer: { certificate: who.person.digest },
    ...(workspace === undefined ? {} : { workspace }),
    body,
  };
  return signPredicate(core, who.keys, kind, predicate, names);
}

/** The body of most requests that carry a statement. */
export function statementBody(envelope: Envelope): { readonly statement: unknown } {
  return { statement: envelopeJson(envelope) };
}

/** Posts a restricting statement: done only with the broker's acknowledgement. */
export async function restrict(core: Core, path: string, envelope: Envelope): Promise<InForceAnswer> {
  const answer = await core.api.send<InForceAnswer>("POST", path, statementBody(envelope));
  await requireAcknowledged(core, envelope.digest, answer.value);
  return answer.value;
}

/** Checks the acknowledgement of a restricting statement; throws `not_in_force` where there is none yet. */
export async function requireAcknowledged(
  core: Core,
  statement: Digest,
  answer: InForceAnswer,
): Promise<void> {
  if (answer.acknowledgement === undefined || answer.acknowledgement === null) {
    throw new CoreError(
      { kind: "not_in_force", statement },
      "the statement is stored and not in force yet: the broker has not acknowledged it",
    );
  }
  const envelope = statementOf(answer.acknowledgement, "acknowledgement");
  const key = await brokerKey(core);
  let acknowledged: Digest;
  try {
    acknowledged = verify(open(envelope, "acknowledgement"), key).body.statement;
  } catch (thrown) {
    throw refused("acknowledgement", messageOf(thrown));
  }
  if (acknowledged !== statement) {
    throw refused("acknowledgement", "it acknowledges another statement");
  }
}
