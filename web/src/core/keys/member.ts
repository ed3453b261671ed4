/**
 * A member's keys: an Ed25519 signing key and an X25519 `age` identity.
 *
 * They are drawn as bytes once, so that the backup can be made, and then kept as keys the browser does not give out
 * again. Where a browser lacks one of the two curves, its bytes are kept instead; `extractable` tells.
 */
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { bech32 } from "@scure/base";
import { type Bytes, concat, type Digest, fromHex, toHex } from "../bytes";
import type { Opener } from "../sealing/files";

/** Both secrets as bytes; only for making and restoring. Call `wipe` when done. */
export interface KeySecrets {
  readonly seed: Bytes;
  readonly scalar: Bytes;
}

/** Both keys as this browser keeps them. */
export interface MemberKeys {
  /** The public Ed25519 key: the name of the pair. */
  readonly signingKey: Digest;
  /** `age1...`. */
  readonly recipient: string;
  /** A key that cannot leave the browser, or the seed where the browser lacks Ed25519. */
  readonly signer: CryptoKey | Bytes;
  /** A key that cannot leave the browser, or the secret text where the browser lacks X25519. */
  readonly opener: Opener;
}

const PKCS8 = {
  Ed25519: fromHex("302e020100300506032b657004220420"),
  X25519: fromHex("302e020100300506032b656e04220420"),
} as const;

/** Fresh secrets. */
export function drawSecrets(random: (length: number) => Bytes): KeySecrets {
  return { seed: random(32), scalar: random(32) };
}

/** Overwrites the secrets. The browser may have copied them before; this is the best a page can do. */
export function wipe(secrets: KeySecrets): void {
  secrets.seed.fill(0);
  secrets.scalar.fill(0);
}

/** The recipient of an age secret. */
export function recipientOf(scalar: Bytes): string {
  return bech32.encodeFromBytes("age", x25519.getPublicKey(scalar));
}

/** `AGE-SECRET-KEY-1...`. */
export function identityText(scalar: Bytes): string {
  return bech32.encodeFromBytes("AGE-SECRET-KEY-", scalar).toUpperCase();
}

/** The secret of an `AGE-SECRET-KEY-1...` text. */
export function identitySecret(text: string): Bytes {
  const { prefix, bytes } = bech32.decodeToBytes(text);
  if (text !== text.toUpperCase() || prefix.toUpperCase() !== "AGE-SECRET-KEY-" || bytes.length !== 32) {
    throw new Error("not an age identity");
  }
  return Uint8Array.from(bytes);
}

async function kept(
  name: "Ed25519" | "X25519",
  secret: Bytes,
  use: KeyUsage,
): Promise<CryptoKey | undefined> {
  const pkcs8 = concat(PKCS8[name], secret);
  try {
    return await crypto.subtle.importKey("pkcs8", pkcs8, { name }, false, [use]);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "NotSupportedError") {
      return undefined;
    }
    throw thrown;
  } finally {
    pkcs8.fill(0);
  }
}

/** The keys as this browser will keep them. */
export async function memberKeys(secrets: KeySecrets): Promise<MemberKeys> {
  return {
    signingKey: toHex(ed25519.getPublicKey(secrets.seed)),
    recipient: recipientOf(secrets.scalar),
    signer: (await kept("Ed25519", secrets.seed, "sign")) ?? Uint8Array.from(secrets.seed),
    opener: (await kept("X25519", secrets.scalar, "deriveBits")) ?? identityText(secrets.scalar),
  };
}

/** Whether a program in this page could read the secrets out of storage: the browser lacks a curve. */
export function extractable(keys: MemberKeys): boolean {
  return keys.signer instanceof Uint8Array || typeof keys.opener === "string";
}

/** Signs bytes. */
export async function signBytes(keys: MemberKeys, message: Bytes): Promise<Bytes> {
  if (keys.signer instanceof Uint8Array) {
    return Uint8Array.from(ed25519.sign(message, keys.signer));
  }
  return new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, keys.signer, message));
}
