/** Jobs: from a draft to a signed spec; reviews, withdrawals. */
import type { Digest } from "../bytes";
import { type Core, statementBody, statementOf } from "../core";
import type { Names } from "../describe/facts";
import environment from "../environment.json";
import { CoreError, invalid, malformed, messageOf, refused } from "../errors";
import type { Spec } from "../statement/bodies/jobs";
import { open, verify } from "../statement/envelope";
import type { Timestamp } from "../time";
import { personOf as identityOf } from "../verify/dossier";
import type { Person } from "../verify/people";
import type { Dataset, Draft, InForceAnswer, Job, Run } from "../wire";
import { variablesProblem } from "./constraints";
import { type HeldDataset, verifyDataset } from "./datasets";
import { type HeldWorkspace, holdWorkspace, membersOf, namesOf, requireInForce } from "./hold";
import { findPeople, personOf } from "./people";
import { restrict, signAs, signatory } from "./signatory";
import { tablesOf } from "./sql";
import { variablesOf } from "./variables";

/** A job's signed spec, verified under its author's certificate, with everyone and everything it names. */
export interface HeldSpec {
  readonly digest: Digest;
  readonly spec: Spec;
  readonly author: Person;
  readonly readers: readonly Person[];
  /** When its author signed it. */
  readonly signed: Timestamp;
}

/** The longest comment of a review, in characters. */
export const MAX_COMMENT = 2000;

/** The person who signed, from the workspace or from the server, verified either way. */
async function signerOf(core: Core, held: HeldWorkspace, certificate: Digest | undefined): Promise<Person> {
  if (certificate === undefined) {
    throw refused("signature", "a member's statement is signed by a bare key");
  }
  return held.people.get(certificate) ?? personOf(core, certificate);
}

/** Tables shared to a workspace, each manifest and grant verified under its owner's certificate. */
export async function sharedTables(
  core: Core,
  held: HeldWorkspace,
): Promise<Readonly<Record<string, HeldDataset>>> {
  const datasets = await core.api.all<Dataset>(`/workspaces/${held.genesis}/datasets`);
  const tables: Record<string, HeldDataset> = {};
  for (const dataset of datasets.filter((one) => one.state !== "deleted")) {
    const shared = await verifyDataset(core, dataset);
    const live = dataset.shares.filter((share) => share.workspace === held.genesis && share.state === "live");
    for (const share of live) {
      await requireGrant(core, held, shared, share);
      tables[share.sql_name] = shared;
    }
  }
  return tables;
}

async function requireGrant(
  core: Core,
  held: HeldWorkspace,
  shared: HeldDataset,
  share: Dataset["shares"][number],
): Promise<void> {
  const opened = open(statementOf(share.grant, "grant"), "grant");
  const { signer } = opened.predicate;
  const person = await signerOf(core, held, "certificate" in signer ? signer.certificate : undefined);
  let manifest: Digest;
  try {
    manifest = verify(opened, person.certificate.signing_key).body.manifest;
  } catch (thrown) {
    throw malformed("grant", messageOf(thrown));
  }
  const same = identityOf(person.certificate) === identityOf(shared.owner.certificate);
  if (!same || manifest !== shared.digest || opened.predicate.workspace !== held.genesis) {
    throw refused(
      "grant",
      `the share of \`${share.sql_name}\` is not its owner's grant of its newest manifest`,
    );
  }
}

/** The spec of a draft. */
export function specOf(
  draft: Draft,
  charter: Digest,
  shared: Readonly<Record<string, HeldDataset>>,
  readers: readonly Person[],
  test: boolean,
): Spec {
  const known = Object.fromEntries(Object.entries(shared).map(([name, held]) => [name, held.digest]));
  if (readers.length === 0) {
    throw invalid("a job has a reader");
  }
  const tables = tablesOf(draft.source, known);
  const variables = variablesOf(draft.variables ?? []);
  const wrong = variablesProblem(variables, Object.keys(tables));
  if (wrong !== undefined) {
    throw invalid(wrong);
  }
  return {
    charter,
    name: draft.name,
    kind: "sql",
    source: draft.source,
    tables,
    variables,
    readers: readers.map((person) => person.digest),
    environment: environment.sql,
    max_runs: draft.max_runs,
    ...(draft.valid_until === undefined || draft.valid_until === null
      ? {}
      : { valid_until: draft.valid_until }),
    test,
  };
}

function datasetNames(shared: Readonly<Record<string, HeldDataset>>): Readonly<Record<Digest, string>> {
  return Object.fromEntries(
    Object.values(shared).map((held) => [
      held.digest,
      `${held.manifest.name} of ${held.owner.certificate.email}`,
    ]),
  );
}

