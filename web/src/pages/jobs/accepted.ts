/** What there was of a job before the version that is shown. */
import { acceptedBefore, newestTest, specOfRun } from "../../core/acts/history";
import type { HeldWorkspace } from "../../core/acts/hold";
import type { HeldSpec } from "../../core/acts/jobs";
import type { Core } from "../../core/core";
import type { Run } from "../../core/wire";

/** A test of a job, and whether it tried exactly this text and these tables. */
export interface Tried {
  readonly run: Run;
  readonly same: boolean;
}

export interface History {
  /** The version accepted before this one. */
  readonly before: HeldSpec | undefined;
  readonly tried: Tried | undefined;
}

const sameProgram = (a: HeldSpec, b: HeldSpec) =>
  a.spec.source === b.spec.source && JSON.stringify(a.spec.tables) === JSON.stringify(b.spec.tables);

async function triedBy(core: Core, job: string, spec: HeldSpec, held: HeldWorkspace) {
  const run = await newestTest(core, job);
  if (!run) return undefined;
  const tried = await specOfRun(core, run.id, held);
  return { run, same: tried !== undefined && sameProgram(tried, spec) };
}

export async function historyOf(
  core: Core,
  job: string,
  spec: HeldSpec,
  held: HeldWorkspace,
): Promise<History> {
  const [before, tried] = await Promise.all([
    acceptedBefore(core, job, spec.digest, held),
    triedBy(core, job, spec, held),
  ]);
  return { before, tried };
}
