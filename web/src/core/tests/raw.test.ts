/** A raw file: age opens it, and the same bytes come out again. */
import { Decrypter, identityToRecipient } from "age-encryption";
import { expect, test } from "vitest";
import { ingestSource } from "../acts/ingest";
import { concat, equalBytes } from "../bytes";
import { beginRaw, PIECE, rawIdentity, rawSealer, rawSize } from "../sealing/raw";

// docs/ingest.md, section 1.
const KEY = Uint8Array.from({ length: 32 }, (_, n) => n);
const DATASET = "00112233-4455-6677-8899-aabbccddeeff";
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

async function sealed(plaintext: Uint8Array, seal: Awaited<ReturnType<typeof beginRaw>>) {
  const sealer = await rawSealer(KEY, DATASET, 1, seal);
  const parts = [sealer.beginning];
  let at = 0;
  for (; plaintext.length - at > PIECE; at += PIECE) {
    parts.push(sealer.seal(plaintext.subarray(at, at + PIECE), false));
  }
  parts.push(sealer.seal(plaintext.subarray(at), true));
  return concat(...parts);
}

test("the identity and recipient are those of the document", async () => {
  const identity = rawIdentity(KEY, DATASET, 1);
  expect(identity).toBe("AGE-SECRET-KEY-1AXC9XJ0G4GEKFYHUXCU9825M4YDMSJX2N8PNSVS9KFKPN9S4G3UQRHKA32");
  expect(await identityToRecipient(identity)).toBe(
    "age1lrywvd98485d557nk6calmy83550ex4qdjz5nvvcd9yt34ckagzs3tm9cq",
  );
});

test("age opens what was sealed piece by piece, of every length around a piece", async () => {
  for (const length of [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 5 * PIECE + 17]) {
    const plaintext = Uint8Array.from({ length }, (_, n) => (n * 7) & 0xff);
    const seal = await beginRaw(KEY, DATASET, 1, random);
    const file = await sealed(plaintext, seal);
    expect(file.length, `${length}`).toBe(rawSize(seal, length));
    const decrypter = new Decrypter();
    decrypter.addIdentity(rawIdentity(KEY, DATASET, 1));
    expect(equalBytes(await decrypter.decrypt(file), plaintext), `${length}`).toBe(true);
    // An upload that was cut goes on with the same bytes.
    expect(equalBytes(await sealed(plaintext, seal), file), `${length}`).toBe(true);
  }
});

test("the program of an ingest is the one of the document", () => {
  const columns = [{ name: "patient", type: "string" as const, nullable: true }];
  expect(ingestSource({ header: true, skipBadRows: false, columns }, DATASET, 2)).toBe(
    '{"version":1,"header":true,"skip_bad_rows":false,"schema":[{"name":"patient","type":"string","nullable":true}],"target":{"dataset":"00112233-4455-6677-8899-aabbccddeeff","version":2,"object":"part-00000.parquet"}}',
  );
  expect(ingestSource({ header: false, skipBadRows: true }, DATASET, 2)).not.toContain("schema");
});
