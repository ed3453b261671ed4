/**
 * What the console makes for Rust to open: `web/vectors/console.json`, checked there by `statement/tests/console.rs`. Seals
 * differ each time, so the file is written on demand (`CLOISTER_WRITE_VECTORS=1`) and read again here.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { firstCharter } from "../acts/create";
import { fromBase64, fromHex, toBase64, toHex } from "../bytes";
import { keyText, makeBackup, openBackup } from "../keys/backup";
import { identityText, memberKeys, signBytes } from "../keys/member";
import { randomBytes } from "../platform";
import { openFile, sealFile } from "../sealing/files";
import { unwrapDataKey, wrapDataKey } from "../sealing/keys";
import {
  type Envelope,
  encodePayload,
  envelopeJson,
  envelopeOf,
  preAuthentication,
  readEnvelope,
} from "../statement/envelope";
import type { Kind, Predicate } from "../statement/kinds";
import { openCertificate } from "../verify/people";
import { CONSOLE_VECTORS, type VectorPeople, vectors } from "./vectors";

const NOW = "2027-01-15T08:00:00Z";
const { people } = vectors<{ readonly people: VectorPeople }>("statements");
const secrets = () => ({
  seed: fromHex(people.members[0]?.seed ?? ""),
  scalar: Uint8Array.from({ length: 32 }, (_, at) => at + 1),
});

async function signed<K extends Kind>(kind: K, predicate: Predicate<K>): Promise<Envelope> {
  const keys = await memberKeys(secrets());
  const payload = encodePayload(kind, predicate);
  return envelopeOf(payload, keys.signingKey, await signBytes(keys, preAuthentication(payload)));
}

async function statements() {
  const keys = await memberKeys(secrets());
  const founder = openCertificate(readEnvelope(people.members[0]?.certificate), people.broker.public);
  const { signing_key, age_recipient, organisation } = founder.certificate;
  const request = await signed("certificate-request", {
    issued_at: NOW,
    signer: { key: keys.signingKey },
    body: {
      organisation,
      issuer: "local",
      subject: "user-ana",
      email: "ana@example.org",
      signing_key,
      age_recipient,
      channel: "console",
    },
  });
  const creation = {
    name: "Étude",
    kind: "analytics",
    description: undefined,
    members: [],
    approval: { policy: "all_members" },
    run: { policy: "creator_only" },
    floor: "simulated",
    recoverers: [],
  } as const;
  const broker = {
    signing_key: people.broker.public,
    sealing_key: people.broker.sealing_public,
    measurement: "ab".repeat(48),
    configuration: "05".repeat(32),
  };
  const signer = { certificate: founder.digest };
  const body = firstCharter(creation, founder, [founder], broker, "ab".repeat(16));
  const charter = await signed("charter", { issued_at: NOW, signer, body });
  const grant = await signed("grant", {
    issued_at: NOW,
    signer,
    workspace: charter.digest,
    body: { manifest: "03".repeat(32), pin: { charter: charter.digest }, allow_simulated: true },
  });
  return { request: envelopeJson(request), charter: envelopeJson(charter), grant: envelopeJson(grant) };
}

async function make() {
  const keys = await memberKeys(secrets());
  const plaintexts = [new Uint8Array(), new TextEncoder().encode("größe"), new Uint8Array(3_000).fill(7)];
  const files = await Promise.all(
    plaintexts.map(async (plaintext) => ({
      plaintext: toHex(plaintext),
      sealed: toBase64(await sealFile([keys.recipient], plaintext)),
    })),
  );
  const backup = await makeBackup(secrets(), randomBytes, 1);
  const [manifest, data_key] = ["03".repeat(32), "2a".repeat(32)];
  const wrapped = await Promise.all(
    (["simulated", "hardware"] as const).map(async (assurance) => ({
      secret: people.broker.sealing_seed,
      assurance,
      manifest,
      data_key,
      sealed: await wrapDataKey(people.broker.sealing_public, assurance, manifest, fromHex(data_key)),
    })),
  );
  return {
    identity: identityText(secrets().scalar),
    files,
    backup: { file: toBase64(backup.file), passphrase: backup.passphrase, text: keyText(secrets()) },
    wrapped,
    ...(await statements()),
  };
}

test("what was written for Rust opens here too, and its statements are what is signed today", async () => {
  if (process.env.CLOISTER_WRITE_VECTORS === "1") {
    writeFileSync(CONSOLE_VECTORS, `${JSON.stringify(await make(), undefined, 2)}\n`);
  }
  const held = JSON.parse(readFileSync(CONSOLE_VECTORS, "utf8")) as Awaited<ReturnType<typeof make>>;
  for (const { plaintext, sealed } of held.files) {
    const opened = await openFile([held.identity], fromBase64(sealed));
    expect(opened && toHex(opened)).toBe(plaintext);
  }
  expect(keyText(await openBackup(fromBase64(held.backup.file), held.backup.passphrase))).toBe(
    held.backup.text,
  );
  for (const { secret, assurance, manifest, data_key, sealed } of held.wrapped) {
    expect(toHex(await unwrapDataKey(fromHex(secret), assurance, manifest, sealed))).toBe(data_key);
  }
  const { request, charter, grant } = held;
  expect({ request, charter, grant }).toEqual(await statements());
});
