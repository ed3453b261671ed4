/**
 * The tables of a SQL job: what its spec's name map holds.
 *
 * This finds names after FROM and JOIN and nothing more: the engine refuses every table outside the map whatever is found
 * here. A WITH query that hides a shared table is refused, so that a reader of the query is never misled.
 */
import type { Digest } from "../bytes";
import { invalid } from "../errors";

const MAX_SQL = 256 << 10;

/** A part of a query that is neither blank nor comment. */
export interface Token {
  readonly kind: "word" | "quoted" | "mark" | "other";
  /** Words in lower case, quoted names without their quotes. */
  readonly text: string;
  /** Where it stands. */
  readonly from: number;
  readonly to: number;
}

const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|[\p{L}_][\p{L}\p{N}_$]*|[0-9][\w.]*|[\s\S]/gu;

/** The tokens of a query, in order. */
export function tokens(sql: string): readonly Token[] {
  const found: Token[] = [];
  for (const { 0: text, index: from } of sql.matchAll(TOKEN)) {
    const place = { from, to: from + text.length };
    if (/^(?:\s|--|\/\*)/.test(text)) {
      continue;
    }
    if (text.startsWith('"')) {
      found.push({ kind: "quoted", text: text.slice(1, -1).replaceAll('""', '"'), ...place });
    } else if (/^[\p{L}_]/u.test(text)) {
      found.push({ kind: "word", text: text.toLowerCase(), ...place });
    } else {
      found.push({ kind: /^[(),.;]$/.test(text) ? "mark" : "other", text, ...place });
    }
  }
  return found;
}

/** Words that end a FROM clause at its own depth. */
const ENDS = new Set(
  "where group having order limit offset fetch window union intersect except qualify select".split(" "),
);

/** One level of parentheses: whether a SELECT begins it, and whether a table is expected next. */
interface Level {
  query: boolean;
  from: boolean;
  expecting: boolean;
}

/** What a query names. */
export interface Names {
  /** What stands where a table is expected. */
  readonly relations: readonly Token[];
  /** What its WITH queries are called. */
  readonly expressions: ReadonlySet<string>;
}

/** The tokens of exactly one query; one `;` may end it. */
function oneQuery(all: readonly Token[]): readonly Token[] {
  const last = all.at(-1);
  const tokens = last?.text === ";" && last.kind === "mark" ? all.slice(0, -1) : all;
  const begin = tokens.find((token) => token.text !== "(");
  const more = tokens.some((token) => token.kind === "mark" && token.text === ";");
  if (more || begin?.kind !== "word" || !["select", "with", "values"].includes(begin.text)) {
    throw invalid("a job holds exactly one query (SELECT)");
  }
  return tokens;
}

/** The names of relations in a query, and those its WITH queries give; throws where it cannot be read. */
export function namesIn(sql: string): Names {
  const all = oneQuery(tokens(sql));
  const is = (at: number, text: string): boolean => all[at]?.kind !== "quoted" && all[at]?.text === text;
  const relations: Token[] = [];
  const expressions = new Set<string>();
  const levels: Level[] = [{ query: false, from: false, expecting: false }];
  all.forEach((token, at) => {
    const level = levels.at(-1);
    if (level === undefined) {
      throw invalid("the query has a parenthesis too many");
    }
    if (is(at, "(")) {
      const nested = level.expecting;
      level.expecting = false;
      // Parentheses around tables in a FROM clause hold tables; those around a query begin with its own word.
      levels.push({ query: nested, from: nested, expecting: nested });
    } else if (is(at, ")")) {
      levels.pop();
    } else if (is(at, ",")) {
      level.expecting = level.from;
    } else if (token.kind === "word" || token.kind === "quoted") {
      word(token, at, level);
    }
  });
  if (levels.length !== 1) {
    throw invalid("the query cannot be read: a parenthesis is not closed");
  }
  return { relations, expressions };

  function word(token: Token, at: number, level: Level): void {
    const plain = token.kind === "word";
    if (plain && (token.text === "select" || token.text === "values" || token.text === "with")) {
      Object.assign(level, { query: true, from: false, expecting: false });
    } else if (plain && token.text === "from" && level.query && !is(at - 1, "distinct")) {
      Object.assign(level, { from: true, expecting: true });
    } else if (plain && token.text === "join" && level.from) {
      level.expecting = true;
    } else if (plain && ENDS.has(token.text)) {
      Object.assign(level, { from: false, expecting: false });
    } else if (level.expecting && !(plain && (token.text === "lateral" || token.text === "only"))) {
      level.expecting = false;
      relation(token, at);
    } else if (is(at + 1, "as") && is(at + 2, "(") && !level.from) {
      expressions.add(token.text);
    }
  }

  function relation(token: Token, at: number): void {
    if (is(at + 1, ".")) {
      throw invalid(`\`${token.text}.\` is not a table name: tables have one plain name`);
    }
    relations.push(token);
  }
}

/** The tables that `sql` reads, out of those the workspace's shares give. */
export function tablesOf(
  sql: string,
  known: Readonly<Record<string, Digest>>,
): Readonly<Record<string, Digest>> {
  const size = new TextEncoder().encode(sql).length;
  if (size > MAX_SQL) {
    throw invalid(`a query has at most ${MAX_SQL} bytes, got ${size}`);
  }
  const { relations, expressions } = namesIn(sql);
  const found: Record<string, Digest> = {};
  for (const { text: name } of relations) {
    const table = Object.hasOwn(known, name) ? known[name] : undefined;
    const hidden = expressions.has(name);
    if (table !== undefined && hidden) {
      throw invalid(`\`${name}\` names a shared table and a WITH query: give the WITH query another name`);
    }
    if (table === undefined && !hidden) {
      const there = Object.keys(known).sort().join(", ") || "none";
      throw invalid(`\`${name}\` is not a table shared to the workspace (shared: ${there})`);
    }
    if (table !== undefined) {
      found[name] = table;
    }
  }
  if (Object.keys(found).length === 0) {
    throw invalid("the query reads no shared table");
  }
  return found;
}
