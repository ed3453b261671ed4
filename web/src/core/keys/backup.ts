/**
 * The backup of both keys: an `age` file under a generated passphrase of 100 bits. The same file that `cloister key
 * backup` writes and `cloister key restore` reads.
 */
import { type Bytes, fromHex, fromUtf8, toHex, utf8 } from "../bytes";
import { CoreError, messageOf } from "../errors";
import { anyText, count, decodeStrict, object } from "../json/codec";
import { digest } from "../statement/names";
import { identitySecret, identityText, type KeySecrets } from "./member";

/** A backup and the passphrase that opens it; the passphrase is stored nowhere. */
export interface Backup {
  readonly file: Uint8Array;
  /** Four groups of five characters. */
  readonly passphrase: string;
}

/** What scrypt costs, `N = 2^n`: about a second. */
const WORK_FACTOR = 18;
/** 32 characters that nobody confuses: no `i`, `l`, `o`, `u`. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** The most bytes of a backup. */
export const MAX_BACKUP = 4096;

const keyFile = object({ version: count(0xffff_ffff), signing_key: digest, age_identity: anyText });

/** A fresh passphrase of 100 bits. */
export function drawPassphrase(random: (length: number) => Bytes): string {
  const letters = [...random(20)].map((byte) => ALPHABET.charAt(byte & 31));
  return [0, 5, 10, 15].map((at) => letters.slice(at, at + 5).join("")).join("-");
}

/** What a person typed, as it was generated: case, blanks and dashes do not matter. */
export function normalisePassphrase(typed: string): string {
  return typed.replace(/[\s-]/gu, "").toLowerCase();
}

/** The text of a key file; whoever has it has the keys. */
export function keyText(secrets: KeySecrets): string {
  return keyFile.encode({
    version: 1,
    signing_key: toHex(secrets.seed),
    age_identity: identityText(secrets.scalar),
  });
}

/** Reads the text of a key file. */
export function readKeyText(text: string): KeySecrets {
  const file = decodeStrict(keyFile, utf8(text.trimEnd()), MAX_BACKUP, 2);
  if (file.version !== 1) {
    throw new Error(`key files of version ${file.version} are not known`);
  }
  return { seed: fromHex(file.signing_key), scalar: identitySecret(file.age_identity) };
}

/** Encrypts both keys under a passphrase generated here. */
export async function makeBackup(
  secrets: KeySecrets,
  random: (length: number) => Bytes,
  workFactor = WORK_FACTOR,
): Promise<Backup> {
  const { Encrypter } = await import("age-encryption");
  const passphrase = drawPassphrase(random);
  const encrypter = new Encrypter();
  encrypter.setPassphrase(normalisePassphrase(passphrase));
  encrypter.setScryptWorkFactor(workFactor);
  return { file: await encrypter.encrypt(keyText(secrets)), passphrase };
}

/** Opens a backup. A wrong passphrase and a damaged file are two errors. */
export async function openBackup(file: Uint8Array, passphrase: string): Promise<KeySecrets> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addPassphrase(normalisePassphrase(passphrase));
  let text: Uint8Array;
  try {
    text = await decrypter.decrypt(file);
  } catch (thrown) {
    if (messageOf(thrown).includes("no identity matched")) {
      throw new CoreError({ kind: "passphrase" }, "the passphrase does not open the backup");
    }
    throw damaged();
  }
  try {
    return readKeyText(fromUtf8(text));
  } catch {
    throw damaged();
  }
}

function damaged(): CoreError {
  return new CoreError({ kind: "backup" }, "the file is not a key backup, or is damaged");
}
