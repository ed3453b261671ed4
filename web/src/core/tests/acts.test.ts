import { beforeAll, describe, expect, test } from "vitest";
import { acceptCharter, declineCharter } from "../acts/answer";
import { proveBroker, readEvidence } from "../acts/broker";
import { archiveWorkspace } from "../acts/change";
import { enrol, type FreshKeys, newKeys, restoreKeys, standing } from "../acts/enrol";
import { holdWorkspace } from "../acts/hold";
import { holdSpec, reviewJob } from "../acts/jobs";
import { beginRecovery, finishRecovery, supportRecovery } from "../acts/recover";
import { runJob } from "../acts/runs";
import { inputsOf, variablesOf } from "../acts/variables";
import { toBase64 } from "../bytes";
import { CoreError } from "../errors";
import { makeBackup } from "../keys/backup";
import { drawSecrets, type MemberKeys, memberKeys } from "../keys/member";
import { NO_PINS } from "../keys/pins";
import { randomBytes } from "../platform";
import { openOutput } from "../results/open";
import { envelopeJson, open, readEnvelope } from "../statement/envelope";
import type { Job, Run } from "../wire";
import { type Asked, memoryVault, type Script, scripted } from "./scripted";
import { evidence, type Member, makeWorld, meOf, sign, signedBy, type World } from "./world";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

/** What refused, by name, or the kind of cause. */
async function why(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "done";
  } catch (thrown) {
    if (!(thrown instanceof CoreError)) {
      throw thrown;
    }
    return thrown.why.kind === "refused" ? thrown.why.check : thrown.why.kind;
  }
}

const evidenceOf = ({ body }: Asked) => ({ body: evidence(world, (body as { nonce: string }).nonce) });

function serverOf(who: Member | undefined, more: Script = {}): Script {
  return {
    "GET /me": { body: meOf(world, who) },
    "POST /broker/evidence": evidenceOf,
    [`GET /workspaces/${world.genesis}`]: { body: world.workspace },
    [`GET /workspaces/${world.genesis}/statements`]: { body: world.statements },
    ...more,
  };
}

function coreOf(who: Member, more: Script = {}, confirm = true) {
  return scripted(serverOf(who, more), memoryVault([who.keys], world.pins), confirm);
}

const posted = (asked: readonly Asked[]) =>
  asked.filter(({ method, path }) => method !== "GET" && path !== "/broker/evidence");

/** Fresh keys whose backup costs nothing to open. */
async function cheapKeys(): Promise<FreshKeys> {
  const secrets = drawSecrets(randomBytes);
  return { keys: await memberKeys(secrets), backup: await makeBackup(secrets, randomBytes, 1) };
}

/** The statement of the first request that carried one. */
function sent(asked: readonly Asked[]): unknown {
  const bodies = posted(asked).map(({ body }) => body as { statement?: unknown });
  return bodies.find(({ statement }) => statement !== undefined)?.statement;
}

