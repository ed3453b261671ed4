/**
 * Statements in DSSE envelopes: an in-toto Statement v1, signed with Ed25519 over its exact bytes.
 *
 * A payload has one form: fixed head, kind, digest of the predicate, predicate type, predicate. Whatever differs from it
 * by a byte is refused. `Envelope` proves nothing; `open` proves that the bytes are the one encoding; `verify` proves that
 * a key signed them, not that the signer was entitled to (see `verify/`).
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import {
  concat,
  type Digest,
  digestOf,
  equalBytes,
  fromBase64,
  fromHex,
  fromUtf8,
  toBase64,
  utf8,
} from "../bytes";
import { decodeStrict, EncodingError } from "../json/codec";
import { belongs, KINDS, type Kind, type Predicate, predicateCodec } from "./kinds";

/** The DSSE payload type. */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";
/** The most bytes of a payload. */
export const MAX_PAYLOAD = 1 << 20;
/** The deepest nesting of a predicate. */
export const MAX_DEPTH = 32;

const HEAD = '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"';

/** An envelope as JSON: what the API carries. */
export interface EnvelopeJson {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** A signed statement of a known kind; nothing else is proven. */
export interface Envelope {
  readonly kind: Kind;
  /** SHA-256 of the payload: the name of the statement. */
  readonly digest: Digest;
  /** The key that the envelope says signed it; a hint until verified. */
  readonly key: Digest;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** Where the predicate starts. */
  readonly predicateAt: number;
}

/** A decoded statement; `verify` makes it one whose signature holds. */
export interface Opened<K extends Kind> {
  readonly envelope: Envelope;
  readonly predicate: Predicate<K>;
}

/** A statement whose signature holds under `key`. Made only by `verify`. */
export interface Verified<K extends Kind> extends Opened<K> {
  readonly digest: Digest;
  readonly key: Digest;
  readonly body: Predicate<K>["body"];
  /** The signer's certificate, when a member signed. */
  readonly certificate: Digest | undefined;
  /** The workspace named; for a first charter, its own digest. */
  readonly workspace: Digest | undefined;
}

function head(kind: Kind, subject: Digest): Uint8Array {
  const type = `https://cloister.dev/statement/${kind}/v1`;
  return utf8(`${HEAD}${kind}","digest":{"sha256":"${subject}"}}],"predicateType":"${type}","predicate":`);
}

/** DSSE's pre-authentication encoding of a payload: what is signed. */
export function preAuthentication(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(utf8(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload);
}

/** Encodes a predicate into the payload to sign. Refuses what `open` would refuse. */
export function encodePayload<K extends Kind>(kind: K, predicate: Predicate<K>): Uint8Array {
  if (!belongs(kind, predicate)) {
    throw new EncodingError(`a ${kind} names a workspace where none belongs, or lacks it`);
  }
  const codec = predicateCodec(kind);
  const encoded = utf8(codec.encode(predicate));
  decodeStrict(codec, encoded, MAX_PAYLOAD, MAX_DEPTH);
  const payload = concat(head(kind, digestOf(encoded)), encoded, utf8("}"));
  if (payload.length > MAX_PAYLOAD) {
    throw new EncodingError(`${payload.length} bytes are more than the ${MAX_PAYLOAD} allowed`);
  }
  return payload;
}

/** An envelope of exact bytes. */
export function envelopeOf(payload: Uint8Array, key: Digest, signature: Uint8Array): Envelope {
  if (payload.length > MAX_PAYLOAD) {
    throw new EncodingError(`${payload.length} bytes are more than the ${MAX_PAYLOAD} allowed`);
  }
  if (signature.length !== 64) {
    throw new EncodingError("a signature has 64 bytes");
  }
  const { kind, subject, at } = readHead(payload);
  if (digestOf(payload.subarray(at, -1)) !== subject) {
    throw new EncodingError("the subject is not the digest of the predicate");
  }
  return { kind, digest: digestOf(payload), key, payload, signature, predicateAt: at };
}

function readHead(payload: Uint8Array): { kind: Kind; subject: Digest; at: number } {
  const unknown = (): EncodingError =>
    new EncodingError("the payload is not a statement of a known kind and version");
  const start = String.fromCharCode(...payload.subarray(HEAD.length, HEAD.length + 200));
  const [, word, subject] = /^([a-z-]+)","digest":\{"sha256":"([0-9a-f]{64})"/.exec(start) ?? [];
  const kind = KINDS.find((one) => one === word);
  if (kind === undefined || subject === undefined) {
    throw unknown();
  }
  const expected = head(kind, subject);
  const whole = equalBytes(payload.subarray(0, expected.length), expected) && payload.at(-1) === 0x7d;
  if (!whole || payload.length <= expected.length) {
    throw unknown();
  }
  return { kind, subject, at: expected.length };
}

function sameFields(value: object, ...names: readonly string[]): boolean {
  return Object.keys(value).sort().join() === names.join();
}

/** Reads an envelope as the API sends it. Unknown fields are refused. */
export function readEnvelope(json: unknown): Envelope {
  const shape = (): EncodingError => new EncodingError("not an envelope");
  if (
    typeof json !== "object" ||
    json === null ||
    !sameFields(json, "payload", "payloadType", "signatures")
  ) {
    throw shape();
  }
  const { payloadType, payload, signatures } = json as Partial<EnvelopeJson>;
  if (payloadType !== PAYLOAD_TYPE || typeof payload !== "string" || !Array.isArray(signatures)) {
    throw shape();
  }
  const [signature]: readonly unknown[] = signatures;
  if (signatures.length !== 1 || typeof signature !== "object" || signature === null) {
    throw new EncodingError("an envelope carries one signature");
  }
  const { keyid, sig } = signature as { keyid?: unknown; sig?: unknown };
  if (!sameFields(signature, "keyid", "sig") || typeof keyid !== "string" || typeof sig !== "string") {
    throw shape();
  }
  if (!/^[0-9a-f]{64}$/.test(keyid)) {
    throw new EncodingError("the key of an envelope is not a public key");
  }
  return envelopeOf(fromBase64(payload), keyid, fromBase64(sig));
}

/** An envelope as the API takes it. */
export function envelopeJson(envelope: Envelope): EnvelopeJson {
  return {
    payloadType: PAYLOAD_TYPE,
    payload: toBase64(envelope.payload),
    signatures: [{ keyid: envelope.key, sig: toBase64(envelope.signature) }],
  };
}

/** Decodes the predicate: it must be of the kind, in its one encoding, and belong where its kind belongs. */
export function open<K extends Kind>(envelope: Envelope, kind: K): Opened<K> {
  if (envelope.kind !== kind) {
    throw new EncodingError(`a ${kind} was expected, got a ${envelope.kind}`);
  }
  const bytes = envelope.payload.subarray(envelope.predicateAt, -1);
  const predicate = decodeStrict(predicateCodec(kind), bytes, MAX_PAYLOAD, MAX_DEPTH);
  if (!belongs(kind, predicate)) {
    throw new EncodingError(`a ${kind} names a workspace where none belongs, or lacks it`);
  }
  return { envelope, predicate };
}

/** The statement's JSON text, for people who want to see everything. */
export function fullText(envelope: Envelope): string {
  return fromUtf8(envelope.payload);
}

/** Whether a signature over `message` is by `key`: strict (no weak keys, no malleable signatures). */
export function verifySignature(key: Digest, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, fromHex(key), { zip215: false });
  } catch {
    return false;
  }
}

/** Checks the signature under `key`, the envelope's key id, and that a signer named by key is this key. */
export function verify<K extends Kind>(opened: Opened<K>, key: Digest): Verified<K> {
  const { envelope, predicate } = opened;
  const named = "key" in predicate.signer ? predicate.signer.key === key : true;
  const holds = verifySignature(key, preAuthentication(envelope.payload), envelope.signature);
  if (!named || envelope.key !== key || !holds) {
    throw new EncodingError(
      `the signature of ${envelope.kind} \`${envelope.digest}\` is not by the key \`${key}\``,
    );
  }
  return {
    envelope,
    predicate,
    digest: envelope.digest,
    key,
    body: predicate.body,
    certificate: "certificate" in predicate.signer ? predicate.signer.certificate : undefined,
    workspace: predicate.workspace ?? (envelope.kind === "charter" ? envelope.digest : undefined),
  };
}
