/**
 * The trust core against a real deployment, without a page: keys made here sign, seal and open; the command line restores
 * them and the other way round; the broker releases a key that was sealed here; the result opens here.
 */
import "fake-indexeddb/auto";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  acceptCharter,
  archiveWorkspace,
  type Core,
  changeCharter,
  createApi,
  createWorkspace,
  enrol,
  followLog,
  fromDate,
  holdWorkspace,
  invitationOf,
  newKeys,
  openOutput,
  openVault,
  type Preview,
  randomBytes,
  readTable,
  requireIncluded,
  restoreKeys,
  reviewJob,
  runJob,
  shareDataset,
  standing,
  submitJob,
  testJob,
  toCsv,
} from "../../src/core";
import type { Job, Run } from "../../src/core/wire";
import { Deployment } from "./core-server";

const PASSWORD = "correct horse battery";
const deployment = new Deployment();
let address = { url: "", setup: "" };

beforeAll(async () => {
  address = await deployment.start();
});
afterAll(() => deployment.stop());

async function call<T>(method: string, path: string, token: string | undefined, body: unknown): Promise<T> {
  const headers = {
    "content-type": "application/json",
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const response = await fetch(`${address.url}/api/v1${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${text}`);
  }
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

interface SignedIn {
  readonly token: string;
  readonly user: { readonly id: string };
}

/** A core as one browser of a person has it. */
async function browser(who: SignedIn, name: string, shown: Preview[] = []): Promise<Core> {
  const send = (request: Request): Promise<Response> => {
    request.headers.set("authorization", `Bearer ${who.token}`);
    return fetch(request);
  };
  return {
    api: createApi(address.url, send),
    vault: await openVault(`${who.user.id}/${name}`),
    now: () => fromDate(new Date()),
    random: randomBytes,
    confirm: async (preview) => {
      shown.push(preview);
      return true;
    },
  };
}

async function people(): Promise<{ ana: SignedIn; ben: SignedIn }> {
  const email = "ana@one.example";
  const setup = { token: address.setup, organisation: "one", email, password: PASSWORD };
  const ana = await call<SignedIn>("POST", "/setup", undefined, setup);
  await call("PUT", `/users/${ana.user.id}/roles`, ana.token, { workspace_admin: true, auditor: false });
  const ben = await call<{ password_token: string }>("POST", "/users", ana.token, {
    email: "ben@one.example",
  });
  await call("POST", "/passwords", undefined, { token: ben.password_token, password: PASSWORD });
  const signIn = { email: "ben@one.example", password: PASSWORD };
  return { ana, ben: await call<SignedIn>("POST", "/sessions", undefined, signIn) };
}

async function ended(core: Core, id: string): Promise<Run> {
  for (let attempt = 0; attempt < 240; attempt += 1) {
    const run = await core.api.get<Run>(`/runs/${id}`);
    if (run.state !== "queued" && run.state !== "running") {
      return run;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("the run does not end");
}

test("a member's whole way, with keys of the browser and the command line beside it", {
  timeout: 300_000,
}, async () => {
  const shown: Preview[] = [];
  const signedIn = await people();
  const [ana, ben] = [
    await browser(signedIn.ana, "first", shown),
    await browser(signedIn.ben, "first", shown),
  ];
  const passphrases: string[] = [];
  for (const core of [ana, ben]) {
    expect((await standing(core)).kind).toBe("new");
    const fresh = await newKeys(core);
    passphrases.push(fresh.backup.passphrase);
    await enrol(core, fresh);
    expect((await standing(core)).kind).toBe("ready");
  }

  // Another browser, and the command line, restore what the first browser stored.
  const second = await browser(signedIn.ana, "second", shown);
  expect(await standing(second)).toMatchObject({ kind: "elsewhere", backup: true });
  await restoreKeys(second, (passphrases[0] ?? "").toUpperCase());
  expect((await standing(second)).kind).toBe("ready");
  deployment.cli(
    "ana",
    ["login", address.url, "--email", "ana@one.example", "--password-stdin"],
    `${PASSWORD}\n`,
  );
  deployment.cli("ana", ["key", "restore", "--passphrase-stdin"], `${passphrases[0]}\n`);
  expect(JSON.parse(deployment.cli("ana", ["key", "show"]))).toMatchObject({ key_here: true });
  // And the other way round: a backup by the command line opens in a browser.
  const { passphrase } = JSON.parse(deployment.cli("ana", ["key", "backup"])) as { passphrase: string };
  const third = await browser(signedIn.ana, "third", shown);
  await restoreKeys(third, passphrase);
  expect((await standing(third)).kind).toBe("ready");

  const made = await createWorkspace(ana, {
    name: "Study",
    kind: "analytics",
    description: "from the console",
    members: ["ben@one.example"],
    approval: { policy: "all_members" },
    run: { policy: "all_members" },
    floor: "simulated",
    recoverers: [],
  });
  const invited = await holdWorkspace(ben, made.id);
  expect([invited.pinned, invitationOf(invited)?.digest]).toEqual([false, made.id]);
  expect((await acceptCharter(ben, invited, made.id)).complete).toBe(true);
  const held = await holdWorkspace(second, made.id);
  expect(held.force?.now.body.version).toBe(1);
  await acceptCharter(second, held, made.id);

  writeFileSync(
    deployment.path("lab.csv"),
    `id,grp\n${[...Array(60).keys()].map((n) => `${n},${n % 3}`).join("\n")}\n`,
  );
  const add = ["dataset", "add", deployment.path("lab.csv"), "--name", "Lab", "--assurance", "simulated"];
  const { id } = JSON.parse(deployment.cli("ana", add)) as { id: string };
  await shareDataset(second, id, await holdWorkspace(second, made.id), {
    follow: true,
    allowSimulated: true,
  });

  const draft = {
    name: "Count",
    source: "select grp, count(*) as n, avg(id) as mean from lab where id >= $low group by grp order by grp",
    readers: ["ben@one.example"],
    max_runs: 2,
    variables: [{ name: "low", type: "integer", default: 0, any_of: [{ range: [0, 100] }] }],
  };
  const drafted = (await ana.api.send<Job>("POST", `/workspaces/${made.id}/jobs`, draft)).value;
  const trial = await testJob(ana, drafted);
  const submitted = await submitJob(ana, drafted);
  const accepted = await reviewJob(ben, submitted, "approve", "looks right");
  expect(accepted.state).toBe("accepted");
  const run = await ended(ben, (await runJob(ben, accepted, { low: "30" })).id);
  expect(run).toMatchObject({ state: "succeeded", kind: "real" });
  const opened = await openOutput(ben, run, "result");
  expect(opened.receipt?.receipt.assurance).toBe("simulated");
  const table = await readTable(opened.plaintext);
  expect(await toCsv(table)).toBe("grp,n,mean\n0,10,43.5\n1,10,44.5\n2,10,45.5\n");
  await expect(openOutput(ana, run, "result")).rejects.toThrow("it can be done by: reader");
  const mock = await openOutput(ana, await ended(ana, trial.id), "result");
  expect([mock.receipt, (await readTable(mock.plaintext)).rows]).toEqual([undefined, expect.any(Number)]);

  const followed = await followLog(ana);
  const entries = await ana.api.all<{ index?: number; encoded: string }>("/audit");
  const { proven } = await requireIncluded(ana, followed, entries);
  expect(proven).toBeGreaterThan(15);

  await changeCharter(ana, await holdWorkspace(ana, made.id), { run: { policy: "creator_only" } });
  await acceptCharter(ben, await holdWorkspace(ben, made.id), undefined);
  const later = await holdWorkspace(ana, made.id);
  expect(later.force?.now.body.version).toBe(2);
  await archiveWorkspace(ana, later, "Study");
  expect((await holdWorkspace(ben, made.id)).force?.archived).toBe(true);
  expect((await followLog(ana)).before).toBe(followed.checkpoint.size);
  expect(shown.map(({ title }) => title)).toContain("Archive the workspace `Study` for good");
});
