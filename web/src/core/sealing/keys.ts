/** Data keys: their names, and their seals by HPKE (X25519, HKDF-SHA256, AES-256-GCM) to brokers. */
import {
  type Bytes,
  type Digest,
  digestOf,
  fromBase64,
  fromHex,
  lengthPrefixed,
  toBase64,
  toHex,
  utf8,
} from "../bytes";
import type { Assurance } from "../statement/bodies/workspaces";

/** An HPKE ciphertext with its encapsulated key, as the API carries it. */
export interface Sealed {
  readonly enc: string;
  readonly ciphertext: string;
}

/** The public name of a data key. */
export function keyId(key: Uint8Array): Digest {
  return digestOf(lengthPrefixed(utf8("cloister/key-id/v1"), key));
}

/** The HPKE `info` of a data key wrapped for a broker: whoever relabels what the owner allowed cannot open it. */
export function wrapInfo(allowed: Assurance): Bytes {
  return lengthPrefixed(utf8("cloister/wrap/v1"), utf8(allowed));
}

async function suite() {
  const { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } = await import("@hpke/core");
  return new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  });
}

/** Wraps a data key for the broker of a workspace's charter. */
export async function wrapDataKey(
  broker: Digest,
  allowed: Assurance,
  manifest: Digest,
  key: Uint8Array,
): Promise<Sealed> {
  const hpke = await suite();
  const recipientPublicKey = await hpke.kem.deserializePublicKey(fromHex(broker));
  const sealed = await hpke.seal(
    { recipientPublicKey, info: wrapInfo(allowed) },
    Uint8Array.from(key),
    fromHex(manifest),
  );
  return { enc: toHex(new Uint8Array(sealed.enc)), ciphertext: toBase64(new Uint8Array(sealed.ct)) };
}

/** Opens what `wrapDataKey` made, with the broker's secret: for tests, no browser has it. */
export async function unwrapDataKey(
  secret: Uint8Array,
  allowed: Assurance,
  manifest: Digest,
  sealed: Sealed,
): Promise<Uint8Array> {
  const hpke = await suite();
  const recipientKey = await hpke.kem.deserializePrivateKey(Uint8Array.from(secret));
  const opened = await hpke.open(
    { recipientKey, enc: fromHex(sealed.enc), info: wrapInfo(allowed) },
    fromBase64(sealed.ciphertext),
    fromHex(manifest),
  );
  return new Uint8Array(opened);
}
