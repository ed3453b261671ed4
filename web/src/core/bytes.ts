/** Bytes: texts of them, comparisons, and the length-prefixed encoding that everything hashed or sealed uses. */
import { sha256 as hash } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

/** Bytes with a buffer of their own, as the browser's cryptography takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** 64 lower-case hexadecimal digits: a SHA-256 digest, or a public key. */
export type Digest = string;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes; throws on anything else. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Whether a text has no half of a two-part character, which UTF-8 cannot carry. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** Lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** Bytes of hexadecimal digits; throws on anything else. */
export function fromHex(text: string): Bytes {
  return hexToBytes(text) as Bytes;
}

/** Whether a text is a digest. */
export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** SHA-256. */
export function sha256(bytes: Uint8Array): Bytes {
  return hash(bytes) as Bytes;
}

/** SHA-256 as text. */
export function digestOf(bytes: Uint8Array): Digest {
  return bytesToHex(hash(bytes));
}

/** One after another. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A number in 8 bytes, most significant first. */
export function u64Bytes(value: number): Bytes {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
}

/** Each part after its length in 8 bytes. No two lists of parts have the same encoding. */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Bytes {
  return concat(...parts.flatMap((part) => [u64Bytes(part.length), part]));
}

/** Whether two are the same bytes. Not for secrets: it stops at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** Padding there, no blanks, unused bits zero. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

/** Bytes of standard base64; only the canonical form is read. */
export function fromBase64(text: string): Bytes {
  if (!BASE64.test(text)) {
    throw new Error("not canonical base64");
  }
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** Order of texts by their code points, as Rust's maps sort them (JavaScript compares UTF-16 units). */
export function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return left.length - right.length;
}
