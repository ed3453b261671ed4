import { Table, Text } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useReducer, useRef, useState } from "react";
import type { Table as ResultRows } from "../../core/results/table";
import { ProblemAlert } from "../../ui/states";
import { measureOf } from "./charting";
import { type Row, Rows, shown, widths } from "./rows";
import classes from "./runs.module.css";

const HEIGHT = 33;

/** Rows of a table, read as they are scrolled to. */
function useRows(table: ResultRows) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [error, setError] = useState<unknown>();
  const rows = useMemo(() => new Rows(table, redraw, setError), [table]);
  return { rows, error };
}

function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

/** A row, or its place while it is read. */
function Line(props: {
  index: number;
  row: Row | undefined;
  table: ResultRows;
  numbers: readonly boolean[];
}) {
  const { index, row, table, numbers } = props;
  return (
    <Table.Tr aria-rowindex={index + 2} style={{ height: HEIGHT }}>
      {table.columns.map(({ name }, at) => (
        <Table.Td key={name} title={shown(row?.[at])} className={numbers[at] ? classes.number : undefined}>
          {row ? shown(row[at]) : "…"}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

/** A result of any length: only the rows in view are drawn, and screen readers are told where they are. */
export function ResultTable({ table, sample }: { table: ResultRows; sample: readonly Row[] }) {
  const frame = useRef<HTMLElement>(null);
  const { rows, error } = useRows(table);
  const virtual = useVirtualizer({
    count: table.rows,
    getScrollElement: () => frame.current,
    estimateSize: () => HEIGHT,
    overscan: 20,
    paddingStart: 0,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  const [from, to] = [first?.index, last?.index];
  useEffect(() => {
    if (from !== undefined && to !== undefined && !error) rows.want(from, to);
  }, [rows, from, to, error]);
  const wide = useMemo(() => widths(table, sample), [table, sample]);
  const numbers = useMemo(
    () => table.columns.map((_, at) => measureOf(sample, at) === "number"),
    [table, sample],
  );
  const total = wide.reduce((sum, one) => sum + one, 0);
  return (
    <>
      {error !== undefined && <ProblemAlert error={error} title="The rows cannot be read" />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <section aria-label="Rows" tabIndex={0} className={classes.rows} ref={frame}>
        <Table
          aria-label="Result rows"
          aria-rowcount={table.rows + 1}
          className={classes.table}
          stickyHeader
          style={{ width: `${total}ch` }}
        >
          <colgroup>
            {table.columns.map(({ name }, at) => (
              <col key={name} style={{ width: `${wide[at] ?? 10}ch` }} />
            ))}
          </colgroup>
          <Table.Thead>
            <Table.Tr aria-rowindex={1}>
              {table.columns.map(({ name, type }, at) => (
                <Table.Th
                  key={name}
                  title={`${name}, ${type}`}
                  className={numbers[at] ? classes.number : undefined}
                >
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            <Gap height={first?.start ?? 0} columns={table.columns.length} />
            {items.map(({ index }) => (
              <Line
                key={index}
                index={index}
                row={rows.at(index) ?? sample[index]}
                table={table}
                numbers={numbers}
              />
            ))}
            <Gap height={virtual.getTotalSize() - (last?.end ?? 0)} columns={table.columns.length} />
          </Table.Tbody>
        </Table>
      </section>
      <Text size="xs" c="dimmed">
        {table.rows === 1 ? "1 row" : `${table.rows.toLocaleString("en")} rows`},{" "}
        {table.columns.length === 1 ? "1 column" : `${table.columns.length} columns`}.
      </Text>
    </>
  );
}
