/** The beginning of a file, read on this device: what it is, its columns, their types, rows that do not fit. */
import type { Column, ColumnType } from "../../core/statement/bodies/rules";
import { schemaProblem } from "../../core/statement/bodies/rules";
import { isDate, isMoment } from "../../core/verify/rules";

/** The largest file that is added in a browser, in bytes. */
export const LARGEST = 2 * 2 ** 30;
/** Bytes of a CSV file that are looked at. */
const BEGINNING = 1 << 20;
/** Rows that are shown. */
export const SHOWN = 100;

/** Why a file cannot be added, in words for whoever chose it. */
export class FileProblem extends Error {}

export interface BadLine {
  readonly line: number;
  readonly why: string;
}

/** What was seen. */
export interface Look {
  readonly format: "CSV" | "Parquet";
  readonly columns: readonly Column[];
  /** The first rows, as texts. */
  readonly rows: readonly (readonly string[])[];
  readonly bad: readonly BadLine[];
  /** Rows that were looked at. */
  readonly seen: number;
  /** Whether that was the whole file. */
  readonly whole: boolean;
}

const isNaNWord = (text: string) => text.toLowerCase() === "nan";
const leadingZero = (text: string) => /^[+-]*0\d/.test(text);
const isInteger = (text: string) => {
  if (!/^[+-]?\d{1,19}$/.test(text)) return false;
  const value = BigInt(text);
  return value >= -(2n ** 63n) && value < 2n ** 63n;
};
const isFloat = (text: string) =>
  isNaNWord(text) || (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text)));

/** Tests in the order of narrowness; the same order as the worker's. */
const FITS: readonly (readonly [ColumnType, (text: string) => boolean])[] = [
  ["boolean", (text) => /^(true|false)$/i.test(text)],
  ["integer", (text) => !leadingZero(text) && isInteger(text)],
  ["float", (text) => !leadingZero(text) && isFloat(text)],
  ["date", isDate],
  ["datetime", (text) => isDate(text) || isMoment(text)],
];

/** The narrowest type that every value has; empty ones have none. */
export function typeOf(values: readonly string[]): ColumnType {
  const there = values.filter((value) => value !== "");
  if (there.length === 0) return "string";
  const found = FITS.find(([, fits]) => there.every(fits))?.[0] ?? "string";
  return found === "float" && there.every(isNaNWord) ? "string" : found;
}

function columnsOf(names: readonly string[], rows: readonly (readonly string[])[]): readonly Column[] {
  return names.map((name, at) => {
    const values = rows.map((row) => row[at] ?? "");
    return { name, type: typeOf(values), nullable: values.includes("") };
  });
}

async function beginning(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, BEGINNING).arrayBuffer());
  if (bytes.includes(0)) {
    throw new FileProblem(
      "This is no text: CSV and Parquet files can be added. Export the table as one of these.",
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    throw new FileProblem("The text is not UTF-8. Save it again as CSV with the encoding UTF-8.");
  }
}

async function csv(file: Blob, header: boolean): Promise<Look> {
  const text = await beginning(file);
  if (/^\s*[{[]/.test(text)) {
    throw new FileProblem(
      "This looks like JSON: CSV and Parquet files can be added. Export it as one of these.",
    );
  }
  const { parse } = (await import("papaparse")).default;
  const { data } = parse<string[]>(text, { skipEmptyLines: true, delimitersToGuess: [",", ";", "\t", "|"] });
  const whole = file.size <= BEGINNING;
  const all = whole ? data : data.slice(0, -1);
  const first = all[0];
  if (first === undefined) throw new FileProblem("The file has no rows.");
  const names = header ? first : first.map((_, at) => `c${at + 1}`);
  const body = header ? all.slice(1) : all;
  if (body.length === 0) {
    throw new FileProblem(
      header ? "The file has a header and no rows below it." : "No row of the file can be read.",
    );
  }
  const line = (at: number) => at + (header ? 2 : 1);
  const bad = body.flatMap((row, at) =>
    row.length === names.length
      ? []
      : [{ line: line(at), why: `${row.length} fields instead of ${names.length}` }],
  );
  const good = body.filter((row) => row.length === names.length);
  const columns = columnsOf(names, good);
  return { format: "CSV", columns, rows: good.slice(0, SHOWN), bad, seen: body.length, whole };
}

const OF_LOGICAL: Record<string, ColumnType> = { DATE: "date", TIMESTAMP: "datetime", STRING: "string" };
const OF_CONVERTED: Record<string, ColumnType> = {
  DATE: "date",
  TIMESTAMP_MILLIS: "datetime",
  TIMESTAMP_MICROS: "datetime",
  UTF8: "string",
};
const OF_PHYSICAL: Record<string, ColumnType> = {
  BOOLEAN: "boolean",
  INT32: "integer",
  INT64: "integer",
  INT96: "datetime",
  FLOAT: "float",
  DOUBLE: "float",
  BYTE_ARRAY: "string",
};

const shown = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : value instanceof Date
      ? value.toISOString()
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);

async function parquet(file: File): Promise<Look> {
  const { asyncBufferFromBlob, parquetLook } = await import("./parquet");
  const { metadata, elements, rows } = await parquetLook(asyncBufferFromBlob(file), SHOWN);
  const columns = elements.map((element): Column => {
    const type =
      OF_LOGICAL[element.logical ?? ""] ??
      OF_CONVERTED[element.converted ?? ""] ??
      OF_PHYSICAL[element.type ?? ""];
    if (type === undefined || element.nested) {
      throw new FileProblem(
        `The column ${element.name} has a type that no dataset has. Leave it out, or write it as text.`,
      );
    }
    return { name: element.name, type, nullable: element.optional };
  });
  const texts = rows.map((row) => columns.map(({ name }) => shown(row[name])));
  const total = Number(metadata.num_rows);
  return {
    format: "Parquet",
    columns,
    rows: texts,
    bad: [],
    seen: texts.length,
    whole: texts.length === total,
  };
}

/** Looks at a file. Nothing of it leaves the device. */
export async function lookAt(file: File, header: boolean): Promise<Look> {
  if (file.size === 0) throw new FileProblem("The file is empty.");
  if (file.size > LARGEST) {
    throw new FileProblem(
      "The file is larger than 2 GB, the most that a browser adds. Use the command line: it takes any size.",
    );
  }
  const magic = await file.slice(0, 4).text();
  const look = magic === "PAR1" ? await parquet(file) : await csv(file, header);
  const problem = schemaProblem(look.columns);
  if (problem !== undefined) {
    throw new FileProblem(`${problem.charAt(0).toUpperCase()}${problem.slice(1).replaceAll("`", "")}.`);
  }
  return look;
}

/** A size as people read it. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let [value, at] = [count, 0];
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}
