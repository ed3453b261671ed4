/** Rows of a result, read in blocks when they are scrolled to: a table of any length costs what is seen of it. */
import type { Cell, Table } from "../../core/results/table";

export type Row = readonly Cell[];

const BLOCK = 2_000;
/** Blocks kept: the newest ones that were looked at. */
const KEPT = 40;

export class Rows {
  private readonly blocks = new Map<number, readonly Row[]>();
  private readonly asked = new Set<number>();

  constructor(
    readonly table: Table,
    /** Told when rows came. */
    private readonly onRead: () => void,
    private readonly onError: (thrown: unknown) => void,
  ) {}

  /** The row, if it was read. */
  at(index: number): Row | undefined {
    return this.blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
  }

  /** Sees to it that these rows are read. */
  want(first: number, last: number): void {
    for (let block = Math.floor(first / BLOCK); block <= Math.floor(last / BLOCK); block += 1) {
      void this.read(block);
    }
  }

  private async read(block: number): Promise<void> {
    const start = block * BLOCK;
    if (this.blocks.has(block) || this.asked.has(block) || start >= this.table.rows) return;
    this.asked.add(block);
    try {
      this.blocks.set(block, await this.table.slice(start, Math.min(start + BLOCK, this.table.rows)));
      for (const oldest of this.blocks.keys()) {
        if (this.blocks.size <= KEPT) break;
        this.blocks.delete(oldest);
      }
      this.onRead();
    } catch (thrown) {
      this.onError(thrown);
    } finally {
      this.asked.delete(block);
    }
  }
}

/** A value as it is shown; nothing has no text. */
export const shown = (value: Cell | undefined): string =>
  value === null || value === undefined ? "" : value instanceof Date ? dateText(value) : String(value);

/** A date without a time of day is shown as one. */
function dateText(date: Date): string {
  const text = date.toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text;
}

/** How wide each column is, in characters, from its name and the first rows. */
export function widths(table: Table, sample: readonly Row[]): readonly number[] {
  return table.columns.map(({ name }, at) => {
    const longest = sample.reduce((most, row) => Math.max(most, shown(row[at]).length), name.length);
    return Math.min(40, Math.max(8, longest)) + 5;
  });
}

/** A file's name from a job's: what file systems take. */
export const fileName = (job: string, run: string, ending: string): string =>
  `${
    job
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, "") || "result"
  }-${run.slice(-8)}.${ending}`;
