/** What a Parquet file on the disk says of itself, and its first rows. */
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { FileProblem } from "./file";

export const asyncBufferFromBlob = (file: Blob): AsyncBuffer => ({
  byteLength: file.size,
  slice: (start, end) => file.slice(start, end).arrayBuffer(),
});

/** Its metadata, top columns and first rows. */
export async function parquetLook(file: AsyncBuffer, rows: number) {
  const { decompress } = await import("fzstd");
  const compressors = {
    ZSTD: (input: Uint8Array, length: number) => decompress(input, new Uint8Array(length)),
  };
  try {
    const metadata = await parquetMetadataAsync(file);
    const elements = parquetSchema(metadata).children.map(({ element, children }) => ({
      name: element.name,
      type: element.type,
      converted: element.converted_type,
      logical: element.logical_type?.type,
      optional: element.repetition_type !== "REQUIRED",
      nested: children.length > 0 || element.repetition_type === "REPEATED",
    }));
    // A compression that is not read here is read by the worker; then only the columns are shown.
    const read = parquetReadObjects({ file, metadata, rowStart: 0, rowEnd: rows, compressors });
    return { metadata, elements, rows: (await read.catch(() => [])) as Record<string, unknown>[] };
  } catch (thrown) {
    throw new FileProblem(
      `The file begins like Parquet and cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
}
