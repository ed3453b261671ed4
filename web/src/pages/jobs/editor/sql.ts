/** The SQL of the engine, as the editor reads it. */
import type { CompletionContext } from "@codemirror/autocomplete";
import { PostgreSQL, SQLDialect, schemaCompletionSource } from "@codemirror/lang-sql";
import { LanguageSupport } from "@codemirror/language";
import type { TableInfo } from "../tables";
import { columnCompletion, complete, quoted, type VariableInfo } from "./complete";

/** PostgreSQL's words, with `$name` for what a run gives. */
const dialect = SQLDialect.define({
  ...PostgreSQL.spec,
  doubleDollarQuotedStrings: false,
  specialVar: "$",
});

export const plainSql = () => new LanguageSupport(dialect.language);

/** SQL that completes the workspace's tables, their columns and the job's variables. */
export function sqlOn(tables: readonly TableInfo[], variables: readonly VariableInfo[]) {
  const schema = Object.fromEntries(
    tables.map((table) => [
      table.name,
      {
        self: {
          label: table.name,
          apply: quoted(table.name),
          type: "class",
          // The blank keeps name and detail apart for screen readers.
          detail: ` ${table.dataset} of ${table.owner}`,
          boost: 3,
        },
        children: table.columns.map((column) => columnCompletion(column, table.name)),
      },
    ]),
  );
  return new LanguageSupport(dialect.language, [
    dialect.language.data.of({ autocomplete: schemaCompletionSource({ dialect, schema }) }),
    dialect.language.data.of({
      autocomplete: (context: CompletionContext) => complete(context, tables, variables),
    }),
  ]);
}
