import { expect, test } from "vitest";
import { fromBase64, toBase64, utf8 } from "../bytes";
import { CoreError } from "../errors";
import { followLog, requireIncluded } from "../log/watch";
import { memoryVault, type Script, scripted } from "./scripted";
import { type LogVectors, vectors } from "./vectors";

const log = vectors<LogVectors>("log");
const noteAt = (size: number): string => log.checkpoints.find((one) => one.size === size)?.note ?? "";
const info = (note: string, key = log.key) => ({
  body: { origin: log.origin, public_key: key, checkpoint: note },
});
const tiles: Script = Object.fromEntries(
  Object.entries(log.tiles).map(([path, tile]) => [`GET /log/${path}`, { bytes: fromBase64(tile) }]),
);

/** What became of following these checkpoints one after another: sizes, or the check that refused. */
async function follow(
  notes: readonly string[],
  files: Script = tiles,
): Promise<readonly (number | string)[]> {
  let at = 0;
  const { core } = scripted({ ...files, "GET /log": () => info(notes[at] ?? "") }, memoryVault([]));
  const out: (number | string)[] = [];
  for (; at < notes.length; at += 1) {
    try {
      out.push((await followLog(core)).checkpoint.size);
    } catch (thrown) {
      const why = thrown instanceof CoreError ? thrown.why : undefined;
      out.push(why?.kind === "refused" ? why.check : String(thrown));
    }
  }
  return out;
}

test("a log that grows is followed from size to size", async () => {
  expect(await follow([7, 7, 255, 257, 600].map(noteAt))).toEqual([7, 7, 255, 257, 600]);
});

test("a log that goes back, forks or is signed by another key is refused by name, and the pin stays", async () => {
  expect(await follow([noteAt(257), noteAt(255), noteAt(600)])).toEqual([257, "stale", 600]);
  expect(await follow([noteAt(255), log.forked, noteAt(257)])).toEqual([255, "forked", 257]);
  expect(await follow([log.forked, noteAt(257)])).toEqual([255, "forked"]);
  expect(await follow([noteAt(7), log.other_key])).toEqual([7, "unsigned"]);
});

test("tiles that are gone or lie are no proof", async () => {
  const without = Object.fromEntries(Object.entries(tiles).filter(([path]) => !path.includes("tile/1")));
  expect(await follow([noteAt(257), noteAt(600)], without)).toEqual([257, "truncated"]);
  const lies: Script = Object.fromEntries(
    Object.keys(tiles).map((path) => [
      path,
      { bytes: new Uint8Array(path.endsWith("p/88") ? 88 * 32 : 256 * 32) },
    ]),
  );
  expect(await follow([noteAt(257), noteAt(600)], lies)).toEqual([257, "forked"]);
});

test("another log than the pinned one is refused", async () => {
  let key = log.key;
  const { core } = scripted({ ...tiles, "GET /log": () => info(noteAt(7), key) }, memoryVault([]));
  await followLog(core);
  key = "00".repeat(32);
  await expect(followLog(core)).rejects.toThrow("pinned");
});

test("entries are proven at their place, and what is not integrated yet waits", async () => {
  const { core } = scripted({ ...tiles, "GET /log": info(noteAt(600)) }, memoryVault([]));
  const followed = await followLog(core);
  const [first, later] = [log.entries["0"] ?? "", log.entries["256"] ?? ""];
  const entries = [{ index: 0, encoded: first }, { index: 256, encoded: later }, { encoded: first }];
  expect(await requireIncluded(core, followed, entries)).toEqual({ proven: 2, upTo: 256, waiting: 1 });
  const edited = toBase64(utf8(new TextDecoder().decode(fromBase64(first)).replace("user-0", "user-1")));
  for (const [index, encoded, check] of [
    [0, edited, "edited"],
    [1, first, "reordered"],
    [0, toBase64(utf8("x")), "no entry"],
  ] as const) {
    const outcome = requireIncluded(core, followed, [{ index, encoded }]);
    await expect(
      outcome.catch((thrown: CoreError) =>
        thrown.why.kind === "refused" ? thrown.why.check : thrown.message,
      ),
    ).resolves.toContain(check);
  }
});
