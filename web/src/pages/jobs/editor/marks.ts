/** What a query names and no table has, found while it is written. Where it cannot be told for sure, nothing is said. */
import { PostgreSQL } from "@codemirror/lang-sql";
import { type Names, namesIn, type Token, tokens } from "../../../core/acts/sql";
import { CoreError } from "../../../core/errors";
import type { TableInfo } from "../tables";

/** A stretch of the query, and what is wrong with it. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const KEYWORDS = new Set(
  `${PostgreSQL.spec.keywords ?? ""} ${PostgreSQL.spec.types ?? ""} true false null`
    .toLowerCase()
    .split(/\s+/),
);

function readNames(sql: string): Names | undefined {
  try {
    return namesIn(sql);
  } catch (thrown) {
    if (thrown instanceof CoreError) return undefined;
    throw thrown;
  }
}

const isName = (token: Token): boolean =>
  token.kind === "quoted" || (token.kind === "word" && !KEYWORDS.has(token.text));

/** Whether a name after this token is one that the query gives: `expr AS name`, `expr name`, `table t`. */
const givesName = (before: Token | undefined): boolean =>
  before !== undefined &&
  (before.text === "as" ||
    before.text === ")" ||
    before.text === "end" ||
    isName(before) ||
    (before.kind === "other" && /^[\w']/.test(before.text)));

interface Scope {
  readonly all: readonly Token[];
  readonly relations: ReadonlySet<Token>;
  /** By every name under which the query can mean it. */
  readonly tables: ReadonlyMap<string, TableInfo>;
  /** What the query calls things itself. */
  readonly given: ReadonlySet<string>;
}

function scopeOf(sql: string, { relations }: Names, known: readonly TableInfo[]): Scope {
  const all = tokens(sql);
  const places = new Map(relations.map((token) => [token.from, token]));
  const tables = new Map<string, TableInfo>();
  const given = new Set<string>();
  all.forEach((token, at) => {
    const table = places.has(token.from) && known.find((one) => one.name === token.text);
    if (table) {
      tables.set(token.text, table);
      const next = all[at + 1]?.text === "as" ? all[at + 2] : all[at + 1];
      if (next && isName(next)) tables.set(next.text, table);
    }
    if (isName(token) && all[at + 1]?.text !== "." && givesName(all[at - 1])) given.add(token.text);
  });
  return { all, relations: new Set(all.filter((token) => places.has(token.from))), tables, given };
}

const has = (table: TableInfo, name: string): boolean => table.columns.some((column) => column.name === name);

function columnMark({ all, relations, tables, given }: Scope, at: number): Mark | undefined {
  const token = all[at];
  if (!token || relations.has(token)) return undefined;
  const [before, after] = [all[at - 1], all[at + 1]];
  const place = { from: token.from, to: token.to };
  if (before?.text === ".") {
    const table = tables.get(all[at - 2]?.text ?? "");
    const name = token.kind === "word" || token.kind === "quoted";
    if (!table || !name || has(table, token.text)) return undefined;
    return { ...place, text: `\`${table.name}\` has no column \`${token.text}\`` };
  }
  const certain =
    isName(token) &&
    after?.text !== "." &&
    after?.text !== "(" &&
    !(before?.kind === "other" && before.text === "$");
  if (!certain || given.has(token.text) || tables.has(token.text)) return undefined;
  if ([...tables.values()].some((table) => has(table, token.text))) return undefined;
  return { ...place, text: `no table of the query has a column \`${token.text}\`` };
}

/** Unknown tables, then unknown columns; nothing while the query cannot be read. */
export function marksOf(sql: string, known: readonly TableInfo[]): readonly Mark[] {
  const names = readNames(sql);
  if (!names) return [];
  const unknown = names.relations.filter(
    ({ text }) => !names.expressions.has(text) && !known.some((table) => table.name === text),
  );
  if (unknown.length > 0) {
    const there = known.map((table) => table.name).join(", ") || "none";
    return unknown.map(({ from, to, text }) => ({
      from,
      to,
      text: `\`${text}\` is not shared to this workspace (shared: ${there})`,
    }));
  }
  // A subquery gives columns of its own: only what one plain query names can be told.
  const scope = scopeOf(sql, names, known);
  if (scope.all.filter((token) => token.text === "select" && token.kind === "word").length !== 1) return [];
  return scope.all.flatMap((_, at) => columnMark(scope, at) ?? []);
}
