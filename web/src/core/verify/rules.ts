/** Whether rules make sense for a schema: the same refusals as the command line's. */
import type { AggregateRule, Column, Condition, Literal, Rules } from "../statement/bodies/rules";

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?$/;
const OF_VALUES: readonly string[] = ["sum", "avg", "stddev"];

/** Whether a text is a day. */
export const isDate = (text: string) => DATE.test(text) && !Number.isNaN(Date.parse(text));
/** Whether a text is a moment. */
export const isMoment = (text: string) =>
  MOMENT.test(text) && !Number.isNaN(Date.parse(text.replace(" ", "T")));

function literalProblem(value: Literal, column: Column): string | undefined {
  const needs = (fits: boolean, what: string) =>
    fits ? undefined : `the condition on \`${column.name}\` needs ${what}`;
  switch (column.type) {
    case "boolean":
      return needs(typeof value === "boolean", "true or false");
    case "integer":
      return needs(typeof value === "bigint", "a whole number");
    case "float":
      return needs(
        typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value)),
        "a finite number",
      );
    case "string":
      return needs(typeof value === "string", "a text");
    case "date":
      return needs(typeof value === "string" && isDate(value), "a date such as `2027-06-30`");
    case "datetime":
      return needs(typeof value === "string" && isMoment(value), "a moment such as `2027-06-30T00:00:00Z`");
  }
}

function conditionProblem({ column: name, op, value }: Condition, column: Column): string | undefined {
  const needs = (what: string) => `the condition on \`${name}\` needs ${what}`;
  if (op === "is empty" || op === "is not empty") {
    return value === undefined ? undefined : needs("no value");
  }
  if (value === undefined) return needs("a value");
  if (op === "in") {
    if (!Array.isArray(value) || value.length === 0) return needs("a list that is not empty");
    return value.map((one) => literalProblem(one, column)).find((one) => one !== undefined);
  }
  if (op !== "=" && op !== "!=" && column.type === "boolean") {
    return needs("`=`, `!=` or `in` because true and false have no order");
  }
  return literalProblem(value, column);
}

function aggregateProblem(
  name: string,
  rule: AggregateRule,
  column: Column,
  identity: string,
): string | undefined {
  if (rule.functions.length === 0) return `choose what may be computed of \`${name}\``;
  const values = rule.functions.some((one) => OF_VALUES.includes(one));
  if (values && name === identity) return `\`${name}\` is the identity, which must not reach any output`;
  if ((values || rule.bounds !== undefined) && column.type !== "integer" && column.type !== "float") {
    return `sum, avg, stddev and bounds need a numeric column, \`${name}\` is none`;
  }
  if (values && rule.bounds === undefined) {
    return `\`${name}\` needs bounds because sum, avg and stddev of one person's value must be limited`;
  }
  const [low, high] = rule.bounds ?? [0, 1];
  return Number.isFinite(low) && Number.isFinite(high) && low < high
    ? undefined
    : `the bounds of \`${name}\` are two finite numbers, the lower first`;
}

/** What is wrong with rules for these columns; nothing when they can be signed. */
export function rulesProblem(rules: Rules, schema: readonly Column[]): string | undefined {
  const columns = new Map(schema.map((column) => [column.name, column]));
  const allowed = rules.allowed_columns;
  if (rules.uses.length === 0) return "choose at least one kind of job that may use it";
  if (allowed !== undefined && allowed.length === 0) return "allow at least one column";
  const absent = allowed?.find((name) => !columns.has(name));
  if (absent !== undefined) return `the dataset has no column \`${absent}\``;
  for (const group of rules.any_of) {
    if (group.all_of.length === 0) return "a group of conditions has at least one";
    for (const condition of group.all_of) {
      const column = columns.get(condition.column);
      if (column === undefined) return `the dataset has no column \`${condition.column}\``;
      const problem = conditionProblem(condition, column);
      if (problem !== undefined) return problem;
    }
  }
  return analysisProblem(rules, columns);
}

function analysisProblem(rules: Rules, columns: ReadonlyMap<string, Column>): string | undefined {
  const { analysis, allowed_columns: allowed } = rules;
  if (analysis.rule === "none") return undefined;
  const { identity, threshold, group_by, join_on, aggregate } = analysis;
  if (threshold < 2) return "the threshold is at least 2";
  if (!columns.has(identity)) return "choose the column that tells whose row it is";
  for (const name of [...group_by, ...join_on, ...Object.keys(aggregate)]) {
    if (!columns.has(name)) return `the dataset has no column \`${name}\``;
    if (allowed !== undefined && !allowed.includes(name))
      return `\`${name}\` is not among the allowed columns`;
  }
  if (group_by.includes(identity)) {
    return `\`${identity}\` is the identity, which must not reach any output: do not group by it`;
  }
  const both = join_on.find((name) => group_by.includes(name));
  if (both !== undefined)
    return `\`${both}\` is joined on, so it may appear nowhere else: do not group by it`;
  for (const [name, rule] of Object.entries(aggregate)) {
    const column = columns.get(name);
    const problem = column && aggregateProblem(name, rule, column, identity);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
