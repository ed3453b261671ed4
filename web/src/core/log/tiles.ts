/**
 * Proofs made from hash tiles (C2SP tlog-tiles, 256 wide), which everybody may read. Tiles come from the server and prove
 * nothing by themselves: whatever is made of them is compared with signed roots.
 */
import { type Hash, nodeHash, rootOf, split } from "./tree";

const WIDTH = 256;

/** Gives the bytes of a file of the log, by path. */
export type ReadTile = (path: string) => Promise<Uint8Array>;

/** Path of the `n`-th hash tile of a level with `width` hashes. */
export function tilePath(level: number, n: number, width: number): string {
  const groups = [String(n % 1000).padStart(3, "0")];
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  return `tile/${level}/${groups.join("/")}${width < WIDTH ? `.p/${width}` : ""}`;
}

/** Hashes of subtrees of a log of `size` entries; each tile is read once. */
export class Tiles {
  private readonly seen = new Map<string, Promise<readonly Hash[]>>();
  private readonly size: number;
  private readonly read: ReadTile;

  constructor(size: number, read: ReadTile) {
    this.size = size;
    this.read = read;
  }

  private tile(level: number, n: number): Promise<readonly Hash[]> {
    const count = Math.floor(this.size / WIDTH ** level);
    const path = tilePath(level, n, Math.min(count - n * WIDTH, WIDTH));
    const found = this.seen.get(path) ?? this.read(path).then((bytes) => hashesOf(path, bytes));
    this.seen.set(path, found);
    return found;
  }

  /** Root of the leaves `from..from + 2^height`; `from` is a multiple of that power. */
  private async subtree(from: number, height: number): Promise<Hash> {
    const level = Math.floor(height / 8);
    const first = Math.floor(from / WIDTH ** level);
    const hashes = await this.tile(level, Math.floor(first / WIDTH));
    const count = 2 ** (height % 8);
    const part = hashes.slice(first % WIDTH, (first % WIDTH) + count);
    if (part.length !== count) {
      throw new Error("a tile of the log is too short");
    }
    return rootOf(part);
  }

  /** Root of the leaves `from..to`, where `from` is a multiple of the largest power of two in the range. */
  async range(from: number, to: number): Promise<Hash> {
    const parts: Hash[] = [];
    for (let at = from; at < to; ) {
      const height = Math.floor(Math.log2(to - at));
      parts.push(await this.subtree(at, height));
      at += 2 ** height;
    }
    const last = parts.pop();
    return last === undefined ? rootOf([]) : parts.reduceRight((right, left) => nodeHash(left, right), last);
  }
}

function hashesOf(path: string, bytes: Uint8Array): readonly Hash[] {
  if (bytes.length % 32 !== 0) {
    throw new Error(`\`${path}\` is malformed`);
  }
  return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
}

/** The hashes that lead from entry `index` to the root, lowest first. */
export async function makeInclusion(tiles: Tiles, size: number, index: number): Promise<readonly Hash[]> {
  let [from, to] = [0, size];
  const hashes: Hash[] = [];
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      hashes.unshift(await tiles.range(middle, to));
      to = middle;
    } else {
      hashes.unshift(await tiles.range(from, middle));
      from = middle;
    }
  }
  return hashes;
}

/** The hashes that show that a log of `size2` entries begins with the log of `size1` entries. */
export async function makeConsistency(tiles: Tiles, size1: number, size2: number): Promise<readonly Hash[]> {
  let [from, to] = [0, size2];
  const hashes: Hash[] = [];
  while (to > size1) {
    const middle = from + split(to - from);
    if (size1 <= middle) {
      hashes.unshift(await tiles.range(middle, to));
      to = middle;
    } else {
      hashes.unshift(await tiles.range(from, middle));
      from = middle;
    }
  }
  if (from > 0) {
    hashes.unshift(await tiles.range(from, to));
  }
  return hashes;
}
