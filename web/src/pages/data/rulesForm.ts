/** The rules as they are edited: texts and choices, and the signed rules they stand for. */
import type {
  AggregateRule,
  Column,
  Condition,
  ConditionGroup,
  Literal,
  Rules,
} from "../../core/statement/bodies/rules";
import type { Timestamp } from "../../core/time";

export interface ConditionForm {
  column: string;
  op: Condition["op"];
  value: string;
}

export interface AggregateForm {
  functions: string[];
  low: string;
  high: string;
}

export interface RulesForm {
  /** Absent: every column. */
  allowed: string[] | null;
  uses: string[];
  /** A day; the last on which it is released. Empty: for ever. */
  expires: string;
  groups: ConditionForm[][];
  analysis: "none" | "aggregation";
  identity: string;
  threshold: number;
  groupBy: string[];
  joinOn: string[];
  aggregate: Record<string, AggregateForm>;
}

export const OPEN_FORM: RulesForm = {
  allowed: null,
  uses: ["sql", "template"],
  expires: "",
  groups: [],
  analysis: "none",
  identity: "",
  threshold: 10,
  groupBy: [],
  joinOn: [],
  aggregate: {},
};

/** Operators in the order of their list, with their words. */
export const OPERATORS: readonly { value: Condition["op"]; label: string }[] = [
  { value: "=", label: "is" },
  { value: "!=", label: "is not" },
  { value: "<", label: "is less than" },
  { value: "<=", label: "is at most" },
  { value: ">", label: "is more than" },
  { value: ">=", label: "is at least" },
  { value: "in", label: "is one of" },
  { value: "is empty", label: "is empty" },
  { value: "is not empty", label: "is not empty" },
];

export const FUNCTIONS = ["count", "count_distinct", "sum", "avg", "stddev"] as const;

export const takesNoValue = (op: Condition["op"]) => op === "is empty" || op === "is not empty";

function literalOf(text: string, column: Column | undefined): Literal {
  const trimmed = text.trim();
  switch (column?.type) {
    case "boolean":
      return /^true$/i.test(trimmed) ? true : /^false$/i.test(trimmed) ? false : trimmed;
    case "integer":
      return /^[+-]?\d+$/.test(trimmed) ? BigInt(trimmed) : trimmed;
    case "float":
      if (/^[+-]?\d+$/.test(trimmed)) return BigInt(trimmed);
      return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
    default:
      return column?.type === "string" ? text : trimmed;
  }
}

function conditionOf({ column, op, value }: ConditionForm, columns: readonly Column[]): Condition {
  if (takesNoValue(op)) return { column, op };
  const found = columns.find((one) => one.name === column);
  const literal =
    op === "in" ? value.split(",").map((one) => literalOf(one.trim(), found)) : literalOf(value, found);
  return { column, op, value: literal };
}

function aggregateOf({ functions, low, high }: AggregateForm): AggregateRule {
  const bounded = low.trim() !== "" || high.trim() !== "";
  return {
    functions: FUNCTIONS.filter((one) => functions.includes(one)),
    ...(bounded ? { bounds: [Number(low), Number(high)] as const } : {}),
  } as AggregateRule;
}

/** The rules that are signed. */
export function rulesOf(form: RulesForm, columns: readonly Column[]): Rules {
  const uses = ["sql", "python", "template", "workflow"] as const;
  const groups: ConditionGroup[] = form.groups.map((group) => ({
    all_of: group.map((one) => conditionOf(one, columns)),
  }));
  return {
    ...(form.allowed === null ? {} : { allowed_columns: form.allowed }),
    uses: uses.filter((one) => form.uses.includes(one)),
    ...(form.expires === "" ? {} : { expires: `${form.expires}T23:59:59Z` as Timestamp }),
    any_of: groups,
    analysis:
      form.analysis === "none"
        ? { rule: "none" }
        : {
            rule: "aggregation",
            identity: form.identity,
            threshold: form.threshold,
            group_by: form.groupBy,
            join_on: form.joinOn,
            aggregate: Object.fromEntries(
              Object.entries(form.aggregate).map(([name, one]) => [name, aggregateOf(one)]),
            ),
          },
  };
}

const textOf = (value: Literal | undefined): string =>
  value === undefined ? "" : Array.isArray(value) ? value.map(textOf).join(", ") : String(value);

/** Signed rules, to be edited. */
export function formOf(rules: Rules): RulesForm {
  const { analysis } = rules;
  const form: RulesForm = {
    ...OPEN_FORM,
    allowed: rules.allowed_columns ? [...rules.allowed_columns] : null,
    uses: [...rules.uses],
    expires: rules.expires?.slice(0, 10) ?? "",
    groups: rules.any_of.map(({ all_of }) =>
      all_of.map(({ column, op, value }) => ({ column, op, value: textOf(value) })),
    ),
  };
  if (analysis.rule === "none") return form;
  const aggregate = Object.entries(analysis.aggregate).map(([name, { functions, bounds }]) => [
    name,
    { functions: [...functions], low: textOf(bounds?.[0]), high: textOf(bounds?.[1]) },
  ]);
  return {
    ...form,
    analysis: "aggregation",
    identity: analysis.identity,
    threshold: analysis.threshold,
    groupBy: [...analysis.group_by],
    joinOn: [...analysis.join_on],
    aggregate: Object.fromEntries(aggregate),
  };
}
