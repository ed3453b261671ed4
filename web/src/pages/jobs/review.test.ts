import { expect, test } from "vitest";
import { holdWorkspace } from "../../core/acts/hold";
import { holdSpec } from "../../core/acts/jobs";
import { variablesOf } from "../../core/acts/variables";
import { type Envelope, envelopeJson, open } from "../../core/statement/envelope";
import type { BodyOf } from "../../core/statement/kinds";
import { memoryVault, type Script, scripted } from "../../core/tests/scripted";
import { evidence, makeWorld, meOf, signedBy, type World } from "../../core/tests/world";
import type { Job } from "../../core/wire";
import { historyOf } from "./accepted";
import { differences } from "./differences";
import { givenOf, inputProblems } from "./inputs";
import { benches, mayRun, runWords } from "./policy";

const world: World = await makeWorld();

function coreOf(more: Script = {}) {
  const vault = memoryVault([world.ana.keys], world.pins);
  return scripted(
    {
      "GET /me": { body: meOf(world, world.ana) },
      "POST /broker/evidence": ({ body }) => ({ body: evidence(world, (body as { nonce: string }).nonce) }),
      [`GET /workspaces/${world.genesis}`]: { body: world.workspace },
      [`GET /workspaces/${world.genesis}/statements`]: { body: world.statements },
      ...more,
    },
    vault,
  ).core;
}

/** Another version of the world's job, of the same author. */
async function version(part: Partial<BodyOf<"spec">>): Promise<Envelope> {
  const { body } = open(world.spec, "spec").predicate;
  const signer = { certificate: world.ana.person.digest };
  return signedBy(world.ana.keys, "spec", { ...body, ...part }, signer, world.genesis);
}

const run = (id: string, kind: string) => ({
  id,
  workspace: world.genesis,
  job: "job",
  kind,
  state: "succeeded",
  outputs: [],
});
const runsPath = "GET /jobs/job/runs?limit=50";
const specsPath = "GET /jobs/job/specs?limit=50";
const restsOn = (spec: Envelope) => ({
  body: { statements: [envelopeJson(spec)], certificates: [], acknowledgements: [] },
});
const items = (list: readonly unknown[]) => ({ body: { items: list } });
const kept = (spec: Envelope, accepted: boolean) => ({
  statement: envelopeJson(spec),
  digest: spec.digest,
  submitted: "2027-01-15T08:00:00Z",
  accepted,
});

async function historyWith(more: Script) {
  const core = coreOf({ [runsPath]: items([]), [specsPath]: items([]), ...more });
  const held = await holdWorkspace(core, world.genesis);
  const spec = await holdSpec(core, world.job as unknown as Job, held);
  return historyOf(core, "job", spec, held);
}

test("the version before is the newest accepted one, and the test says what it tried", async () => {
  const [older, oldest, refused] = [
    await version({ source: "select 1 from measurements" }),
    await version({ source: "select 0 from measurements" }),
    await version({ max_runs: 9 }),
  ];
  const found = await historyWith({
    [specsPath]: items([
      kept(world.spec, false),
      kept(refused, false),
      kept(older, true),
      kept(oldest, true),
    ]),
    [runsPath]: items([run("now", "real"), run("t", "test")]),
    "GET /runs/t/statements": restsOn(await version({ test: true })),
  });
  expect(found.before?.digest).toBe(older.digest);
  expect([found.tried?.run.id, found.tried?.same]).toEqual(["t", true]);
});

test("a version before that does not verify is passed over, and a job may have none", async () => {
  expect(await historyWith({})).toEqual({ before: undefined, tried: undefined });
  const older = await version({ max_runs: 9 });
  const { body } = open(older, "spec").predicate;
  const signer = { certificate: world.ana.person.digest };
  const forged = await signedBy(world.ben.keys, "spec", body, signer, world.genesis);
  const specs = [kept(world.spec, true), kept(forged, true), kept(older, true)];
  const found = await historyWith({ [specsPath]: items(specs) });
  expect(found.before?.digest).toBe(older.digest);
  expect((await historyWith({ [specsPath]: items(specs.slice(0, 2)) })).before).toBeUndefined();
});

test("a test of another text is told apart", async () => {
  const other = await version({ test: true, source: "select 2 from measurements" });
  const found = await historyWith({
    [runsPath]: items([run("t", "test")]),
    "GET /runs/t/statements": restsOn(other),
  });
  expect(found.tried?.same).toBe(false);
});

test("who approved, who may still, and who may run", async () => {
  const held = await holdWorkspace(coreOf(), world.genesis);
  const at = "2027-01-15T08:00:00Z";
  const [ana, ben] = ["ana@example.org", "ben@example.org"];
  const answers = (reviews: Parameters<typeof benches>[2]) =>
    benches(held, ana, reviews).map(({ approved, threshold, seats }) => [
      approved,
      threshold,
      Object.fromEntries(seats.map((seat) => [seat.email, seat.answer])),
    ]);
  expect(answers([])).toEqual([[1, 2, { [ana]: "author", [ben]: "waiting" }]]);
  const approve = { reviewer: ben, decision: "approve", counts: true, at };
  expect(answers([approve])).toEqual([[2, 2, { [ana]: "author", [ben]: "approve" }]]);
  const later = { ...approve, decision: "reject", at: "2027-01-15T09:00:00Z" };
  expect(answers([approve, later])).toEqual([[1, 2, { [ana]: "author", [ben]: "reject" }]]);
  expect(answers([{ ...approve, counts: false }])).toEqual([[1, 2, { [ana]: "author", [ben]: "waiting" }]]);
  expect([mayRun(held, ana, ben), mayRun(held, ana, "eve@example.org")]).toEqual([true, false]);
  expect(runWords(held)).toBe("Every member");
  expect(runWords({ ...held, force: undefined })).toMatch(/^Nobody/);
});

test("inputs: what is left out, what is typed as a day, what is wrong", () => {
  const variables = variablesOf([
    { name: "low", type: "integer", any_of: [{ range: [1, 9] }] },
    { name: "since", type: "datetime", default: "2027-01-01T00:00:00Z" },
    { name: "word", type: "string" },
  ]);
  const spec = { variables, tables: {} };
  expect(givenOf(variables, { low: "3", since: "2027-02-01" })).toEqual({
    low: "3",
    since: "2027-02-01T00:00:00Z",
    word: "",
  });
  expect(inputProblems(spec, {})).toEqual({ low: "Give a value." });
  expect(inputProblems(spec, { low: "10", since: "soon" })).toEqual({
    low: "It meets none of the constraints.",
    since: "Not a value of the type datetime.",
  });
});

test("two drafts differ in what a reader would notice", () => {
  const draft = { name: "a", source: "select 1", readers: ["x@y.example", "a@y.example"], max_runs: 1 };
  expect(differences(draft, { ...draft, readers: ["a@y.example", "x@y.example"] })).toEqual([]);
  const unfinished = [{ name: "", type: "integer" }] as unknown as Record<string, never>[];
  const found = differences(draft, { ...draft, max_runs: 2, variables: unfinished });
  expect(found).toEqual([
    { field: "Input variables", before: "", after: '{"name":"","type":"integer"}' },
    { field: "May run", before: "once", after: "2 times" },
  ]);
});