describe("enrolment", () => {
  test("makes backups that cost a guesser a second a guess", { timeout: 60_000 }, async () => {
    const { keys, backup } = await newKeys(coreOf(world.ana).core);
    const [, stanza] = new TextDecoder().decode(backup.file.subarray(0, 100)).split("\n");
    expect(stanza).toMatch(/^-> scrypt [A-Za-z0-9+/]{22} 18$/);
    expect(keys.recipient).toMatch(/^age1[0-9a-z]{58}$/);
  });

  const certify =
    (edit: object) =>
    async (keys: MemberKeys, request: string): Promise<unknown> => {
      const body = {
        ...world.ana.person.certificate,
        signing_key: keys.signingKey,
        age_recipient: keys.recipient,
        request,
        ...edit,
      };
      return {
        digest: "00".repeat(32),
        certificate: envelopeJson(await signedBy(world.broker, "certificate", body)),
      };
    };

  async function enrolWith(edit: object) {
    const kept: MemberKeys[] = [];
    const certificates = new Map<string, unknown>();
    const script: Script = serverOf(undefined, {
      "POST /certificates": ({ body }) => {
        const { digest } = readEnvelope((body as { request: unknown }).request);
        return { body: certificates.get(digest) };
      },
    });
    const fresh = await cheapKeys();
    const put = `PUT /me/key-backups/${fresh.keys.signingKey}`;
    const { core, asked, shown } = scripted({ ...script, [put]: { body: {} } }, memoryVault(kept));
    // The certificate is made when the statement is shown: its digest is known then.
    const confirm: typeof core.confirm = async (preview) => {
      certificates.set(preview.digest, await certify(edit)(fresh.keys, preview.digest));
      return core.confirm(preview);
    };
    return { outcome: await why(enrol({ ...core, confirm }, fresh)), asked, shown, kept, put };
  }

  test("keeps the keys, then their backup, then asks for the certificate", async () => {
    const { outcome, asked, shown, kept, put } = await enrolWith({});
    expect(outcome).toBe("done");
    expect(kept).toHaveLength(1);
    expect(posted(asked).map(({ method, path }) => `${method} ${path}`)).toEqual([put, "POST /certificates"]);
    expect(shown.map(({ title }) => title)).toEqual(["Ask for a certificate for ana@example.org"]);
  });

  test.each([
    ["another signing key", { signing_key: "05".repeat(32) }],
    ["another age recipient", { age_recipient: "age1other" }],
    ["another request", { request: "06".repeat(32) }],
  ])("refuses a certificate for %s", async (_, edit) => {
    expect((await enrolWith(edit)).outcome).toBe("certificate");
  });

  test("lost keys: the request names what it replaces, is signed by the new key, and is asked about again", async () => {
    const fresh = await cheapKeys();
    const kept: MemberKeys[] = [];
    const put = `PUT /me/key-backups/${fresh.keys.signingKey}`;
    const refusal = {
      status: 403,
      body: { title: "Refused", check: "certificate", detail: "one recoverer of two" },
    };
    let answer: { status?: number; body: unknown } = refusal;
    const script = serverOf(world.ana, { [put]: { body: {} }, "POST /certificates": () => answer });
    const { core, asked, shown } = scripted(script, memoryVault(kept));
    const request = await beginRecovery(core, fresh);
    const { predicate } = open(request, "certificate-request");
    expect(predicate.body.replaces).toBe(world.ana.person.digest);
    expect(predicate.signer).toEqual({ key: fresh.keys.signingKey });
    expect(kept.map((keys) => keys.signingKey)).toEqual([fresh.keys.signingKey]);
    expect(shown[0]?.title).toContain("Replace the keys of ana@example.org");
    await expect(finishRecovery(core, request)).rejects.toThrow("one recoverer of two");
    const body = { ...world.ana.person.certificate, signing_key: fresh.keys.signingKey };
    const issued = { ...body, age_recipient: fresh.keys.recipient, request: request.digest };
    answer = {
      body: {
        digest: "00".repeat(32),
        certificate: envelopeJson(await signedBy(world.broker, "certificate", issued)),
      },
    };
    expect((await finishRecovery(core, request)).certificate.request).toBe(request.digest);
    expect(posted(asked).map(({ path }) => path)).toEqual([
      `/me/key-backups/${fresh.keys.signingKey}`,
      "/certificates",
      "/certificates",
    ]);
    expect(await why(finishRecovery(scripted(script, memoryVault([])).core, request))).toBe("key_missing");
  });

  test("a recovery is supported only by whom the charter in force names", async () => {
    const { core, asked } = coreOf(world.ana);
    const held = await holdWorkspace(core, world.genesis);
    expect(await why(supportRecovery(core, held, "ben@example.org", "07".repeat(32)))).toBe("input");
    expect(posted(asked)).toEqual([]);
  });

  test("never replaces the keys of a live certificate", async () => {
    const { core, asked } = coreOf(world.ana);
    const fresh = await cheapKeys();
    expect(await why(enrol(core, fresh))).toBe("conflict");
    expect(posted(asked)).toEqual([]);
  });

  test("tells where the keys are, and restores what the passphrase opens", async () => {
    const secrets = drawSecrets(randomBytes);
    const backup = await makeBackup(secrets, randomBytes, 1);
    const pair = await memberKeys(secrets);
    const list = {
      items: [{ key: pair.signingKey, file: toBase64(backup.file), stored: "2027-01-15T08:00:00Z" }],
    };
    const { core } = scripted(
      serverOf(world.ana, { "GET /me/key-backups": { body: list } }),
      memoryVault([], world.pins),
    );
    expect(await standing(core)).toMatchObject({ kind: "elsewhere", backup: false });
    expect(await why(restoreKeys(core, "00000-00000-00000-00000"))).toBe("passphrase");
    expect(await restoreKeys(core, backup.passphrase)).toEqual([pair.signingKey]);
    expect((await standing(coreOf(world.ana).core)).kind).toBe("ready");
    const nobody = scripted(serverOf(undefined), memoryVault([]));
    expect((await standing(nobody.core)).kind).toBe("new");
  });
});

