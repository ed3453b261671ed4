/** From a raw file to a dataset: an attested worker converts it, the owner signs for what came out (`docs/ingest.md`). */
import { fromHex, fromUtf8, toHex } from "../bytes";
import { type Core, type Preview, statementBody } from "../core";
import environment from "../environment.json";
import { CoreError, invalid, refused } from "../errors";
import { type OpenedOutput, openOutput } from "../results/open";
import { keyId } from "../sealing/keys";
import { RAW_OBJECT } from "../sealing/raw";
import type { Manifest } from "../statement/bodies/datasets";
import type { Spec } from "../statement/bodies/jobs";
import { type Column, schema } from "../statement/bodies/rules";
import { envelopeJson } from "../statement/envelope";
import { rulesProblem } from "../verify/rules";
import type { Dataset, InForceAnswer, Job, Run } from "../wire";
import { type HeldDataset, holdDataset, requireOwn, sealToOwner, shareDataset } from "./datasets";
import { type HeldWorkspace, namesOf, requireInForce } from "./hold";
import { personalWorkspace } from "./personal";
import { runJob } from "./runs";
import { requireAcknowledged, type Signatory, signAs, signatory } from "./signatory";

/** The one file that an ingest makes. */
const PARQUET_OBJECT = "part-00000.parquet";

/** How the file is read. */
export interface Reading {
  readonly header: boolean;
  readonly skipBadRows: boolean;
  /** The owner's columns; absent when the worker shall find them out over the whole file. */
  readonly columns?: readonly Column[];
}

/** A row that does not fit. */
export interface BadRow {
  readonly line: number;
  readonly column: string | null;
  readonly why: string;
}

/** What the worker told, under its verified receipt. */
export interface Report {
  readonly problem?: string;
  readonly format?: string;
  readonly columns?: readonly Column[];
  readonly rows: number;
  readonly badRowCount: number;
  readonly badRows: readonly BadRow[];
  readonly plaintext?: { readonly size: number; readonly sha256: string };
  readonly file?: { readonly name: string; readonly size: number; readonly sha256: string };
  readonly dataKey?: string;
}

/** What is told on the way. */
export interface Watch {
  /** Signed without a dialog of its own: it concerns nobody but its owner. */
  signed(preview: Preview): void;
  /** The run as it is now. */
  run(run: Run): void;
}

/** What came of an ingest. */
export interface Ingested {
  readonly run: Run;
  readonly report: Report;
  /** The dataset; none when the file was at fault. */
  readonly dataset: Dataset | undefined;
}

/** The program of an ingest, in its one encoding. */
export function ingestSource(reading: Reading, dataset: string, version: number): string {
  const columns = reading.columns === undefined ? "" : `"schema":${schema.encode(reading.columns)},`;
  const target = `{"dataset":"${dataset}","version":${version},"object":"${PARQUET_OBJECT}"}`;
  return `{"version":1,"header":${reading.header},"skip_bad_rows":${reading.skipBadRows},${columns}"target":${target}}`;
}

/** The SQL name under which the raw dataset is shared to the workspace, which it is afterwards. */
async function sharedRaw(core: Core, held: HeldDataset, workspace: HeldWorkspace): Promise<string> {
  const there = held.dataset.shares.find(
    (share) => share.workspace === workspace.genesis && share.state === "live",
  );
  if (there !== undefined) return there.sql_name;
  const sqlName = `raw_${held.dataset.id.replaceAll("-", "")}`;
  const allowSimulated = held.manifest.floor === "simulated";
  await shareDataset(core, held.dataset.id, workspace, { follow: false, allowSimulated, sqlName });
  return sqlName;
}

async function submitted(
  core: Core,
  me: Signatory,
  held: HeldDataset,
  workspace: HeldWorkspace,
  table: string,
  reading: Reading,
): Promise<Job> {
  const { dataset, version } = held.manifest;
  const source = ingestSource(reading, dataset, version + 1);
  const name = `Ingest ${held.digest.slice(0, 8)} ${toHex(core.random(4))}`;
  const draft = { name, source, readers: [me.person.certificate.email], variables: [], max_runs: 1 };
  const made = await core.api.send<Job>("POST", `/workspaces/${workspace.genesis}/jobs`, draft);
  const spec: Spec = {
    charter: requireInForce(workspace).digest,
    name,
    kind: "ingest",
    source,
    tables: { [table]: held.digest },
    variables: [],
    readers: [me.person.digest],
    environment: environment.ingest,
    max_runs: 1,
    test: false,
  };
  const names = namesOf(workspace, { [held.digest]: held.manifest.name }, [me.person]);
  const statement = await signAs(core, me, "spec", workspace.genesis, spec, names);
  const path = `/jobs/${made.value.id}/submission`;
  const job = (await core.api.send<Job>("POST", path, statementBody(statement))).value;
  if (job.state !== "accepted") {
    throw new CoreError({ kind: "protocol" }, `the ingest is ${job.state}, not accepted`);
  }
  return job;
}

const ENDED: readonly string[] = ["succeeded", "failed", "cancelled"];

