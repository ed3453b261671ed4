/** A file from the disk to the server, sealed on the way: in flat memory, over cuts, from where the server has it. */
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, type Digest, toHex } from "../bytes";
import type { Core } from "../core";
import { CoreError } from "../errors";
import { PIECE, RAW_OBJECT, type RawSealer, rawSize } from "../sealing/raw";
import type { Parcel } from "./shelf";

/** Bytes of one part that goes to the server; it takes at most 16 MiB. */
const PART = 8 << 20;
/** Seconds between tries while the server cannot be reached. */
const PAUSES = [1, 2, 4, 8, 15] as const;

interface Upload {
  readonly id: string;
  readonly received: number;
  readonly finished: boolean;
}

/** How far it is. */
export interface Moved {
  readonly sent: number;
  readonly size: number;
  /** Tried again after so many seconds, while nobody answers. */
  readonly waiting?: number;
}

/** What was sent, and what it was before. */
export interface Sent {
  readonly file: { readonly name: string; readonly size: number; readonly sha256: Digest };
  readonly plaintext: { readonly size: number; readonly sha256: Digest };
}

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function halted(signal: AbortSignal): void {
  if (signal.aborted) throw new CoreError({ kind: "declined" }, "the upload was halted");
}

const unreachable = (thrown: unknown) => thrown instanceof CoreError && thrown.why.kind === "unreachable";

/** Repeats what nobody answered, with longer pauses, until somebody does or it is halted. */
async function patiently<T>(
  act: () => Promise<T>,
  signal: AbortSignal,
  waits: (seconds: number) => void,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    halted(signal);
    try {
      return await act();
    } catch (thrown) {
      if (!unreachable(thrown)) throw thrown;
      const pause = PAUSES[Math.min(attempt, PAUSES.length - 1)] ?? 15;
      waits(pause);
      await later(pause * 1000);
    }
  }
}

/** The pieces of a file, each but the last of `PIECE` bytes. */
async function* pieces(file: Blob): AsyncGenerator<{ piece: Uint8Array; last: boolean }> {
  const reader = file.stream().getReader();
  let rest = new Uint8Array();
  let read = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    read += value.length;
    const all = rest.length === 0 ? value : new Uint8Array(rest.length + value.length);
    if (rest.length > 0) {
      all.set(rest);
      all.set(value, rest.length);
    }
    let at = 0;
    // The last piece is whole or shorter, never empty but for an empty file: one stays behind until more is seen.
    for (; all.length - at > PIECE; at += PIECE) {
      yield { piece: all.subarray(at, at + PIECE), last: false };
    }
    rest = all.slice(at);
  }
  if (read !== file.size) throw new CoreError({ kind: "input" }, "the file changed while it was read");
  yield { piece: rest, last: true };
}

/** Sends a part where the server is; gives how far the server is afterwards. */
async function put(core: Core, id: string, offset: number, part: Bytes): Promise<number> {
  try {
    return (await core.api.put<Upload>(`/uploads/${id}/parts/${offset}`, part)).received;
  } catch (thrown) {
    if (unreachable(thrown)) {
      // The answer may be what was lost.
      const { received } = await core.api.get<Upload>(`/uploads/${id}`);
      if (received > offset) return received;
    }
    throw thrown;
  }
}

/** Seals and uploads the file of a parcel. Called again for the same file it goes on where the server is. */
export async function uploadRaw(
  core: Core,
  parcel: Parcel,
  file: Blob,
  sealer: RawSealer,
  moved: (now: Moved) => void,
  signal: AbortSignal,
): Promise<Sent> {
  const size = rawSize(parcel, file.size);
  const ask = { dataset: parcel.dataset, version: 1, name: RAW_OBJECT };
  let received = 0;
  const waits = (waiting: number) => moved({ sent: received, size, waiting });
  const upload = await patiently(() => core.api.send<Upload>("POST", "/uploads", ask), signal, waits);
  const { id } = upload.value;
  received = upload.value.received;
  moved({ sent: received, size });
  const [plain, cipher] = [sha256.create(), sha256.create()];
  const part = new Uint8Array(PART);
  let [filled, offset] = [0, 0];
  const flush = async () => {
    const end = offset + filled;
    while (received < end) {
      const rest = part.slice(received - offset, filled);
      const at = received;
      received = await patiently(() => put(core, id, at, rest), signal, waits);
      moved({ sent: received, size });
    }
    offset = end;
    filled = 0;
    // The page gets its turn also while nothing is sent because the server has it.
    await later(0);
    halted(signal);
  };
  const take = async (sealed: Uint8Array) => {
    cipher.update(sealed);
    if (filled + sealed.length > PART) await flush();
    part.set(sealed, filled);
    filled += sealed.length;
  };
  await take(sealer.beginning);
  for await (const { piece, last } of pieces(file)) {
    plain.update(piece);
    await take(sealer.seal(piece, last));
  }
  await flush();
  const digest = toHex(cipher.digest());
  const whole = { size, sha256: digest };
  if (!upload.value.finished) {
    await patiently(() => core.api.send("POST", `/uploads/${id}/finish`, whole), signal, waits);
  }
  return {
    file: { name: RAW_OBJECT, ...whole },
    plaintext: { size: file.size, sha256: toHex(plain.digest()) },
  };
}
