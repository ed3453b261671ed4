/** Files sealed to members: `age` with X25519 recipients, padded. */
import { messageOf } from "../errors";
import { pad, unpad } from "./padding";

/** The part of a member's keys that opens files: a key the browser keeps to itself, or the `AGE-SECRET-KEY-1...` text. */
export type Opener = CryptoKey | string;

/** Pads and encrypts to every recipient (`age1...`). */
export async function sealFile(recipients: readonly string[], plaintext: Uint8Array): Promise<Uint8Array> {
  if (recipients.length === 0) {
    throw new Error("a sealed file has at least one reader");
  }
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    encrypter.addRecipient(recipient);
  }
  return encrypter.encrypt(pad(plaintext));
}

/** Opens what `sealFile` made, or the same of Rust; `undefined` when it is sealed to none of these. */
export async function openFile(
  openers: readonly Opener[],
  sealed: Uint8Array,
): Promise<Uint8Array | undefined> {
  const { Decrypter } = await import("age-encryption");
  for (const opener of openers) {
    const decrypter = new Decrypter();
    decrypter.addIdentity(opener);
    let padded: Uint8Array;
    try {
      padded = await decrypter.decrypt(sealed);
    } catch (thrown) {
      if (messageOf(thrown).includes("no identity matched")) {
        continue;
      }
      throw thrown;
    }
    return unpad(padded);
  }
  return undefined;
}
