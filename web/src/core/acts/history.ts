/**
 * Earlier versions of a job. The server shows a job's newest spec only; older ones are found where runs rested on them,
 * and are verified like any other.
 */
import type { Digest } from "../bytes";
import { type Core, statementOf } from "../core";
import type { Run, WorkspaceStatements } from "../wire";
import type { HeldWorkspace } from "./hold";
import { type HeldSpec, openSpec } from "./jobs";

/** How far back the runs of a workspace are looked through: pages of so many. */
const PAGES = 5;
const PAGE = 200;
/** Of how many runs the spec is asked for. */
const MOST = 12;

interface RunPage {
  readonly items: readonly Run[];
  readonly next?: string;
}

/** The spec that a run rests on, with its envelope as the server sent it. */
export async function specOfRun(core: Core, run: string, held: HeldWorkspace): Promise<HeldSpec | undefined> {
  const { statements } = await core.api.get<WorkspaceStatements>(`/runs/${run}/statements`);
  const found = statements.find((one) => statementOf(one, "statement").kind === "spec");
  return found === undefined ? undefined : openSpec(core, found, held);
}

/** The newest runs of a job, newest first, as far as they are looked for. */
export async function runsOf(core: Core, job: string, held: HeldWorkspace): Promise<readonly Run[]> {
  const found: Run[] = [];
  let cursor = "";
  for (let page = 0; page < PAGES && found.length < MOST; page += 1) {
    const path = `/workspaces/${held.genesis}/runs?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`;
    const { items, next } = await core.api.get<RunPage>(path);
    found.push(...items.filter((run) => run.job === job));
    if (next === undefined || next === "") break;
    cursor = next;
  }
  return found.slice(0, MOST);
}

/**
 * The newest spec of a job, other than `but`, that a run on real data rested on. The broker released for it, so it was
 * accepted; a version that was accepted and never ran is not found here.
 */
export async function lastThatRan(
  core: Core,
  runs: readonly Run[],
  but: Digest,
  held: HeldWorkspace,
): Promise<HeldSpec | undefined> {
  for (const run of runs.filter((one) => one.kind === "real")) {
    const spec = await specOfRun(core, run.id, held);
    if (spec !== undefined && spec.digest !== but) return spec;
  }
  return undefined;
}
