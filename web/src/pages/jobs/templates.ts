/** Texts to start from, made of the tables that are there and of what their owners allow. */
import type { Column } from "../../core/statement/bodies/rules";
import { quoted } from "./editor/complete";
import type { TableInfo } from "./tables";
import type { TemplateId } from "./templateNames";

export interface Template {
  readonly id: TemplateId;
  readonly about: string;
  readonly tables: 1 | 2;
  /** The query; nothing where the tables have no columns for it. */
  write(first: TableInfo, second: TableInfo): string | undefined;
}

const of = (table: TableInfo, ...types: Column["type"][]): readonly string[] =>
  table.columns.filter((column) => types.includes(column.type)).map((column) => column.name);

/** Columns that rows may be grouped by, those with few values by their type first. */
function groups(table: TableInfo): readonly string[] {
  if (table.analysis.rule === "aggregation") return table.analysis.group_by;
  const named = of(table, "string", "boolean").concat(of(table, "integer", "date"));
  const plain = named.filter((name) => !looksLikeId(name));
  return plain.length > 0 ? plain : named;
}

const looksLikeId = (name: string) => /(^|_)(id|key|uuid)$/i.test(name);

/** Columns whose values may be summed up by `avg`. */
function measures(table: TableInfo): readonly string[] {
  const numbers = of(table, "integer", "float").filter((name) => !looksLikeId(name));
  const { analysis } = table;
  if (analysis.rule !== "aggregation") return numbers;
  return numbers.filter((name) => analysis.aggregate[name]?.functions.includes("avg"));
}

/** Columns that both tables have, and whose owners let them be joined on. */
function keys(first: TableInfo, second: TableInfo): readonly string[] {
  const allowed = (table: TableInfo, name: string) =>
    table.analysis.rule !== "aggregation" || table.analysis.join_on.includes(name);
  const both = first.columns
    .filter((column) => second.columns.some((one) => one.name === column.name && one.type === column.type))
    .map((column) => column.name)
    .filter((name) => allowed(first, name) && allowed(second, name));
  return [...both].sort((a, b) => Number(looksLikeId(b)) - Number(looksLikeId(a)));
}

const open = (table: TableInfo) => table.analysis.rule !== "aggregation";

const average = (column: string | undefined, prefix = "") =>
  column === undefined ? [] : [`avg(${prefix}${quoted(column)}) as ${quoted(`average_${column}`)}`];

const select = (parts: readonly string[], rest: readonly string[]) =>
  `select\n${parts.map((part) => `  ${part}`).join(",\n")}\n${rest.join("\n")}\n`;

export const TEMPLATES: readonly Template[] = [
  {
    id: "overview",
    about: "How many rows there are, and the average of each number",
    tables: 1,
    write: (table) =>
      select(
        ["count(*) as row_count", ...measures(table).flatMap((name) => average(name))],
        [`from ${table.name}`],
      ),
  },
  {
    id: "group",
    about: "A count and an average for each value of a column",
    tables: 1,
    write: (table) => {
      const [group] = groups(table);
      if (group === undefined) return undefined;
      const [measure] = measures(table).filter((name) => name !== group);
      return select(
        [quoted(group), "count(*) as row_count", ...average(measure)],
        [`from ${table.name}`, `group by ${quoted(group)}`, `order by ${quoted(group)}`],
      );
    },
  },
  {
    id: "join",
    about: "Two tables joined on a column of both, counted by a group of the first",
    tables: 2,
    write: (first, second) => {
      const [key] = keys(first, second);
      const [group] = groups(first).filter((name) => name !== key);
      if (key === undefined || group === undefined) return undefined;
      const [measure] = measures(second).filter((name) => name !== key);
      return select(
        [`a.${quoted(group)}`, "count(*) as row_count", ...average(measure, "b.")],
        [
          `from ${first.name} a`,
          `join ${second.name} b on a.${quoted(key)} = b.${quoted(key)}`,
          `group by a.${quoted(group)}`,
          `order by a.${quoted(group)}`,
        ],
      );
    },
  },
  {
    id: "overlap",
    about: "How many values of a column both tables have",
    tables: 2,
    write: (first, second) => {
      const [key] = keys(first, second);
      if (key === undefined) return undefined;
      return select(
        [`count(distinct a.${quoted(key)}) as in_both`],
        [`from ${first.name} a`, `join ${second.name} b on a.${quoted(key)} = b.${quoted(key)}`],
      );
    },
  },
  {
    id: "top",
    about: "The values of a column with the most rows",
    tables: 1,
    write: (table) => {
      const [group] = groups(table);
      if (group === undefined) return undefined;
      return select(
        [quoted(group), "count(*) as row_count"],
        [
          `from ${table.name}`,
          `group by ${quoted(group)}`,
          `order by row_count desc, ${quoted(group)}`,
          "limit 10",
        ],
      );
    },
  },
  {
    id: "histogram",
    about: "How many rows fall into each stretch of ten of a number",
    tables: 1,
    write: (table) => {
      const [measure] = open(table) ? measures(table) : [];
      if (measure === undefined) return undefined;
      const bucket = `floor(${quoted(measure)} / 10.0) * 10`;
      return select(
        [`${bucket} as from_value`, "count(*) as row_count"],
        [`from ${table.name}`, `group by ${bucket}`, "order by from_value"],
      );
    },
  },
  {
    id: "series",
    about: "How many rows each month has",
    tables: 1,
    write: (table) => {
      const days = of(table, "datetime", "date");
      const [day] = open(table) ? days : days.filter((name) => groups(table).includes(name));
      if (day === undefined) return undefined;
      const month = `date_trunc('month', ${quoted(day)})`;
      return select(
        [`${month} as month`, "count(*) as row_count"],
        [`from ${table.name}`, `group by ${month}`, "order by month"],
      );
    },
  },
];
