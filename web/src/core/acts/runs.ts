/** Runs: asked for here, watched by the pages. */
import { type Core, statementBody } from "../core";
import { CoreError } from "../errors";
import { uuidV7 } from "../platform";
import { micros, plusSeconds } from "../time";
import type { Job, Run } from "../wire";
import { holdWorkspace, requireInForce } from "./hold";
import { holdSpec, specNames } from "./jobs";
import { signAs, signatory } from "./signatory";
import { inputsOf } from "./variables";

/** For how long a run request holds, in seconds. */
const RUN_REQUEST_SECONDS = 12 * 3600;

/** Signs a run request for the accepted spec of a job; inputs as texts by variable name. */
export async function runJob(core: Core, job: Job, inputs: Readonly<Record<string, string>>): Promise<Run> {
  const who = await signatory(core);
  const held = await holdWorkspace(core, job.workspace);
  const charter = requireInForce(held).digest;
  const spec = await holdSpec(core, job, held);
  const now = core.now();
  const run = uuidV7(Number(micros(now) / 1000n), core.random(16));
  const body = {
    run,
    spec: spec.digest,
    charter,
    inputs: inputsOf(spec.spec.variables, inputs, Object.keys(spec.spec.tables)),
    not_after: plusSeconds(now, RUN_REQUEST_SECONDS),
  };
  const statement = await signAs(core, who, "run-request", held.genesis, body, specNames(held, spec));
  const made = await core.api.send<Run>("POST", `/jobs/${job.id}/runs`, statementBody(statement));
  if (made.value.id !== run) {
    throw new CoreError({ kind: "protocol" }, "the server made another run than the one signed for");
  }
  return made.value;
}
