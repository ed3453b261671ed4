/**
 * The log as this browser follows it: the checkpoint is the pinned key's and continues the one seen before; entries are
 * under it. A log that forked, went back or was re-signed shows as a `refused` error whose check is the kind of damage,
 * in the words `cloister audit verify` uses.
 */
import { isAbsent } from "../api";
import { type Digest, fromBase64, fromUtf8 } from "../bytes";
import type { Core } from "../core";
import { malformed, refused } from "../errors";
import { type Pins, pinLog } from "../keys/pins";
import type { LogInfo } from "../wire";
import { type Checkpoint, verifyCheckpoint } from "./checkpoint";
import { consistencyFault, inclusionFault } from "./proofs";
import { makeConsistency, makeInclusion, type ReadTile, Tiles } from "./tiles";
import { leafHash, sameHash } from "./tree";

/** The largest hash tile. */
const MAX_TILE = 256 * 32;
/** How often a tile is asked for again when the log grew meanwhile. */
const ATTEMPTS = 3;

/** A checkpoint that the pinned key signed and that continues what this browser saw before. */
export interface Followed {
  readonly checkpoint: Checkpoint;
  readonly note: string;
  /** The size seen before; nothing the first time. */
  readonly before: number | undefined;
}

/** An entry as `GET /audit` lists it. */
export interface ListedEntry {
  /** Place in the log; absent until it is integrated. */
  readonly index?: number;
  /** The exact bytes, base64. */
  readonly encoded: string;
}

function reader(core: Core): ReadTile {
  return async (path) => {
    const bytes = await core.api.bytes(`/log/${path}`, MAX_TILE);
    if (bytes === undefined) {
      throw refused("truncated", `the log lacks \`${path}\``);
    }
    return bytes;
  };
}

/** Fetches the newest checkpoint, verifies it against what was pinned, and remembers it. */
export async function followLog(core: Core): Promise<Followed> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await followOnce(core);
    } catch (thrown) {
      // The partial tiles of a log that grew between two requests are gone; the next checkpoint has its own.
      if (attempt >= ATTEMPTS || !isAbsent(thrown)) {
        throw thrown;
      }
    }
  }
}

async function followOnce(core: Core): Promise<Followed> {
  const info = await core.api.get<LogInfo>("/log");
  const pins = await core.vault.changePins((held) => pinLog(held, info.origin, info.public_key));
  const checkpoint = verifyCheckpoint(info.checkpoint, info.origin, info.public_key);
  const before = seenBefore(pins, info.origin, info.public_key);
  if (before !== undefined) {
    await requireContinues(core, before, checkpoint);
  }
  await core.vault.changePins((held) => remember(held, info, checkpoint));
  return { checkpoint, note: info.checkpoint, before: before?.size };
}

function seenBefore(pins: Pins, origin: string, key: Digest): Checkpoint | undefined {
  const note = pins.log?.checkpoint;
  return note === undefined ? undefined : verifyCheckpoint(note, origin, key);
}

/** The newer of what another tab remembered meanwhile and this. */
function remember(pins: Pins, info: LogInfo, checkpoint: Checkpoint): Pins {
  const held = seenBefore(pins, info.origin, info.public_key);
  const newer = held === undefined || held.size <= checkpoint.size;
  const log = { origin: info.origin, key: info.public_key, checkpoint: info.checkpoint };
  return newer ? { ...pins, log } : pins;
}

/** Whether a checkpoint continues an earlier one. */
export async function requireContinues(core: Core, before: Checkpoint, now: Checkpoint): Promise<void> {
  if (now.size < before.size) {
    throw refused("stale", `the log has ${now.size} entries, ${before.size} were seen before`);
  }
  const forked = (): Error =>
    refused("forked", `the log does not continue the one of ${before.size} entries seen before`);
  if (before.size === 0) {
    return;
  }
  if (before.size === now.size) {
    if (!sameHash(before.root, now.root)) {
      throw forked();
    }
    return;
  }
  const proof = await makeConsistency(new Tiles(now.size, reader(core)), before.size, now.size);
  if (consistencyFault(before.size, before.root, now.size, now.root, proof) !== undefined) {
    throw forked();
  }
}

/** What became of a list of entries. */
export interface Included {
  /** Entries proven to stand where they say under the checkpoint. */
  readonly proven: number;
  /** The highest place proven. */
  readonly upTo: number | undefined;
  /** Entries that the checkpoint does not cover yet. */
  readonly waiting: number;
}

/** Proves that listed entries stand in the log where they say, under a followed checkpoint. */
export async function requireIncluded(
  core: Core,
  { checkpoint }: Followed,
  entries: readonly ListedEntry[],
): Promise<Included> {
  const tiles = new Tiles(checkpoint.size, reader(core));
  let [proven, waiting] = [0, 0];
  let upTo: number | undefined;
  for (const { index, encoded } of entries) {
    if (index === undefined || index === null || index >= checkpoint.size) {
      waiting += 1;
      continue;
    }
    const bytes = fromBase64(encoded);
    requireOwnPlace(bytes, index);
    const proof = await makeInclusion(tiles, checkpoint.size, index);
    if (inclusionFault(leafHash(bytes), index, checkpoint.size, proof, checkpoint.root) !== undefined) {
      throw refused("edited", `entry ${index} is not what was signed`);
    }
    proven += 1;
    upTo = Math.max(upTo ?? 0, index);
  }
  return { proven, upTo, waiting };
}

/** An entry that names its place must stand there. */
function requireOwnPlace(bytes: Uint8Array, index: number): void {
  let named: unknown;
  try {
    named = (JSON.parse(fromUtf8(bytes)) as { index?: unknown }).index;
  } catch {
    throw malformed("log", `entry ${index} is no entry`);
  }
  if (named !== undefined && named !== index) {
    throw refused("reordered", `entry ${index} stands in another place than signed`);
  }
}
