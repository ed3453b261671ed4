/** What a result looks like as a chart: which columns, which kind, and what that says. */
import type { Cell, Table } from "../../core/results/table";
import { type Row, shown } from "./rows";

export type Kind = "bar" | "line" | "scatter";
export type Measure = "number" | "time" | "category";

export interface ChartChoice {
  readonly x: string;
  readonly y: string;
  readonly kind: Kind;
}

/** Points drawn at most: more is a blur. */
export const MOST_POINTS = 2_000;

/** What a column holds, by the first value it has. */
export function measureOf(rows: readonly Row[], at: number): Measure {
  const value = rows.find((row) => row[at] !== null && row[at] !== undefined)?.[at];
  if (typeof value === "number" || typeof value === "bigint") return "number";
  return value instanceof Date ? "time" : "category";
}

export interface ChartColumn {
  readonly name: string;
  readonly at: number;
  readonly measure: Measure;
}

export const chartColumns = (table: Table, rows: readonly Row[]): readonly ChartColumn[] =>
  table.columns.map(({ name }, at) => ({ name, at, measure: measureOf(rows, at) }));

/** The kind that goes with the columns chosen. */
export function kindFor(x: ChartColumn, rows: readonly Row[]): Kind {
  if (x.measure === "time") return "line";
  if (x.measure === "category") return "bar";
  return new Set(rows.map((row) => shown(row[x.at]))).size <= 40 ? "bar" : "scatter";
}

/** A first chart: the last number over the first other column; nothing where there is no number to draw. */
export function defaultChart(columns: readonly ChartColumn[], rows: readonly Row[]): ChartChoice | undefined {
  const y = columns.findLast((column) => column.measure === "number");
  const x =
    columns.find((column) => column !== y && column.measure !== "number") ??
    columns.find((column) => column !== y);
  if (!x || !y) return undefined;
  return { x: x.name, y: y.name, kind: kindFor(x, rows) };
}

export interface Point {
  readonly x: string | number;
  readonly y: number;
}

const numberOf = (value: Cell | undefined): number =>
  value === null || value === undefined || typeof value === "string" ? Number.NaN : Number(value);

/** The points of a choice, in the rows' order; rows without a number there have none. */
export function pointsOf(rows: readonly Row[], x: ChartColumn, y: ChartColumn, kind: Kind): readonly Point[] {
  const numeric = kind === "scatter" && x.measure === "number";
  return rows.flatMap((row) => {
    const value = numberOf(row[y.at]);
    const place = numeric ? numberOf(row[x.at]) : shown(row[x.at]) || "(none)";
    return Number.isFinite(value) && (typeof place === "string" || Number.isFinite(place))
      ? [{ x: place, y: value }]
      : [];
  });
}

/** A chart in a sentence, for those who do not see it. */
export function summary({ x, y, kind }: ChartChoice, points: readonly Point[]): string {
  const word = { bar: "Bar chart", line: "Line chart", scatter: "Scatter plot" }[kind];
  if (points.length === 0) return `${word} of ${y} by ${x}: no values`;
  const values = points.map((point) => point.y);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${word} of ${y} by ${x}: ${points.length} values, from ${low} to ${high}`;
}