describe("the broker", () => {
  test("is pinned, and another one refused", async () => {
    const vault = memoryVault([], NO_PINS);
    await proveBroker(scripted(serverOf(undefined), vault).core);
    expect((await vault.pins()).broker?.signing_key).toBe(world.identity.signing_key);
    const other = { ...world, identity: { ...world.identity, signing_key: "09".repeat(32) } };
    const answer = ({ body }: Asked) => ({ body: evidence(other, (body as { nonce: string }).nonce) });
    const { core } = scripted(serverOf(undefined, { "POST /broker/evidence": answer }), vault);
    expect(await why(proveBroker(core))).toBe("broker");
  });

  test("has evidence bound to this nonce, its keys, its configuration and its measurement", async () => {
    const nonce = "07".repeat(32);
    const good = evidence(world, nonce);
    expect(readEvidence(nonce, good)).toMatchObject({ tee: "sim", simulated: true });
    const read = (edit: object, asked = nonce) =>
      why((async () => readEvidence(asked, { ...good, ...edit }))());
    expect(await read({}, "08".repeat(32))).toBe("broker");
    expect(await read({ configuration: toBase64(Uint8Array.of(1)) })).toBe("broker");
    expect(await read({ identity: { ...good.identity, sealing_key: "03".repeat(32) } })).toBe("transcript");
    expect(await read({ evidence: evidence(world, "08".repeat(32)).evidence })).toBe("transcript");
    expect(await read({ evidence: evidence(world, nonce, "00".repeat(48)).evidence })).toBe("measurement");
    expect(await read({ evidence: toBase64(new TextEncoder().encode("{}")) })).toBe("protocol");
  });
});

describe("workspaces", () => {
  test("are held only under the pinned broker, with the first charter their id names", async () => {
    const held = await holdWorkspace(coreOf(world.ana).core, world.genesis);
    expect([held.pinned, held.force?.now.digest]).toEqual([true, world.genesis]);
    const pins = { ...world.pins, broker: { signing_key: "09".repeat(32), configuration: "" } };
    const other = scripted(serverOf(world.ana), memoryVault([world.ana.keys], pins));
    expect(await why(holdWorkspace(other.core, world.genesis))).toBe("broker");
    const without = { ...world.statements, statements: [envelopeJson(world.acceptance)] };
    const path = `GET /workspaces/${world.genesis}/statements`;
    expect(
      await why(holdWorkspace(coreOf(world.ana, { [path]: { body: without } }).core, world.genesis)),
    ).toBe("genesis");
  });

  test("are accepted only with the genesis digest that was told", async () => {
    const pending = { ...world.statements, statements: [envelopeJson(world.charter)] };
    const accepted = `POST /workspaces/${world.genesis}/acceptances`;
    const vault = memoryVault([world.ben.keys], { ...world.pins, workspaces: {} });
    const { core, asked, shown } = scripted(
      serverOf(world.ben, {
        [`GET /workspaces/${world.genesis}/statements`]: { body: pending },
        [accepted]: { status: 202, body: { statement: world.genesis } },
      }),
      vault,
    );
    const held = await holdWorkspace(core, world.genesis);
    expect([held.pinned, held.force]).toEqual([false, undefined]);
    expect(await why(acceptCharter(core, held, "00".repeat(32)))).toBe("genesis");
    expect([posted(asked), shown]).toEqual([[], []]);
    await acceptCharter(core, held, world.genesis);
    expect((await vault.pins()).workspaces).toEqual({ [world.genesis]: "Study" });
    const statement = sent(asked);
    const said = open(readEnvelope(statement), "acceptance").predicate;
    expect(said).toMatchObject({ workspace: world.genesis, body: { charter: world.genesis } });
  });

  test("that this browser has not accepted get no other signature", async () => {
    const vault = memoryVault([world.ana.keys], { ...world.pins, workspaces: {} });
    const { core, shown } = scripted(serverOf(world.ana), vault);
    const held = await holdWorkspace(core, world.genesis);
    expect(await why(archiveWorkspace(core, held, "Study"))).toBe("genesis");
    expect(await why(runJob(core, world.job as unknown as Job, {}))).toBe("genesis");
    expect(shown).toEqual([]);
  });
});

