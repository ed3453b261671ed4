/** Input variables as a form holds them: every value a text, until the draft is saved. */
import { constraintProblem, valueProblem } from "../../core/acts/constraints";
import { variablesOf } from "../../core/acts/variables";
import { CoreError } from "../../core/errors";
import type { Variable, VariableType } from "../../core/statement/bodies/jobs";
import { nameProblem } from "../../core/statement/names";
import { fromDate, isTimestamp } from "../../core/time";

export type ConstraintKind = "range" | "length" | "one_of" | "characters";

export interface ConstraintForm {
  kind: ConstraintKind;
  low: string;
  high: string;
  values: string[];
  characters: string;
}

export interface VariableForm {
  name: string;
  type: VariableType;
  description: string;
  /** Whether a run may leave it out, and what then stands for it. */
  optional: boolean;
  standard: string;
  constraints: ConstraintForm[];
}

/** Which constraints go with a type. */
export const CONSTRAINTS: Record<VariableType, readonly ConstraintKind[]> = {
  string: ["one_of", "length", "characters"],
  integer: ["range", "one_of"],
  float: ["range", "one_of"],
  boolean: ["one_of"],
  datetime: ["range", "one_of"],
  dataset: ["one_of"],
};

export const newConstraint = (kind: ConstraintKind): ConstraintForm => ({
  kind,
  low: "",
  high: "",
  values: [],
  characters: "",
});

export const newVariable = (): VariableForm => ({
  name: "",
  type: "integer",
  description: "",
  optional: false,
  standard: "",
  constraints: [],
});

/** A moment as the statements write it, from what people type: `2027-06-30`, `2027-06-30 12:00`, in UTC. */
export function momentOf(text: string): string | undefined {
  const trimmed = text.trim();
  if (isTimestamp(trimmed)) return trimmed;
  const [, day, time = "00:00", seconds = ":00"] =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2})?)?Z?$/.exec(trimmed) ?? [];
  const date = new Date(`${day}T${time}${seconds}Z`);
  const moment = Number.isNaN(date.getTime()) ? "" : fromDate(date);
  // `new Date` takes 30 February for 2 March.
  return day !== undefined && moment.startsWith(day) ? moment : undefined;
}

/** What a text stands for in the draft's JSON; a text that is no such value stays one, and its field says so. */
function literalOf(type: VariableType, text: string): string | number | boolean {
  switch (type) {
    case "integer": {
      const whole = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
      return Number.isSafeInteger(whole) ? whole : text;
    }
    case "float":
      return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : text;
    case "datetime":
      return momentOf(text) ?? text;
    default:
      return text;
  }
}

function constraintOf(type: VariableType, form: ConstraintForm): Record<string, unknown> {
  switch (form.kind) {
    case "range":
      return { range: [literalOf(type, form.low), literalOf(type, form.high)] };
    case "length":
      return { length: [Number(form.low || 0), Number(form.high || 0)] };
    case "one_of":
      return { one_of: form.values.map((value) => literalOf(type, value)) };
    case "characters":
      return { characters: form.characters };
  }
}

/** As the API takes it. */
export function variableOf(form: VariableForm): Record<string, unknown> {
  const { name, type, description, optional, standard, constraints } = form;
  return {
    name: name.trim(),
    type,
    ...(description.trim() === "" ? {} : { description: description.trim() }),
    ...(optional ? { default: literalOf(type, standard) } : {}),
    ...(constraints.length === 0 ? {} : { any_of: constraints.map((one) => constraintOf(type, one)) }),
  };
}

function constraintFormOf(constraint: Variable["any_of"][number]): ConstraintForm {
  if ("range" in constraint) {
    const [low, high] = constraint.range;
    return { ...newConstraint("range"), low: String(low), high: String(high) };
  }
  if ("length" in constraint) {
    const [low, high] = constraint.length;
    return { ...newConstraint("length"), low: String(low), high: String(high) };
  }
  return "one_of" in constraint
    ? { ...newConstraint("one_of"), values: constraint.one_of.map(String) }
    : { ...newConstraint("characters"), characters: constraint.characters };
}

/** A variable of a draft or spec, for its form. */
export const variableFormOf = (variable: Variable): VariableForm => ({
  name: variable.name,
  type: variable.type,
  description: variable.description ?? "",
  optional: variable.default !== undefined,
  standard: variable.default === undefined ? "" : String(variable.default),
  constraints: variable.any_of.map(constraintFormOf),
});

/** What is wrong, by field: `name`, `standard`, `constraints.0`. */
export function variableProblems(
  form: VariableForm,
  others: readonly string[],
  tables: readonly string[],
): Record<string, string> {
  const name = form.name.trim();
  const wrong: Record<string, string> = {};
  const bad = nameProblem.sql(name);
  if (bad) wrong.name = "A lower-case letter, then up to 62 lower-case letters, digits or _";
  else if (others.includes(name)) wrong.name = "Another variable has this name";
  form.constraints.forEach((constraint, at) => {
    const found = readOne({ ...form, name: "x", optional: false, constraints: [constraint] });
    const [own] = found?.any_of ?? [];
    const why = own ? constraintProblem(own, form.type, tables) : "give both ends";
    if (why) wrong[`constraints.${at}`] = why;
  });
  if (form.optional && Object.keys(wrong).every((field) => field === "name")) {
    const found = readOne({ ...form, name: "x" });
    const why = found?.default === undefined ? "Give a value" : valueProblem(found, found.default, tables);
    if (why) wrong.standard = why;
  }
  return wrong;
}

function readOne(form: VariableForm): Variable | undefined {
  try {
    return variablesOf([variableOf(form)])[0];
  } catch (thrown) {
    if (thrown instanceof CoreError) return undefined;
    throw thrown;
  }
}
