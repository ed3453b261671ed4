/**
 * Tables: sorted and searched here, rows drawn only where they are seen. Long tables stay tables for screen readers:
 * `aria-rowcount` and `aria-rowindex` say where a row is.
 */
import { Table, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import {
  type ColumnDef,
  columnFilteringFeature,
  createFilteredRowModel,
  createSortedRowModel,
  filterFn_includesString,
  globalFilteringFeature,
  type RowData,
  rowSortingFeature,
  type SortingState,
  sortFn_basic,
  sortFn_text,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import classes from "./DataTable.module.css";

export const features = tableFeatures({
  columnFilteringFeature,
  globalFilteringFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
  filterFns: { includesString: filterFn_includesString },
  sortFns: { basic: sortFn_basic, text: sortFn_text },
});

// biome-ignore lint/suspicious/noExplicitAny: a column's value has any type
export type Column<T extends RowData> = ColumnDef<typeof features, T, any>;

interface Props<T extends RowData> {
  /** What the table is of, for screen readers. */
  caption: string;
  columns: Column<T>[];
  data: T[];
  rowKey: (row: T) => string;
  search?: string;
  initialSort?: SortingState;
  /** What is shown when the search finds nothing. */
  nothing?: ReactNode;
  rowHeight?: number;
}

const ARIA = { asc: "ascending", desc: "descending" } as const;

export function DataTable<T extends RowData>(props: Props<T>) {
  const { columns, data, rowHeight = 45 } = props;
  const [sorting, setSorting] = useState<SortingState>(props.initialSort ?? []);
  const table = useTable({
    features,
    columns,
    data,
    state: { sorting, globalFilter: props.search ?? "" },
    onSortingChange: setSorting,
    globalFilterFn: "includesString",
    getRowId: props.rowKey,
  });
  const rows = table.getRowModel().rows;
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    setOffset(body.current ? body.current.getBoundingClientRect().top + window.scrollY : 0);
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: offset,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const before = items.length > 0 ? (items[0]?.start ?? 0) - offset : 0;
  const after = items.length > 0 ? virtual.getTotalSize() - ((items.at(-1)?.end ?? 0) - offset) : 0;
  const width = columns.length;

  return (
    <div className={classes.frame}>
      <Table
        className={classes.table}
        aria-rowcount={rows.length + 1}
        verticalSpacing={8}
        horizontalSpacing="md"
      >
        <caption>
          <VisuallyHidden>{props.caption}</VisuallyHidden>
        </caption>
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id}>
              {group.headers.map((header) => {
                const sorted = header.column.getIsSorted();
                return (
                  <Table.Th
                    key={header.id}
                    aria-sort={sorted ? ARIA[sorted] : header.column.getCanSort() ? "none" : undefined}
                  >
                    {header.column.getCanSort() ? (
                      <UnstyledButton
                        className={classes.sort}
                        onClick={header.column.getToggleSortingHandler()}
                      >
                        <table.FlexRender header={header} />
                        {sorted === "asc" ? (
                          <IconArrowUp size={13} aria-hidden />
                        ) : sorted === "desc" ? (
                          <IconArrowDown size={13} aria-hidden />
                        ) : (
                          <IconArrowsSort size={13} aria-hidden className={classes.idle} />
                        )}
                      </UnstyledButton>
                    ) : (
                      <table.FlexRender header={header} />
                    )}
                  </Table.Th>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody ref={body}>
          {before > 0 && (
            <tr aria-hidden>
              <td colSpan={width} style={{ height: before, padding: 0, border: 0 }} />
            </tr>
          )}
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <Table.Tr
                key={row.id}
                data-index={item.index}
                ref={virtual.measureElement}
                aria-rowindex={item.index + 2}
              >
                {row.getAllCells().map((cell) => (
                  <Table.Td key={cell.id}>
                    <table.FlexRender cell={cell} />
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
          {after > 0 && (
            <tr aria-hidden>
              <td colSpan={width} style={{ height: after, padding: 0, border: 0 }} />
            </tr>
          )}
          {rows.length === 0 && (
            <Table.Tr>
              <Table.Td colSpan={width}>{props.nothing ?? "Nothing matches."}</Table.Td>
            </Table.Tr>
          )}
        </Table.Tbody>
      </Table>
    </div>
  );
}
