import { describe, expect, test } from "vitest";
import { fromBase64, fromHex, toHex } from "../bytes";
import { verifyCheckpoint } from "../log/checkpoint";
import { consistencyFault, inclusionFault } from "../log/proofs";
import { makeConsistency, makeInclusion, Tiles } from "../log/tiles";
import { leafHash } from "../log/tree";
import { type LogVectors, vectors } from "./vectors";

const log = vectors<LogVectors>("log");
const roots = new Map(log.checkpoints.map(({ size, root }) => [size, fromHex(root)]));
const rootAt = (size: number): Uint8Array => roots.get(size) ?? new Uint8Array();
const read = async (path: string): Promise<Uint8Array> => {
  const tile = log.tiles[path];
  if (tile === undefined) {
    throw new Error(`no ${path}`);
  }
  return fromBase64(tile);
};

describe("checkpoints", () => {
  test("Rust's verify under their key and name", () => {
    for (const { note, size, root } of log.checkpoints) {
      const checkpoint = verifyCheckpoint(note, log.origin, log.key);
      expect([checkpoint.size, toHex(checkpoint.root)]).toEqual([size, root]);
    }
  });

  test("another key, name or content is refused", () => {
    const note = log.checkpoints[3]?.note ?? "";
    expect(() => verifyCheckpoint(note, "other.test/log", log.key)).toThrow("is of the log");
    expect(() => verifyCheckpoint(log.other_key, log.origin, log.key)).toThrow("not signed by the key");
    expect(() => verifyCheckpoint(note.replace("\n7\n", "\n8\n"), log.origin, log.key)).toThrow("not signed");
    for (const bad of ["", note.trimEnd(), note.replace("\u2014", "-"), note.replace("\n7\n", "\n07\n")]) {
      expect(() => verifyCheckpoint(bad, log.origin, log.key)).toThrow("malformed");
    }
  });
});

describe("proofs", () => {
  test("of inclusion hold at their place only", () => {
    for (const { size, index, leaf, hashes } of log.inclusions) {
      const proof = hashes.map((hash) => fromHex(hash));
      const fault = (at: number, ...rest: Uint8Array[]) =>
        inclusionFault(fromHex(leaf), at, size, [...proof, ...rest], rootAt(size));
      expect(fault(index)).toBeUndefined();
      expect(fault(index, fromHex(leaf))).toBe("length");
      expect(fault(size)).toBe("index");
      if (size > 1) {
        expect(inclusionFault(fromHex(leaf), index, size, proof.slice(1), rootAt(size))).toBeDefined();
        expect(inclusionFault(rootAt(1), index, size, proof, rootAt(size))).toBe(
          index === 0 ? undefined : "root",
        );
      }
    }
  });

  test("of consistency hold between their sizes only", () => {
    for (const { from, to, hashes } of log.consistencies) {
      const proof = hashes.map((hash) => fromHex(hash));
      expect(consistencyFault(from, rootAt(from), to, rootAt(to), proof), `${from} ${to}`).toBeUndefined();
      expect(consistencyFault(from, rootAt(to + 0), to, rootAt(from), proof)).toBe(
        from === to ? undefined : "root",
      );
      expect(consistencyFault(from, rootAt(from), to, rootAt(to), [...proof, rootAt(1)])).toBe("length");
    }
    expect(consistencyFault(0, rootAt(1), 1, rootAt(1), [])).toBe("index");
    expect(consistencyFault(2, rootAt(2), 1, rootAt(1), [])).toBe("index");
  });

  test("made from tiles are those that Rust makes", async () => {
    for (const { size, index, hashes } of log.inclusions) {
      expect((await makeInclusion(new Tiles(size, read), size, index)).map(toHex)).toEqual(hashes);
    }
    for (const { from, to, hashes } of log.consistencies) {
      expect((await makeConsistency(new Tiles(to, read), from, to)).map(toHex)).toEqual(hashes);
    }
  });

  test("an entry's leaf is its hash", () => {
    const first = log.inclusions.find(({ index }) => index === 0);
    expect(toHex(leafHash(fromBase64(log.entries["0"] ?? "")))).toBe(first?.leaf);
  });
});
