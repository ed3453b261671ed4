/** Manifests, grants and their ends, in words. */
import type { DatasetDeletion, Grant, Manifest, Revocation } from "../statement/bodies/datasets";
import type { Literal, Rules } from "../statement/bodies/rules";
import { assuranceWords, called, type Description, fact, maybe, type Names } from "./facts";

function literalWords(value: Literal): string {
  if (typeof value === "string") {
    return `'${value}'`;
  }
  return typeof value === "object" ? `(${value.map(literalWords).join(", ")})` : String(value);
}

/** The owner's rules, a sentence each. */
export function rulesWords(rules: Rules): readonly string[] {
  const groups = rules.any_of.map((group) =>
    group.all_of
      .map(({ column, op, value }) =>
        [column, op, ...(value === undefined ? [] : [literalWords(value)])].join(" "),
      )
      .join(" and "),
  );
  return [
    analysisWords(rules),
    rules.allowed_columns === undefined
      ? "Every column exists for others."
      : `Only these columns exist for others: ${rules.allowed_columns.join(", ")}.`,
    groups.length === 0 ? "Every row is visible." : `A row is visible where ${groups.join(", or ")}.`,
    `It may be used by: ${rules.uses.join(", ")}.`,
    ...(rules.expires === undefined ? [] : [`From ${rules.expires} on it is not released.`]),
  ];
}

function analysisWords({ analysis }: Rules): string {
  if (analysis.rule === "none") {
    return "Rows may be returned as they are.";
  }
  const columns = Object.entries(analysis.aggregate).map(([column, rule]) => {
    const bounds = rule.bounds === undefined ? "" : ` within ${rule.bounds[0]} to ${rule.bounds[1]}`;
    return `${column} (${rule.functions.join(", ")}${bounds})`;
  });
  const parts = [
    `Only aggregates over at least ${analysis.threshold} different values of ${analysis.identity} are returned`,
    ...(analysis.group_by.length > 0 ? [`grouped by ${analysis.group_by.join(", ")}`] : []),
    ...(analysis.join_on.length > 0 ? [`joined on ${analysis.join_on.join(", ")}`] : []),
    ...(columns.length > 0 ? [`aggregating ${columns.join(", ")}`] : []),
  ];
  return `${parts.join("; ")}.`;
}

function rawWords(manifest: Manifest): readonly string[] {
  return manifest.format === "raw"
    ? [
        "An attested worker turns the file into an encrypted dataset, in a workspace of you alone. The share, the job and the run of that are signed along with this, and listed.",
      ]
    : [];
}

export function describeManifest(manifest: Manifest): Description {
  const size = manifest.files.reduce((sum, file) => sum + file.size, 0);
  return {
    kind: "manifest",
    title:
      manifest.sequence === 1
        ? `Add the dataset \`${manifest.name}\``
        : `Change the dataset \`${manifest.name}\``,
    consequences: [
      ...(manifest.sequence === 1
        ? ["Nobody else can use it until you share it.", ...rawWords(manifest)]
        : ["Every grant of the manifest before is void; the workspaces that keep it get new ones."]),
      ...rulesWords(manifest.rules),
    ],
    facts: [
      fact("Columns", manifest.schema.map((column) => `${column.name} (${column.type})`).join(", ")),
      fact("Least assurance of a worker", assuranceWords(manifest.floor)),
      fact("Encrypted size", `${size} bytes`),
      ...manifest.files.map((file) => fact(`SHA-256 of ${file.name}`, file.sha256)),
      fact("Key", manifest.key_id),
      fact("Dataset", manifest.dataset),
      fact("Manifest", manifest.sequence),
      ...(manifest.format === "raw" ? [fact("Format", "a raw file: only your own ingest reads it")] : []),
      ...maybe("Follows manifest", manifest.previous),
    ],
    people: [],
  };
}

export function describeDeletion(body: DatasetDeletion, names: Names): Description {
  return {
    kind: "dataset-deletion",
    title: `Delete the dataset ${called(names, body.manifest)} for good`,
    consequences: ["There is no way back: it becomes unreleasable everywhere, also for approved jobs."],
    facts: [fact("Dataset", body.dataset), fact("Manifest", body.manifest)],
    people: [],
  };
}

export function describeGrant(grant: Grant, names: Names): Description {
  const { pin } = grant;
  return {
    kind: "grant",
    title: `Share the dataset ${called(names, grant.manifest)}`,
    consequences: [
      "Jobs that the workspace approves can use it under its rules; members see its name, schema and rules, never rows.",
      pin === "follows"
        ? "It holds under every later charter too: also with members and policies that you do not know today."
        : "It holds under this charter only: a new charter needs a new grant.",
      grant.allow_simulated
        ? "Simulated workers may get its key: they prove nothing about hardware."
        : "Only workers on genuine hardware get its key.",
    ],
    facts: [
      fact("Manifest", grant.manifest),
      ...(pin === "follows" ? [] : [fact("Charter", pin.charter)]),
      ...maybe("Until", grant.expires),
      ...maybe(
        "To be renewed within",
        grant.renew_within === undefined ? undefined : `${grant.renew_within} s`,
      ),
    ],
    people: [],
  };
}

export function describeRevocation(body: Revocation, names: Names): Description {
  return {
    kind: "revocation",
    title: `End the share ${called(names, body.grant)}`,
    consequences: ["At once no run gets its key any more, also of jobs that were approved."],
    facts: [fact("Grant", body.grant)],
    people: [],
  };
}