describe("restricting statements", () => {
  const path = () => `POST /workspaces/${world.genesis}/archive`;
  const archive = async (answer: Script[string], confirm = true) => {
    const { core, asked } = coreOf(world.ana, { [path()]: answer }, confirm);
    const outcome = await why(archiveWorkspace(core, await holdWorkspace(core, world.genesis), "Study"));
    return { outcome, sent: posted(asked).length };
  };
  const acknowledged = async (keys: MemberKeys, statement: string) =>
    envelopeJson(await signedBy(keys, "acknowledgement", { statement, sequence: 1, state: "00".repeat(32) }));

  test("are done with the broker's acknowledgement of exactly them", async () => {
    const digests: string[] = [];
    const { core } = coreOf(world.ana, {
      [path()]: ({ body }) => {
        digests.push(readEnvelope((body as { statement: unknown }).statement).digest);
        return { status: 202, body: { statement: digests[0] } };
      },
    });
    const held = await holdWorkspace(core, world.genesis);
    expect(await why(archiveWorkspace(core, held, "Study"))).toBe("not_in_force");
    const own = await acknowledged(world.broker, digests[0] ?? "");
    // Same time, same bytes: the statement is the one acknowledged.
    expect((await archive({ body: { statement: digests[0], acknowledgement: own } })).outcome).toBe("done");
    const other = await acknowledged(world.broker, "01".repeat(32));
    expect((await archive({ body: { acknowledgement: other } })).outcome).toBe("acknowledgement");
    const stranger = await acknowledged(world.ben.keys, digests[0] ?? "");
    expect((await archive({ body: { acknowledgement: stranger } })).outcome).toBe("acknowledgement");
  });

  test("that the person does not want are not sent", async () => {
    expect(await archive({ body: {} }, false)).toEqual({ outcome: "declined", sent: 0 });
  });

  test("need the exact name to archive, and a charter that waits to decline", async () => {
    const { core } = coreOf(world.ana);
    const held = await holdWorkspace(core, world.genesis);
    expect(await why(archiveWorkspace(core, held, "study"))).toBe("input");
    expect(await why(declineCharter(core, held))).toBe("conflict");
  });
});

