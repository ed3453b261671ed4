/** Results: nothing is shown before its receipt held. */

import { type HeldWorkspace, holdWorkspace, requireInForce } from "../acts/hold";
import { type Digest, digestOf, fromUtf8 } from "../bytes";
import { type Core, statementOf } from "../core";
import { CoreError, malformed, messageOf, refused } from "../errors";
import { openFile } from "../sealing/files";
import type { ReleaseRecord } from "../statement/bodies/broker";
import type { Receipt } from "../statement/bodies/jobs";
import { open, type Verified, verify } from "../statement/envelope";
import type { Run } from "../wire";

/** The largest sealed output that is taken into memory. */
const MAX_OUTPUT = 512 << 20;

/** A receipt that the worker of a broker's release record signed, for this run. */
export interface HeldReceipt {
  readonly digest: Digest;
  readonly receipt: Receipt;
  readonly release: ReleaseRecord;
}

/** An output that was opened. */
export interface OpenedOutput {
  readonly plaintext: Uint8Array;
  /** SHA-256 of the ciphertext, equal to the receipt's. */
  readonly sha256: Digest;
  /** The receipt; none for a test on mock data, which has none. */
  readonly receipt: HeldReceipt | undefined;
}

/** Verifies the receipt of a run: signed by the worker that the broker's release record names, for this run. */
export function verifyReceipt(run: Run, held: HeldWorkspace): HeldReceipt {
  requireInForce(held);
  if (
    run.release === undefined ||
    run.release === null ||
    run.receipt === undefined ||
    run.receipt === null
  ) {
    throw refused("receipt", "the run has no receipt");
  }
  try {
    const opened = open(statementOf(run.release, "release"), "release-record");
    const { charter } = opened.predicate.body;
    const named = held.force?.chain.find((one) => one.digest === charter);
    if (named === undefined) {
      throw refused("release", "the release names a charter outside the workspace's chain");
    }
    const record = verify(opened, named.body.broker.signing_key);
    const receipt = verify(open(statementOf(run.receipt, "receipt"), "receipt"), record.body.worker);
    requireSameRun(run, held.genesis, record, receipt);
    return { digest: receipt.digest, receipt: receipt.body, release: record.body };
  } catch (thrown) {
    throw thrown instanceof CoreError ? thrown : malformed("receipt", messageOf(thrown));
  }
}

function requireSameRun(
  run: Run,
  genesis: Digest,
  record: Verified<"release-record">,
  receipt: Verified<"receipt">,
): void {
  const [said, released] = [receipt.body, record.body];
  const holds =
    said.run === run.id &&
    released.run === run.id &&
    said.release === record.digest &&
    said.worker === released.worker &&
    said.assurance === released.assurance &&
    receipt.workspace === genesis &&
    record.workspace === genesis;
  if (!holds) {
    throw refused("receipt", "the receipt is of another run, release or workspace");
  }
}

/** Downloads an output (`result` or `log`), compares it with the receipt and opens it. */
export async function openOutput(core: Core, run: Run, name: string): Promise<OpenedOutput> {
  const listed = run.outputs.find((output) => output.name === name);
  if (listed === undefined) {
    const why = run.code ?? "it has not ended";
    throw new CoreError(
      { kind: "unknown", what: name },
      `the run is ${run.state} and has no ${name}: ${why}`,
    );
  }
  let receipt: HeldReceipt | undefined;
  let expected = listed.sha256;
  if (run.kind !== "test") {
    receipt = verifyReceipt(run, await holdWorkspace(core, run.workspace));
    const output = receipt.receipt.outputs.find((one) => one.name === name);
    if (output === undefined) {
      throw refused("result", `the receipt names no output \`${name}\``);
    }
    expected = output.sha256;
  }
  const sealed = await core.api.bytes(`/runs/${run.id}/outputs/${name}`, MAX_OUTPUT);
  if (sealed === undefined || digestOf(sealed) !== expected) {
    throw refused("result", "the bytes downloaded are not those of the receipt");
  }
  const openers = (await core.vault.keys()).map((keys) => keys.opener);
  const plaintext = await openFile(openers, sealed);
  if (plaintext === undefined) {
    throw refused("readers", `no key of this browser opens the ${name}: you may not be among its readers`);
  }
  return { plaintext, sha256: expected, receipt };
}

/** The log of a run, as text. */
export async function openRunLog(core: Core, run: Run): Promise<string> {
  return fromUtf8((await openOutput(core, run, "log")).plaintext);
}
