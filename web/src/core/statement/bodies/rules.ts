/** A dataset's schema and the owner's rules, as they stand in a manifest. */
import {
  anyText,
  boolean,
  type Codec,
  count,
  EncodingError,
  list,
  map,
  object,
  omittedWhenEmpty,
  optional,
  pair,
  set,
  type TypeOf,
  tagged,
  words,
} from "../../json/codec";
import { float, type Scalar, scalar } from "../../json/numbers";
import { isList } from "../../json/parse";
import { timestamp } from "../../time";

/** The type of a column's values. */
export const columnType = words("boolean", "integer", "float", "string", "date", "datetime");

/** One column. */
export const column = object({ name: anyText, type: columnType, nullable: boolean });

/** The most columns a dataset may have. */
const MAX_COLUMNS = 2_000;

/** What is wrong with a list of columns; nothing when it is a schema. */
export function schemaProblem(columns: readonly Column[]): string | undefined {
  if (columns.length === 0 || columns.length > MAX_COLUMNS) {
    return `a schema has 1 to ${MAX_COLUMNS} columns, got ${columns.length}`;
  }
  const seen = new Set<string>();
  for (const { name } of columns) {
    const length = [...name].length;
    if (length === 0 || length > 128 || /\p{Cc}/u.test(name)) {
      return `\`${name.slice(0, 80)}\` is not a column name (1 to 128 characters, no control characters)`;
    }
    if (seen.has(name.toLowerCase())) {
      return `the column \`${name}\` appears twice (case does not distinguish)`;
    }
    seen.add(name.toLowerCase());
  }
  return undefined;
}

const columns = list(column);
const checkedSchema = (value: readonly Column[]): readonly Column[] => {
  const wrong = schemaProblem(value);
  if (wrong !== undefined) {
    throw new EncodingError(wrong);
  }
  return value;
};

/** The columns of a dataset, in order. */
export const schema: Codec<readonly Column[]> = {
  encode: (value) => columns.encode(checkedSchema(value)),
  decode: (json) => checkedSchema(columns.decode(json)),
};

/** A value in a condition; a list only for `in`. */
export type Literal = Scalar | readonly Literal[];

const literal: Codec<Literal> = {
  encode: (value) =>
    typeof value === "object"
      ? `[${value.map((one) => literal.encode(one)).join(",")}]`
      : scalar.encode(value),
  decode: (json) => (isList(json) ? json.map((one) => literal.decode(one)) : scalar.decode(json)),
};

/** A comparison. */
export const operator = words("=", "!=", "<", "<=", ">", ">=", "in", "is empty", "is not empty");

/** One test of one column. */
export const condition = object({ column: anyText, op: operator, value: optional(literal) });
/** Conditions joined by AND. */
export const conditionGroup = object({ all_of: list(condition) });

const FUNCTIONS = ["count", "count_distinct", "sum", "avg", "stddev"] as const;
const USES = ["sql", "python", "template", "workflow"] as const;

function inOrder<W extends string>(all: readonly W[]): (a: W, b: W) => number {
  return (a, b) => all.indexOf(a) - all.indexOf(b);
}

/** How one column may be aggregated. */
export const aggregateRule = object({
  functions: set(words(...FUNCTIONS), inOrder(FUNCTIONS)),
  bounds: optional(pair(float, float)),
});

const names = list(anyText);

/** What analyses may return. */
export const analysis = tagged("rule", {
  none: {},
  aggregation: {
    identity: anyText,
    threshold: count(),
    group_by: names,
    join_on: names,
    aggregate: map(anyText, aggregateRule),
  },
});

/** What the owner allows. */
export const rules = object({
  allowed_columns: optional(names),
  uses: set(words(...USES), inOrder(USES)),
  expires: optional(timestamp),
  any_of: omittedWhenEmpty(list(conditionGroup)),
  analysis,
});

export type ColumnType = TypeOf<typeof columnType>;
export type Column = TypeOf<typeof column>;
export type Condition = TypeOf<typeof condition>;
export type ConditionGroup = TypeOf<typeof conditionGroup>;
export type AggregateRule = TypeOf<typeof aggregateRule>;
export type Analysis = TypeOf<typeof analysis>;
export type Rules = TypeOf<typeof rules>;

/** Rules that protect nothing: SQL and templates on every row and column. */
export const OPEN_RULES: Rules = { uses: ["sql", "template"], any_of: [], analysis: { rule: "none" } };

/** Whether row counts and rows must stay hidden. */
export function protects(value: Rules): boolean {
  return value.any_of.length > 0 || value.analysis.rule !== "none";
}