describe("jobs", () => {
  const job = () => world.job as unknown as Job;

  test("are reviewed at the digest of the verified spec", async () => {
    const { core, asked, shown } = coreOf(world.ben, { "POST /jobs/job/reviews": { body: world.job } });
    await reviewJob(core, job(), "approve", undefined);
    expect(shown[0]?.title).toBe("Approve the job `Count`");
    const statement = sent(asked);
    const { predicate } = open(readEnvelope(statement), "review");
    expect(predicate.body).toEqual({ spec: world.spec.digest, charter: world.genesis, decision: "approve" });
    expect(await why(reviewJob(core, job(), "reject", "  "))).toBe("input");
  });

  test("with a spec that is another's, of another workspace or signed by a stranger are refused", async () => {
    const { core } = coreOf(world.ben);
    const held = await holdWorkspace(core, world.genesis);
    const read = (edit: object) => why(holdSpec(core, { ...job(), ...edit } as Job, held));
    expect(await read({})).toBe("done");
    expect(await read({ spec_digest: "00".repeat(32) })).toBe("spec");
    const body = open(world.spec, "spec").predicate.body;
    const elsewhere = await sign(world.ana, "spec", body, "01".repeat(32));
    expect(await read({ spec: envelopeJson(elsewhere), spec_digest: elsewhere.digest })).toBe("spec");
    const signer = { certificate: world.ana.person.digest };
    const forged = await signedBy(world.ben.keys, "spec", body, signer, world.genesis);
    expect(await read({ spec: envelopeJson(forged), spec_digest: forged.digest })).toBe("protocol");
    expect(await read({ spec: undefined })).toBe("conflict");
  });

  test("run with inputs of the approved types, at most a day", async () => {
    const answer = ({ body }: Asked) => {
      const { predicate } = open(readEnvelope((body as { statement: unknown }).statement), "run-request");
      return { body: { ...world.run, id: predicate.body.run } };
    };
    const { core, asked } = coreOf(world.ben, { "POST /jobs/job/runs": answer });
    await runJob(core, job(), { low: "7" });
    const statement = sent(asked);
    const { body } = open(readEnvelope(statement), "run-request").predicate;
    expect(body).toMatchObject({
      inputs: { low: 7n },
      not_after: "2027-01-15T20:00:00Z",
      spec: world.spec.digest,
    });
    for (const inputs of [{ low: "seven" }, { low: "1", high: "2" }, {}]) {
      expect(await why(runJob(core, job(), inputs as Record<string, string>))).toBe("input");
    }
    const other = coreOf(world.ben, { "POST /jobs/job/runs": { body: world.run } });
    expect(await why(runJob(other.core, job(), { low: "7" }))).toBe("protocol");
  });

  test("have variables whose whole numbers stay whole", () => {
    const [low] = variablesOf([{ name: "low", type: "integer", default: 5, any_of: [{ range: [1, 9] }] }]);
    expect(low).toMatchObject({ default: 5n, any_of: [{ range: [1n, 9n] }] });
    const given = inputsOf(
      variablesOf([
        { name: "a", type: "float" },
        { name: "b", type: "boolean" },
        { name: "c", type: "datetime" },
      ]),
      { a: "1", b: "true", c: "2027-01-01T00:00:00Z" },
      [],
    );
    expect(given).toEqual({ a: 1, b: true, c: "2027-01-01T00:00:00Z" });
  });
});

describe("results", () => {
  const run = () => world.run as unknown as Run;
  const opening = async (edit: object, bytes = world.sealed, who = world.ben) => {
    const path = `GET /runs/${run().id}/outputs/result`;
    const { core } = coreOf(who, { [path]: { bytes } });
    return openOutput(core, { ...run(), ...edit }, "result");
  };

  test("open once receipt, run and digest hold", async () => {
    const { plaintext, receipt } = await opening({});
    expect(new TextDecoder().decode(plaintext)).toBe("the result");
    expect(receipt?.receipt.outcome).toBe("succeeded");
  });

  test("are not shown when anything is another's", async () => {
    const torn = Uint8Array.from(world.sealed);
    torn[5] = (torn[5] ?? 0) ^ 1;
    expect(await why(opening({}, torn))).toBe("result");
    expect(await why(opening({ id: "01900000-0000-7000-8000-000000000002" }))).toBe("receipt");
    expect(await why(opening({ receipt: undefined }))).toBe("receipt");
    expect(await why(opening({ receipt: world.run.release }))).toBe("protocol");
    expect(await why(opening({ outputs: [] }))).toBe("unknown");
    expect(await why(opening({}, world.sealed, world.ana))).toBe("readers");
    const stranger = await signedBy(
      world.ben.keys,
      "release-record",
      open(readEnvelope(world.run.release), "release-record").predicate.body,
      undefined,
      world.genesis,
    );
    expect(await why(opening({ release: envelopeJson(stranger) }))).toBe("protocol");
  });
});
