import { expect, test } from "vitest";
import { fromHex, fromUtf8, toHex } from "../bytes";
import { type MemberKind, describe as words } from "../describe";
import environment from "../environment.json";
import { floatText } from "../json/numbers";
import { signBytes } from "../keys/member";
import {
  type EnvelopeJson,
  encodePayload,
  envelopeJson,
  envelopeOf,
  open,
  preAuthentication,
  readEnvelope,
  verify,
} from "../statement/envelope";
import { KINDS, type Kind, predicateCodec } from "../statement/kinds";
import { fromMicros, isTimestamp, micros } from "../time";
import { exactVectors, keysOf, list, object, string, vectors } from "./vectors";

interface Vector {
  readonly name: string;
  readonly kind: Kind;
  readonly seed: string;
  readonly payload: string;
  readonly digest: string;
  readonly envelope: EnvelopeJson;
}

interface File {
  readonly statements: readonly Vector[];
  readonly refused: readonly { readonly what: string; readonly envelope: EnvelopeJson }[];
  readonly numbers: readonly { readonly bits: string; readonly text: string }[];
  readonly moments: readonly { readonly micros: string; readonly text: string }[];
  readonly environments: { readonly sql: string; readonly ingest: string };
}

const file = vectors<File>("statements");
const exact = list(exactVectors("statements").get("statements"));
const BROKER_SIDE: ReadonlySet<Kind> = new Set<Kind>([
  "release-record",
  "receipt",
  "challenge",
  "acknowledgement",
  "vouch",
  "certificate",
]);

test("every kind of statement has a vector", () => {
  expect(new Set(file.statements.map((vector) => vector.kind))).toEqual(new Set(KINDS));
});

test.each(file.statements.map((vector, at) => [vector.name, vector, at] as const))(
  "%s: payload, digest and signature are Rust's, bit for bit",
  async (_, vector, at) => {
    const { kind } = vector;
    const predicateJson = new Map(object(object(exact[at]).get("predicate")));
    if (predicateJson.get("workspace") === null) {
      predicateJson.delete("workspace");
    }
    const predicate = predicateCodec(kind).decode(predicateJson);
    const payload = encodePayload(kind, predicate);
    expect(fromUtf8(payload)).toBe(vector.payload);
    const keys = await keysOf(vector.seed);
    const signature = await signBytes(keys, preAuthentication(payload));
    const envelope = envelopeOf(payload, keys.signingKey, signature);
    expect(envelope.digest).toBe(vector.digest);
    expect(envelopeJson(envelope)).toEqual(vector.envelope);
    const verified = verify(open(readEnvelope(vector.envelope), kind), keys.signingKey);
    expect(verified.predicate).toEqual(predicate);
    expect(() => verify(open(envelope, kind), "00".repeat(32))).toThrow("is not by the key");
  },
);

test.each(
  file.statements
    .filter(({ kind }) => !BROKER_SIDE.has(kind))
    .map((vector) => [vector.name, vector] as const),
)("%s: is said in words before it is signed", (_, vector) => {
  const { predicate } = open(readEnvelope(vector.envelope), vector.kind);
  const said = words(vector.kind as MemberKind, predicate.body as never);
  expect(said.kind).toBe(vector.kind);
  expect(said.title.length).toBeGreaterThan(10);
  expect(said.consequences.length).toBeGreaterThan(0);
  const shown = JSON.stringify(said);
  expect(shown).not.toMatch(/undefined|\[object|NaN/);
});

test.each(file.refused.map(({ what, envelope }) => [what, envelope] as const))(
  "refused though well signed: %s",
  (_, envelope) => {
    expect(() => open(readEnvelope(envelope), "acceptance")).toThrow();
  },
);

test("a flipped bit anywhere is refused", () => {
  const [vector] = file.statements;
  const good = readEnvelope(vector?.envelope);
  for (let at = 0; at < good.payload.length; at += 7) {
    const payload = Uint8Array.from(good.payload);
    payload[at] = (payload[at] ?? 0) ^ (1 << (at % 8));
    expect(() => verify(open(envelopeOf(payload, good.key, good.signature), "charter"), good.key)).toThrow();
  }
});

test("another kind than the one asked for is refused before it is decoded", () => {
  const [vector] = file.statements;
  expect(() => open(readEnvelope(vector?.envelope), "refusal")).toThrow(
    "a refusal was expected, got a charter",
  );
});

test("numbers are written as Rust writes them", () => {
  expect(file.numbers.length).toBeGreaterThan(300);
  for (const { bits, text } of file.numbers) {
    const number = new DataView(fromHex(bits).buffer).getFloat64(0);
    expect(floatText(number), bits).toBe(text);
  }
});

test("moments are written as Rust writes them", () => {
  for (const { micros: value, text } of file.moments) {
    expect(fromMicros(BigInt(value))).toBe(text);
    expect(micros(text).toString()).toBe(value);
    expect(isTimestamp(text)).toBe(true);
  }
  for (const bad of [
    "2027-02-30T00:00:00Z",
    "2027-01-01T00:00:00.10Z",
    "2027-01-01T00:00:00+00:00",
    "2027-01-01",
  ]) {
    expect(isTimestamp(bad), bad).toBe(false);
  }
});

test("the environments of jobs are this release's", () => {
  expect(environment).toEqual(file.environments);
});

test("the vectors hold what the reader of exact numbers says", () => {
  expect(exact.length).toBe(file.statements.length);
  expect(string(object(exact[0]).get("digest"))).toBe(file.statements[0]?.digest);
  expect(toHex(fromHex("00ff"))).toBe("00ff");
});
