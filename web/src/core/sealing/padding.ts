/**
 * Padding of sealed files, so that the size says little: 8 bytes of length, the content, zeros up to a size of the Padmé
 * scheme (at most 12 % more).
 */
import { type Bytes, concat, u64Bytes } from "../bytes";

const MINIMUM = 256n;

function log2(value: bigint): number {
  return value.toString(2).length - 1;
}

/** The size that a plaintext of `length` bytes (length field included) is padded to. */
export function paddedSize(length: number): number {
  const at = BigInt(length) < MINIMUM ? MINIMUM : BigInt(length);
  const exponent = log2(at);
  const kept = log2(BigInt(exponent)) + 1;
  const mask = (1n << BigInt(Math.max(exponent - kept, 0))) - 1n;
  return Number((at + mask) & ~mask);
}

/** The padded form of a plaintext. */
export function pad(plaintext: Uint8Array): Bytes {
  const length = plaintext.length + 8;
  return concat(u64Bytes(plaintext.length), plaintext, new Uint8Array(paddedSize(length) - length));
}

/** The plaintext of a padded form; throws when the padding is not ours. */
export function unpad(padded: Uint8Array): Uint8Array {
  const wrong = (): Error => new Error("the padding of the sealed file is wrong");
  if (padded.length < 8) {
    throw wrong();
  }
  const length = new DataView(padded.buffer, padded.byteOffset, 8).getBigUint64(0);
  const end = Number(length) + 8;
  if (length > BigInt(padded.length) || paddedSize(end) !== padded.length) {
    throw wrong();
  }
  if (padded.subarray(end).some((byte) => byte !== 0)) {
    throw wrong();
  }
  return padded.subarray(8, end);
}
