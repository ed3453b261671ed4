/** The SQL of the engine, as the editor reads it. */
import { PostgreSQL, SQLDialect, sql } from "@codemirror/lang-sql";
import type { TableInfo } from "../tables";
import { columnCompletion, complete, quoted, type VariableInfo } from "./complete";

/** PostgreSQL's words, with `$name` for what a run gives. */
const dialect = SQLDialect.define({
  ...PostgreSQL.spec,
  doubleDollarQuotedStrings: false,
  specialVar: "$",
});

export const plainSql = () => sql({ dialect });

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
          detail: `${table.dataset} of ${table.owner}`,
          boost: 3,
        },
        children: table.columns.map((column) => columnCompletion(column, table.name)),
      },
    ]),
  );
  return [
    sql({ dialect, schema }),
    dialect.language.data.of({
      autocomplete: (context: Parameters<typeof complete>[0]) => complete(context, tables, variables),
    }),
  ];
}