/** Signs the spec of a draft, which is the author's approval, and submits it. Refuses readers without a certificate. */
export async function submitJob(core: Core, job: Job): Promise<Job> {
  const who = await signatory(core);
  const held = await holdWorkspace(core, job.workspace);
  const charter = requireInForce(held).digest;
  const [shared, readers] = await Promise.all([
    sharedTables(core, held),
    findPeople(core, job.draft.readers, "readers"),
  ]);
  const spec = specOf(job.draft, charter, shared, readers, false);
  const names = namesOf(held, datasetNames(shared), readers);
  const statement = await signAs(core, who, "spec", held.genesis, spec, names);
  return (await core.api.send<Job>("POST", `/jobs/${job.id}/submission`, statementBody(statement))).value;
}

/** Runs a draft on mock rows made from the schemas: no approval, no broker, no receipt. Every member reads the result. */
export async function testJob(core: Core, job: Job): Promise<Run> {
  const who = await signatory(core);
  const held = await holdWorkspace(core, job.workspace);
  const charter = requireInForce(held).digest;
  const shared = await sharedTables(core, held);
  const spec = specOf(job.draft, charter, shared, membersOf(held), true);
  const names = namesOf(held, datasetNames(shared));
  const statement = await signAs(core, who, "spec", held.genesis, spec, names);
  return (await core.api.send<Run>("POST", `/jobs/${job.id}/tests`, statementBody(statement))).value;
}

/** A spec of a workspace, verified under its author's certificate. */
export async function openSpec(core: Core, json: unknown, held: HeldWorkspace): Promise<HeldSpec> {
  const envelope = statementOf(json, "spec");
  try {
    const opened = open(envelope, "spec");
    const { signer, workspace, issued_at } = opened.predicate;
    const author = await signerOf(core, held, "certificate" in signer ? signer.certificate : undefined);
    const { digest, body } = verify(opened, author.certificate.signing_key);
    if (workspace !== held.genesis) {
      throw refused("spec", "the spec shown is of another workspace");
    }
    const readers = await Promise.all(body.readers.map((reader) => signerOf(core, held, reader)));
    return { digest, spec: body, author, readers, signed: issued_at };
  } catch (thrown) {
    throw thrown instanceof CoreError ? thrown : malformed("spec", messageOf(thrown));
  }
}

/** The signed spec of a job, verified. */
export async function holdSpec(core: Core, job: Job, held: HeldWorkspace): Promise<HeldSpec> {
  if (job.spec === undefined || job.spec === null) {
    throw new CoreError({ kind: "conflict" }, `\`${job.draft.name}\` has not been submitted`);
  }
  const spec = await openSpec(core, job.spec, held);
  if (spec.digest !== job.spec_digest) {
    throw refused("spec", "the spec shown is not the one of this job");
  }
  return spec;
}

/** Names for statements about a spec. */
export function specNames(held: HeldWorkspace, spec: HeldSpec): Names {
  return namesOf(held, { [spec.digest]: spec.spec.name }, [spec.author, ...spec.readers]);
}

/** What is wrong with a review's comment; nothing when it can be signed. */
export function commentProblem(
  decision: "approve" | "reject",
  comment: string | undefined,
): string | undefined {
  const length = [...(comment ?? "")].length;
  if (length > MAX_COMMENT) {
    return `a comment has at most ${MAX_COMMENT} characters, got ${length}`;
  }
  return decision === "reject" && (comment ?? "").trim() === "" ? "a rejection needs a comment" : undefined;
}

/** Reviews exactly what will run. A rejection is done with the broker's acknowledgement only. */
export async function reviewJob(
  core: Core,
  job: Job,
  decision: "approve" | "reject",
  comment: string | undefined,
): Promise<Job> {
  const problem = commentProblem(decision, comment);
  if (problem !== undefined) {
    throw invalid(problem);
  }
  const who = await signatory(core);
  const held = await holdWorkspace(core, job.workspace);
  const charter = requireInForce(held);
  const spec = await holdSpec(core, job, held);
  const { approval, members } = charter.body;
  if (approval.policy === "all_members" && !members.includes(who.person.digest)) {
    throw refused("membership", "the charter in force does not list you");
  }
  const body = {
    spec: spec.digest,
    charter: charter.digest,
    decision,
    ...(comment === undefined || comment === "" ? {} : { comment }),
  };
  const statement = await signAs(core, who, "review", held.genesis, body, specNames(held, spec));
  const answer = await core.api.send<Job>("POST", `/jobs/${job.id}/reviews`, statementBody(statement));
  if (answer.waiting) {
    throw new CoreError(
      { kind: "not_in_force", statement: statement.digest },
      "the review is stored and not in force yet: the broker has not acknowledged it",
    );
  }
  return answer.value;
}

/** Withdraws the spec of a job, which makes it a draft: every approval of it is void. */
export async function withdrawJob(core: Core, job: Job): Promise<InForceAnswer> {
  const who = await signatory(core);
  const held = await holdWorkspace(core, job.workspace);
  requireInForce(held);
  const spec = await holdSpec(core, job, held);
  const body = { target: { spec: spec.digest } };
  const statement = await signAs(core, who, "withdrawal", held.genesis, body, specNames(held, spec));
  return restrict(core, `/jobs/${job.id}/withdrawals`, statement);
}
