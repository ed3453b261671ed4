/** A result as a table: Parquet, read by `hyparquet` (Zstandard by `fzstd`), both loaded when a result is opened. */
import { messageOf, refused } from "../errors";

/** A value of a result. Whole numbers beyond 2^53 are `bigint`, moments are `Date`. */
export type Cell = null | boolean | number | bigint | string | Date;

/** A result. */
export interface Table {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number;
  /** Rows from `start` up to `end`, each in the order of the columns. */
  slice(start: number, end: number): Promise<readonly (readonly Cell[])[]>;
}

function cell(value: unknown): Cell {
  switch (typeof value) {
    case "bigint":
      return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
        ? Number(value)
        : value;
    case "boolean":
    case "number":
    case "string":
      return value;
    default:
      if (value === null || value === undefined) {
        return null;
      }
      return value instanceof Date ? value : JSON.stringify(value);
  }
}

/** Reads a Parquet file in memory. */
export async function readTable(parquet: Uint8Array): Promise<Table> {
  const [{ parquetMetadata, parquetReadObjects, parquetSchema }, { decompress }] = await Promise.all([
    import("hyparquet"),
    import("fzstd"),
  ]);
  const file = Uint8Array.from(parquet).buffer;
  const compressors = {
    ZSTD: (input: Uint8Array, length: number) => decompress(input, new Uint8Array(length)),
  };
  try {
    const metadata = parquetMetadata(file);
    const columns = parquetSchema(metadata).children.map(({ element }) => ({
      name: element.name,
      type: (element.logical_type?.type ?? element.converted_type ?? element.type ?? "unknown").toLowerCase(),
    }));
    return {
      columns,
      rows: Number(metadata.num_rows),
      slice: async (start, end) => {
        const options = { file, metadata, compressors, rowStart: start, rowEnd: end, utf8: true };
        const objects = await parquetReadObjects(options);
        return objects.map((row) => columns.map(({ name }) => cell((row as Record<string, unknown>)[name])));
      },
    };
  } catch (thrown) {
    throw refused("result", `the result is no Parquet file: ${messageOf(thrown)}`);
  }
}

function csvField(value: Cell): string {
  const text = value === null ? "" : value instanceof Date ? value.toISOString() : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A whole table as CSV with a header; an absent value is an empty field. */
export async function toCsv(table: Table): Promise<string> {
  const rows = await table.slice(0, table.rows);
  const lines = [table.columns.map(({ name }) => csvField(name)), ...rows.map((row) => row.map(csvField))];
  return `${lines.map((line) => line.join(",")).join("\n")}\n`;
}
