/** Why a run gave no result, and what to do, in words. Codes and checks are the closed lists of engine, worker and broker. */

export interface Failure {
  readonly what: string;
  readonly remedy: string;
}

const EDIT = "Return the job to draft, change it, test it and submit it again.";
/** The same for a test, whose job is a draft. */
const EDIT_DRAFT = "Change the draft and test it again.";
const ASK = "Run it again; if it stays so, tell the operator of this server the run's id.";
const OWNER = "Ask the owner of the dataset to add it again.";

const CODES: Readonly<Record<string, Failure>> = {
  "sql.invalid": {
    what: "The text of the job is not valid SQL on these tables.",
    remedy: `The log says where. ${EDIT}`,
  },
  "sql.variables": {
    what: "The variables in the text and those of the job are not the same.",
    remedy: `Each $name in the text needs an input variable, and each variable a place in the text. ${EDIT}`,
  },
  "table.rules": {
    what: "The rules of a table do not fit its columns.",
    remedy: "Ask its owner to correct the rules.",
  },
  "table.name": {
    what: "A table cannot be used under its name.",
    remedy: "Ask its owner to share it under another name.",
  },
  "input.not_encrypted": { what: "A file of a dataset is stored in plain.", remedy: OWNER },
  "input.not_authentic": { what: "A file of a dataset is not the one its owner signed.", remedy: OWNER },
  "input.unreadable": { what: "A file of a dataset could not be read.", remedy: ASK },
  "run.memory": {
    what: "The job needs more memory than a run has.",
    remedy: `Read fewer columns or rows, or group by fewer values. ${EDIT}`,
  },
  "run.rows": {
    what: "The result has more rows than a run may return.",
    remedy: `Aggregate, or add a LIMIT. ${EDIT}`,
  },
  "run.failed": {
    what: "The job failed while it ran. Why is not told: the words could carry values of the data.",
    remedy:
      "A division by zero, a cast of text that is no number, or an overflow are the usual causes: guard against them.",
  },
  worker_lost: { what: "The worker was lost several times.", remedy: ASK },
  lease_lost: { what: "The worker was replaced while it ran.", remedy: ASK },
  unavailable: { what: "The worker could not reach what it needs.", remedy: ASK },
  broken_input: { what: "What the worker was given does not fit together.", remedy: ASK },
  no_evidence: { what: "The worker could not prove what it is.", remedy: ASK },
};

const CHECKS: Readonly<Record<string, Failure>> = {
  charter: { what: "The charter changed since the job was approved.", remedy: EDIT },
  membership: { what: "Somebody who signed is no longer a member.", remedy: EDIT },
  manifest: { what: "An owner changed a dataset since the job was approved.", remedy: EDIT },
  grant: {
    what: "A dataset is not shared to the workspace any more.",
    remedy: "Ask its owner to share it again.",
  },
  approval: {
    what: "The approvals are not complete for exactly this version.",
    remedy: "Let the others review it again.",
  },
  run_policy: {
    what: "The workspace's run policy does not let this person run it.",
    remedy: "Ask somebody whom it names.",
  },
  inputs: {
    what: "An input is outside what the reviewers approved.",
    remedy: "Run it with values within the constraints.",
  },
  assurance: {
    what: "A simulated worker may not get these keys.",
    remedy: "A hardware worker is needed, or owners and charter that allow simulated ones.",
  },
  archive: { what: "The workspace is archived.", remedy: "Nothing runs there any more." },
  counter: { what: "No run is left, or the time in which it may run has passed.", remedy: EDIT },
  budget: { what: "The privacy budget of a dataset is used up.", remedy: "Ask its owner." },
  measurement: { what: "The worker runs a program that the broker does not accept.", remedy: ASK },
  platform: { what: "The worker's platform is not up to date.", remedy: ASK },
  "statement.text": { what: "The text holds characters that hide something.", remedy: EDIT },
  "statement.single": { what: "The text is not exactly one statement.", remedy: EDIT },
  "statement.kind": { what: "The text is not a query.", remedy: `Only SELECT runs. ${EDIT}` },
  "statement.table": { what: "The text names a table that the job does not have.", remedy: EDIT },
  "plan.node": { what: "The query does something that jobs may not, such as recursion.", remedy: EDIT },
  "plan.expression": { what: "The query has an expression that jobs may not use.", remedy: EDIT },
  "plan.function": { what: "The query calls a function that jobs do not have.", remedy: EDIT },
  "plan.output": {
    what: "Two columns of the result have the same name.",
    remedy: `Name them apart with AS. ${EDIT}`,
  },
};

/** A table's rule refused the shape of the query: which part is said by the check's last word. */
const RULE: Readonly<Record<string, string>> = {
  shape: "only a SELECT over one aggregate",
  subquery: "no subquery inside an expression",
  window: "no window function",
  set_operation: "no UNION, INTERSECT, EXCEPT or VALUES",
  limit: "no LIMIT, DISTINCT or ORDER BY below the aggregate",
  expression: "no arithmetic, CASE or other functions on rows",
  filter: "filters only on columns that may be grouped by",
  group_by: "grouping only by the columns its owner names",
  grouping_sets: "no GROUPING SETS, ROLLUP or CUBE",
  join: "inner joins on a column only, and not with itself",
  join_on: "joins only on the columns its owner names",
  join_only: "columns for joining are used for nothing else",
  aggregate: "only the aggregates its owner allows",
  aggregate_clause: "no FILTER, ORDER BY or NULL treatment in an aggregate",
};

/** What to tell about a run that failed. */
export function failureOf(
  code: string | null | undefined,
  check: string | null | undefined,
  kind = "real",
): Failure {
  const { what, remedy } = told(code, check);
  return { what, remedy: kind === "test" ? remedy.replace(EDIT, EDIT_DRAFT) : remedy };
}

function told(code: string | null | undefined, check: string | null | undefined): Failure {
  const rule = check?.startsWith("rule.") ? RULE[check.slice("rule.".length)] : undefined;
  if (rule !== undefined) {
    return { what: `The rules of a protected table refused the query: ${rule}.`, remedy: EDIT };
  }
  const found = CHECKS[check ?? ""] ?? CODES[code ?? ""];
  return found ?? { what: "The run was refused or failed.", remedy: ASK };
}
