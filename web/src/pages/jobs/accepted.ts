/** Accepted versions of jobs that this browser saw: the server shows only the newest spec of a job. */
import { lastThatRan, runsOf, specOfRun } from "../../core/acts/history";
import type { HeldWorkspace } from "../../core/acts/hold";
import { type HeldSpec, openSpec } from "../../core/acts/jobs";
import type { Core } from "../../core/core";
import { CoreError } from "../../core/errors";
import { isBefore } from "../../core/time";
import type { Run } from "../../core/wire";

const MOST = 3;

interface Seen {
  digest: string;
  /** The signed spec as the server sent it; verified again when it is used. */
  spec: unknown;
}

const keyOf = (job: string) => `cloister.accepted.${job}`;

function seen(job: string, store: Storage): Seen[] {
  try {
    const found: unknown = JSON.parse(store.getItem(keyOf(job)) ?? "[]");
    return Array.isArray(found) ? (found as Seen[]).filter((one) => typeof one?.digest === "string") : [];
  } catch {
    return [];
  }
}

/** Remembers a version that is accepted. */
export function remember(job: string, digest: string, spec: unknown, store: Storage = localStorage): void {
  const others = seen(job, store).filter((one) => one.digest !== digest);
  try {
    store.setItem(keyOf(job), JSON.stringify([{ digest, spec }, ...others].slice(0, MOST)));
  } catch {
    store.removeItem(keyOf(job));
  }
}

/** The newest remembered version but one; nothing where what is kept does not verify. */
async function remembered(
  core: Core,
  job: string,
  but: string,
  held: HeldWorkspace,
  store: Storage,
): Promise<HeldSpec | undefined> {
  const newest = seen(job, store).find((one) => one.digest !== but);
  if (!newest) return undefined;
  try {
    return await openSpec(core, newest.spec, held);
  } catch (thrown) {
    if (thrown instanceof CoreError && thrown.why.kind !== "unreachable") return undefined;
    throw thrown;
  }
}

/** A test of a job, and whether it tried exactly this text and these tables. */
export interface Tried {
  readonly run: Run;
  readonly same: boolean;
}

export interface History {
  /** The version accepted before this one, as far as this browser or a run knows it. */
  readonly before: HeldSpec | undefined;
  readonly tried: Tried | undefined;
}

const sameProgram = (a: HeldSpec, b: HeldSpec) =>
  a.spec.source === b.spec.source && JSON.stringify(a.spec.tables) === JSON.stringify(b.spec.tables);

async function newestTest(
  core: Core,
  runs: readonly Run[],
  spec: HeldSpec,
  held: HeldWorkspace,
): Promise<Tried | undefined> {
  const run = runs.find((one) => one.kind === "test");
  if (!run) return undefined;
  const tried = await specOfRun(core, run.id, held);
  return { run, same: tried !== undefined && sameProgram(tried, spec) };
}

/** What there was of a job before this version, and the newest test. */
export async function historyOf(
  core: Core,
  job: string,
  spec: HeldSpec,
  held: HeldWorkspace,
  store: Storage = localStorage,
): Promise<History> {
  const runs = await runsOf(core, job, held);
  const [ran, own, tried] = await Promise.all([
    lastThatRan(core, runs, spec.digest, held),
    remembered(core, job, spec.digest, held, store),
    newestTest(core, runs, spec, held),
  ]);
  const before = ran && own ? (isBefore(ran.signed, own.signed) ? own : ran) : (ran ?? own);
  return { before, tried };
}
