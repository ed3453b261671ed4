/**
 * A file sealed as it is: a binary age file to one recipient that follows from the data key (`docs/ingest.md`, section 1).
 *
 * The bytes of an age file follow from its file key, its header, the nonce after it and the plaintext, so that an upload
 * which was cut goes on with the same bytes without keeping them. The header is age's own; the payload (STREAM of
 * ChaCha20-Poly1305 over pieces of 64 KiB) is written here because age's writer makes a new file key each time.
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { type Bytes, concat, lengthPrefixed, utf8 } from "../bytes";

/** The one file of a raw dataset. */
export const RAW_OBJECT = "raw.age";
/** Bytes of plaintext in one piece. */
export const PIECE = 64 * 1024;
const TAG = 16;
const NONCE = 16;

/** What the bytes of a sealed file follow from, beside the plaintext. */
export interface RawSeal {
  readonly header: Bytes;
  readonly nonce: Bytes;
}

function uuidBytes(id: string): Bytes {
  return Uint8Array.from(id.replaceAll("-", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The age identity (`AGE-SECRET-KEY-1...`) that opens a raw file under this data key. */
export function rawIdentity(key: Uint8Array, dataset: string, version: number): string {
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, version);
  const info = lengthPrefixed(utf8("cloister/raw/v1"), uuidBytes(dataset), utf8(RAW_OBJECT), place);
  const secret = hkdf(sha256, key, undefined, info, 32);
  return bech32.encode("age-secret-key-", bech32.toWords(secret), false).toUpperCase();
}

/** A new header and nonce; the data key opens them later. */
export async function beginRaw(
  key: Uint8Array,
  dataset: string,
  version: number,
  random: (length: number) => Bytes,
): Promise<RawSeal> {
  const { Encrypter, identityToRecipient } = await import("age-encryption");
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(rawIdentity(key, dataset, version)));
  const empty = await encrypter.encrypt(new Uint8Array());
  return { header: empty.slice(0, empty.length - NONCE - TAG), nonce: random(NONCE) };
}

/** The size of the sealed file. */
export function rawSize(seal: RawSeal, plaintext: number): number {
  const pieces = Math.max(1, Math.ceil(plaintext / PIECE));
  return seal.header.length + NONCE + plaintext + pieces * TAG;
}

/** Seals piece after piece; each but the last has `PIECE` bytes. */
export interface RawSealer {
  /** What stands before the first piece. */
  readonly beginning: Bytes;
  seal(piece: Uint8Array, last: boolean): Bytes;
}

/** A sealer that gives the same bytes for the same seal and plaintext. */
export async function rawSealer(
  key: Uint8Array,
  dataset: string,
  version: number,
  seal: RawSeal,
): Promise<RawSealer> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity(rawIdentity(key, dataset, version));
  const fileKey = await decrypter.decryptHeader(seal.header);
  const stream = hkdf(sha256, fileKey, seal.nonce, utf8("payload"), 32);
  // Eleven bytes that count, and one that marks the last piece.
  const counter = new Uint8Array(12);
  return {
    beginning: concat(seal.header, seal.nonce),
    seal: (piece, last) => {
      counter[11] = last ? 1 : 0;
      const sealed = chacha20poly1305(stream, counter).encrypt(piece);
      for (let at = 10; at >= 0; at -= 1) {
        counter[at] = ((counter[at] ?? 0) + 1) & 0xff;
        if (counter[at] !== 0) break;
      }
      return sealed as Bytes;
    },
  };
}
