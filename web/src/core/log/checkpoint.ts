/**
 * Checkpoints: what the log was, signed by its key. A C2SP tlog-checkpoint in a signed note; signatures of others
 * (witnesses) may follow and are not looked at here.
 */
import { concat, type Digest, equalBytes, fromBase64, fromHex, sha256, toBase64, utf8 } from "../bytes";
import { refused } from "../errors";
import { verifySignature } from "../statement/envelope";
import type { Hash } from "./tree";

/** Size and root of a log at one moment. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

const ED25519 = Uint8Array.of(1);

function damaged(kind: string, why: string): Error {
  return refused(kind, why);
}

/** The four bytes that name a key in a note. */
function keyHint(origin: string, key: Digest): Uint8Array {
  return sha256(concat(utf8(`${origin}\n`), ED25519, fromHex(key))).subarray(0, 4);
}

/** The checkpoint in a note, once the signature of the log's key over it has been found valid. */
export function verifyCheckpoint(note: string, origin: string, key: Digest): Checkpoint {
  const malformed = (): Error => damaged("malformed", "the checkpoint is malformed");
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) {
    throw malformed();
  }
  const body = note.slice(0, end + 1);
  const checkpoint = readBody(body, malformed);
  if (checkpoint.origin !== origin) {
    throw damaged("unsigned", `the checkpoint is of the log \`${checkpoint.origin}\``);
  }
  const hint = keyHint(origin, key);
  const lines = note.slice(end + 2, -1).split("\n");
  const holds = lines.some((line) => {
    const [, name, encoded] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? [];
    if (name === undefined || encoded === undefined) {
      throw malformed();
    }
    const bytes = bytesOf(encoded, malformed);
    const ours = name === origin && equalBytes(bytes.subarray(0, 4), hint);
    return ours && bytes.length === 68 && verifySignature(key, utf8(body), bytes.subarray(4));
  });
  if (!holds) {
    throw damaged("unsigned", "the checkpoint is not signed by the key of the log");
  }
  return checkpoint;
}

function readBody(body: string, malformed: () => Error): Checkpoint {
  const [, origin, digits, root] = /^([^\n]+)\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)\n$/.exec(body) ?? [];
  const size = Number(digits);
  if (origin === undefined || root === undefined || !Number.isSafeInteger(size)) {
    throw malformed();
  }
  return { origin, size, root: bytesOf(root, malformed) };
}

function bytesOf(encoded: string, malformed: () => Error): Uint8Array {
  try {
    return fromBase64(encoded);
  } catch {
    throw malformed();
  }
}

/** The root of a checkpoint as people compare it. */
export function rootText(checkpoint: Checkpoint): string {
  return toBase64(checkpoint.root);
}
