/**
 * Whether values fit the variables that reviewers approve.
 *
 * The same decisions as the check `inputs` of the Rust crate `verify`. A job that passes here can still be refused there:
 * this exists so that a form can say beside its field what is wrong.
 */
import type { Scalar } from "../json/numbers";
import type { Constraint, Variable, VariableType } from "../statement/bodies/jobs";
import { nameProblem } from "../statement/names";
import { isTimestamp, micros } from "../time";

const MAX_VARIABLES = 100;
const MAX_TEXT = 10_000;
/** Whole numbers up to here are exact as floats. */
const EXACT = 2n ** 53n;

type Tables = readonly string[];

/** The value as its type has it; nothing when it is of another type. */
export function typed(value: Scalar, kind: VariableType, tables: Tables): Scalar | undefined {
  switch (kind) {
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "integer":
      return typeof value === "bigint" ? value : undefined;
    case "float":
      if (typeof value === "bigint") return value >= -EXACT && value <= EXACT ? Number(value) : undefined;
      return typeof value === "number" && Number.isFinite(value) ? value : undefined;
    case "string":
      return typeof value === "string" && [...value].length <= MAX_TEXT && !value.includes("\0")
        ? value
        : undefined;
    case "datetime":
      return typeof value === "string" && isTimestamp(value) ? value : undefined;
    case "dataset":
      return typeof value === "string" && tables.includes(value) ? value : undefined;
  }
}

/** Below, equal or above, for types that have an order. */
function order(a: Scalar, b: Scalar, kind: VariableType): number | undefined {
  if (kind === "datetime" && typeof a === "string" && typeof b === "string") {
    const [left, right] = [micros(a), micros(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (kind !== "integer" && kind !== "float") return undefined;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The ranges of a set such as `a-z0-9_`; `-` at an end stands for itself. */
function ranges(set: string): readonly (readonly [number, number])[] | undefined {
  const points = [...set].map((char) => char.codePointAt(0) ?? 0);
  const out: [number, number][] = [];
  for (let at = 0; at < points.length; at += 1) {
    const [low = 0, dash, high] = points.slice(at, at + 3);
    if (dash === 0x2d && high !== undefined) {
      if (low > high) return undefined;
      out.push([low, high]);
      at += 2;
    } else {
      out.push([low, low]);
    }
  }
  return out.length === 0 ? undefined : out;
}

function rangeProblem(low: Scalar, high: Scalar, kind: VariableType, tables: Tables): string | undefined {
  const [from, to] = [typed(low, kind, tables), typed(high, kind, tables)];
  if (from === undefined || to === undefined) return `a bound is no ${kind}`;
  const found = order(from, to, kind);
  if (found === undefined) return `a ${kind} has no range`;
  return found > 0 ? "the lower bound is above the upper one" : undefined;
}

/** Why a constraint does not fit a type; nothing when it does. */
export function constraintProblem(
  constraint: Constraint,
  kind: VariableType,
  tables: Tables,
): string | undefined {
  if ("range" in constraint) return rangeProblem(constraint.range[0], constraint.range[1], kind, tables);
  if ("length" in constraint) {
    if (kind !== "string") return `a ${kind} has no length`;
    return constraint.length[0] > constraint.length[1] ? "the least length is above the greatest" : undefined;
  }
  if ("one_of" in constraint) {
    if (constraint.one_of.length === 0) return "no value is listed";
    return constraint.one_of.every((value) => typed(value, kind, tables) !== undefined)
      ? undefined
      : `a value listed is no ${kind === "dataset" ? "table of the job" : kind}`;
  }
  if (kind !== "string") return `a ${kind} has no characters`;
  return ranges(constraint.characters) === undefined
    ? "write the characters as a set such as a-z0-9_, each range upwards"
    : undefined;
}

function meets(constraint: Constraint, value: Scalar, kind: VariableType, tables: Tables): boolean {
  if ("range" in constraint) {
    const [low, high] = constraint.range.map((bound) => typed(bound, kind, tables));
    if (low === undefined || high === undefined) return false;
    return (order(low, value, kind) ?? 1) <= 0 && (order(value, high, kind) ?? 1) <= 0;
  }
  if ("one_of" in constraint)
    return constraint.one_of.some((one) => {
      const listed = typed(one, kind, tables);
      return kind === "datetime" && listed !== undefined
        ? order(listed, value, kind) === 0
        : listed === value;
    });
  if (typeof value !== "string") return false;
  if ("length" in constraint) {
    const length = [...value].length;
    return length >= constraint.length[0] && length <= constraint.length[1];
  }
  const set = ranges(constraint.characters);
  return (
    set !== undefined &&
    [...value].every((char) => {
      const point = char.codePointAt(0) ?? 0;
      return set.some(([low, high]) => point >= low && point <= high);
    })
  );
}

/** Why a value may not be given to a variable; nothing when it may. */
export function valueProblem(variable: Variable, value: Scalar, tables: Tables): string | undefined {
  const own = typed(value, variable.type, tables);
  if (own === undefined) {
    return variable.type === "dataset"
      ? `\`${value}\` is no table of the job (${tables.join(", ") || "it has none"})`
      : `not a value of the type ${variable.type}`;
  }
  const met =
    variable.any_of.length === 0 || variable.any_of.some((one) => meets(one, own, variable.type, tables));
  return met ? undefined : "it meets none of the constraints";
}

/** What keeps a job with these variables from being submitted; nothing when they make sense. */
export function variablesProblem(variables: readonly Variable[], tables: Tables): string | undefined {
  if (variables.length > MAX_VARIABLES) return `a job has at most ${MAX_VARIABLES} variables`;
  const seen = new Set<string>();
  for (const variable of variables) {
    const wrong = (why: string) => `the variable \`${variable.name}\`: ${why}`;
    const name = nameProblem.sql(variable.name);
    if (name !== undefined) return name;
    if (seen.has(variable.name)) return wrong("another one has the same name");
    seen.add(variable.name);
    for (const constraint of variable.any_of) {
      const why = constraintProblem(constraint, variable.type, tables);
      if (why !== undefined) return wrong(why);
    }
    if (variable.default === undefined) continue;
    const why = valueProblem(variable, variable.default, tables);
    if (why !== undefined) return wrong(`its default: ${why}`);
  }
  return undefined;
}
