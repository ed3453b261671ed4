/** What may stand at a place of a query, beyond the SQL mode's tables: columns without their table, variables, words. */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { tokens } from "../../../core/acts/sql";
import type { TableInfo } from "../tables";
import { FUNCTIONS, KEYWORDS } from "./words";

export interface VariableInfo {
  readonly name: string;
  readonly type: string;
}

/** A name as a query must write it: lower-case identifiers stand plain, all others in quotes. */
export const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

/** The tables whose names stand anywhere in the query; all of them while it names none. */
export function tablesIn(sql: string, known: readonly TableInfo[]): readonly TableInfo[] {
  const words = new Set(tokens(sql).map((token) => token.text));
  const found = known.filter((table) => words.has(table.name));
  return found.length === 0 ? known : found;
}

export const columnCompletion = (column: TableInfo["columns"][number], table: string): Completion => ({
  label: column.name,
  apply: quoted(column.name),
  type: "property",
  detail: ` ${column.type} · ${table}`,
  boost: 2,
});

const WORDS: readonly Completion[] = [
  ...KEYWORDS.map((label) => ({ label, type: "keyword", boost: -1 })),
  ...FUNCTIONS.map((label) => ({ label, type: "function", detail: " function" })),
];

export function complete(
  context: CompletionContext,
  known: readonly TableInfo[],
  variables: readonly VariableInfo[],
): CompletionResult | null {
  const variable = context.matchBefore(/\$\w*/);
  if (variable) {
    const options = variables.map(({ name, type }) => ({
      label: `$${name}`,
      type: "variable",
      detail: type,
    }));
    return { from: variable.from, options, validFor: /^\$\w*$/ };
  }
  const word = context.matchBefore(/[\w.]*/);
  // After a dot the SQL mode completes the columns of that table alone.
  if (!word || word.text.includes(".") || (word.text === "" && !context.explicit)) return null;
  const options = tablesIn(context.state.doc.toString(), known).flatMap((table) =>
    table.columns.map((column) => columnCompletion(column, table.name)),
  );
  return { from: word.from, options: [...options, ...WORDS], validFor: /^\w*$/ };
}