async function ended(core: Core, run: Run, watch: Watch): Promise<Run> {
  let now = run;
  for (;;) {
    watch.run(now);
    if (ENDED.includes(now.state)) return now;
    await new Promise((resolve) => setTimeout(resolve, 700));
    try {
      now = await core.api.get<Run>(`/runs/${run.id}`);
    } catch (thrown) {
      // The run goes on without us.
      if (!(thrown instanceof CoreError && thrown.why.kind === "unreachable")) throw thrown;
    }
  }
}

const wrong = (what: string) => new CoreError({ kind: "protocol" }, `the report of the ingest: ${what}`);

/** The document `result` of an ingest; its `file` is the receipt's. */
export function readReport({ plaintext, receipt }: OpenedOutput): Report {
  // Anybody can seal a document to its owner: without a worker's receipt it says nothing.
  if (receipt === undefined) throw refused("receipt", "the ingest has no receipt");
  // biome-ignore lint/suspicious/noExplicitAny: checked field by field below
  const json = JSON.parse(fromUtf8(plaintext)) as any;
  if (json?.version !== 1) throw wrong("an unknown version");
  const { file } = json;
  const named = receipt.receipt.outputs.some(
    (one) => one.name === file?.name && one.size === file?.size && one.sha256 === file?.sha256,
  );
  if (file && !named) throw refused("result", "the report names another file than the receipt");
  return {
    problem: json.problem,
    format: json.format,
    columns: json.schema,
    rows: json.rows ?? 0,
    badRowCount: json.bad_row_count ?? 0,
    badRows: json.bad_rows ?? [],
    plaintext: json.plaintext,
    file,
    dataKey: json.data_key,
  };
}

/** The manifest of what an ingest made. */
export function nextManifest(held: HeldDataset, report: Report): { manifest: Manifest; key: Uint8Array } {
  const { file, dataKey, columns } = report;
  if (file?.name !== PARQUET_OBJECT || dataKey === undefined || columns === undefined) {
    throw wrong("it is not complete");
  }
  const problem = rulesProblem(held.manifest.rules, columns);
  if (problem !== undefined) {
    throw invalid(`the rules do not fit the columns that the worker found: ${problem}`);
  }
  const key = fromHex(dataKey);
  const { format: _raw, ...before } = held.manifest;
  const manifest: Manifest = {
    ...before,
    format: "parquet",
    sequence: held.manifest.sequence + 1,
    previous: held.digest,
    version: held.manifest.version + 1,
    schema: columns,
    files: [{ name: file.name, size: file.size, sha256: file.sha256 }],
    key_id: keyId(key),
  };
  return { manifest, key };
}

async function adopt(
  core: Core,
  me: Signatory,
  held: HeldDataset,
  run: Run,
  report: Report,
): Promise<Dataset> {
  const { manifest, key } = nextManifest(held, report);
  const statement = await signAs(core, me, "manifest", undefined, manifest);
  const owner_key = await sealToOwner(me, key);
  const body = { manifest: envelopeJson(statement), owner_key, from_run: run.id, shares: [] };
  const path = `/datasets/${held.dataset.id}/manifests`;
  const answer = await core.api.send<InForceAnswer>("POST", path, body);
  await requireAcknowledged(core, statement.digest, answer.value);
  return core.api.get<Dataset>(`/datasets/${held.dataset.id}`);
}

/** Whether a manifest is of a file as it was, which waits for its ingest. */
export const isRaw = (manifest: Manifest) =>
  manifest.format === "raw" && manifest.files[0]?.name === RAW_OBJECT;

/** Lets a worker convert a raw dataset of one's own, and signs for what came out. Can be repeated as often as needed. */
export async function ingestDataset(
  core: Core,
  id: string,
  reading: Reading,
  watch: Watch,
  plaintext?: { readonly size: number; readonly sha256: string },
): Promise<Ingested> {
  // What is signed on the way concerns a workspace of its owner alone: it is listed, not asked for one by one.
  const alone: Core = {
    ...core,
    confirm: async (preview) => {
      watch.signed(preview);
      return true;
    },
  };
  const me = await signatory(core);
  const held = await holdDataset(core, id);
  requireOwn(held, me);
  if (!isRaw(held.manifest)) throw new CoreError({ kind: "conflict" }, "this is a dataset already");
  const workspace = await personalWorkspace(alone);
  const table = await sharedRaw(alone, held, workspace);
  const job = await submitted(alone, me, held, workspace, table, reading);
  const run = await ended(core, await runJob(alone, job, {}), watch);
  if (!run.outputs.some((output) => output.name === "result")) {
    throw new CoreError({ kind: "conflict" }, `the ingest ${run.state}: ${run.code ?? "it told nothing"}`);
  }
  const report = readReport(await openOutput(core, run, "result"));
  if (report.file === undefined) return { run, report, dataset: undefined };
  const { plaintext: read } = report;
  if (plaintext && (read?.size !== plaintext.size || read.sha256 !== plaintext.sha256)) {
    throw refused("result", "the worker read another file than was sealed here");
  }
  return { run, report, dataset: await adopt(core, me, held, run, report) };
}
