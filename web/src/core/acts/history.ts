/**
 * Earlier versions of a job and its runs. Every spec is verified like the newest; that one was accepted is the server's
 * word.
 */
import type { Digest } from "../bytes";
import { type Core, statementOf } from "../core";
import { CoreError } from "../errors";
import type { JobSpec, Run, WorkspaceStatements } from "../wire";
import type { HeldWorkspace } from "./hold";
import { type HeldSpec, openSpec } from "./jobs";

/** How many versions and runs are looked at, the newest first. */
const MOST = 50;

interface Page<T> {
  readonly items: readonly T[];
}

/** The spec that a run rests on. */
export async function specOfRun(core: Core, run: string, held: HeldWorkspace): Promise<HeldSpec | undefined> {
  const { statements } = await core.api.get<WorkspaceStatements>(`/runs/${run}/statements`);
  const found = statements.find((one) => statementOf(one, "statement").kind === "spec");
  return found === undefined ? undefined : openSpec(core, found, held);
}

/** The newest test of a job on made-up rows. */
export async function newestTest(core: Core, job: string): Promise<Run | undefined> {
  const { items } = await core.api.get<Page<Run>>(`/jobs/${job}/runs?limit=${MOST}`);
  return items.find((run) => run.kind === "test");
}

/** The version accepted before `now`, as far as one is known that verifies here. */
export async function acceptedBefore(
  core: Core,
  job: string,
  now: Digest,
  held: HeldWorkspace,
): Promise<HeldSpec | undefined> {
  const { items } = await core.api.get<Page<JobSpec>>(`/jobs/${job}/specs?limit=${MOST}`);
  const before = items.slice(items.findIndex((one) => one.digest === now) + 1);
  for (const { statement } of before.filter((one) => one.accepted)) {
    try {
      return await openSpec(core, statement, held);
    } catch (thrown) {
      if (!(thrown instanceof CoreError) || thrown.why.kind === "unreachable") throw thrown;
    }
  }
  return undefined;
}
