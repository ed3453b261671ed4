/** RFC 6962 hashing. */
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, toHex } from "../bytes";

/** A SHA-256 value. */
export type Hash = Uint8Array;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Hash of a leaf. */
export function leafHash(entry: Uint8Array): Hash {
  return sha256(concat(LEAF, entry));
}

/** Hash of an inner node. */
export function nodeHash(left: Hash, right: Hash): Hash {
  return sha256(concat(NODE, left, right));
}

/** Whether two hashes are one. */
export function sameHash(a: Hash, b: Hash): boolean {
  return toHex(a) === toHex(b);
}

/** Root of a list of leaves. */
export function rootOf(leaves: readonly Hash[]): Hash {
  const [only] = leaves;
  if (only === undefined) {
    return sha256(new Uint8Array());
  }
  if (leaves.length === 1) {
    return only;
  }
  const middle = split(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, middle)), rootOf(leaves.slice(middle)));
}

/** Where a range of more than one leaf is split: the largest power of two below its length. */
export function split(length: number): number {
  let power = 1;
  while (power * 2 < length) {
    power *= 2;
  }
  return power;
}
