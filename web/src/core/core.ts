/** What every act needs: the server, this browser's vault, the time, randomness, and the dialog that shows what is signed. */

import type { Api } from "./api";
import { type Bytes, type Digest, digestOf, fromUtf8, toHex } from "./bytes";
import { describe, type MemberKind } from "./describe";
import { type Description, type Names, NO_NAMES } from "./describe/facts";
import { CoreError, invalid, malformed, messageOf } from "./errors";
import { type MemberKeys, signBytes } from "./keys/member";
import { pinLog } from "./keys/pins";
import type { Vault } from "./keys/vault";
import {
  type Envelope,
  encodePayload,
  envelopeJson,
  envelopeOf,
  preAuthentication,
  readEnvelope,
} from "./statement/envelope";
import type { Predicate } from "./statement/kinds";
import type { Timestamp } from "./time";
import type { Me } from "./wire";

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

/** The body of most requests that carry a statement. */
export function statementBody(envelope: Envelope): { readonly statement: unknown } {
  return { statement: envelopeJson(envelope) };
}
