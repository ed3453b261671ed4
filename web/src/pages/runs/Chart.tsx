import { Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import {
  type ChartChoice,
  type ChartColumn,
  defaultChart,
  type Kind,
  kindFor,
  pointsOf,
  summary,
} from "./charting";
import { draw } from "./draw";
import type { Row } from "./rows";
import classes from "./runs.module.css";

const KINDS: readonly { value: Kind; label: string }[] = [
  { value: "bar", label: "Bars" },
  { value: "line", label: "Line" },
  { value: "scatter", label: "Points" },
];

const names = (columns: readonly ChartColumn[]) => columns.map((column) => column.name);

function Chosen(props: {
  columns: readonly ChartColumn[];
  rows: readonly Row[];
  first: ChartChoice;
  all: boolean;
}) {
  const { columns, rows } = props;
  const [choice, setChoice] = useState(props.first);
  const place = useRef<HTMLDivElement>(null);
  const numbers = columns.filter((column) => column.measure === "number");
  const x = columns.find((column) => column.name === choice.x);
  const y = columns.find((column) => column.name === choice.y);
  const points = useMemo(() => (x && y ? pointsOf(rows, x, y, choice.kind) : []), [rows, x, y, choice.kind]);
  useEffect(() => (place.current ? draw(place.current, choice, points) : undefined), [choice, points]);
  const chooseX = (name: string) => {
    const column = columns.find((one) => one.name === name);
    if (column) setChoice({ ...choice, x: name, kind: kindFor(column, rows) });
  };
  const words = summary(choice, points);
  return (
    <Stack gap="sm">
      <Group>
        <NativeSelect
          label="Across"
          data={names(columns)}
          value={choice.x}
          onChange={(event) => chooseX(event.currentTarget.value)}
        />
        <NativeSelect
          label="Up"
          data={names(numbers)}
          value={choice.y}
          onChange={(event) => setChoice({ ...choice, y: event.currentTarget.value })}
        />
        <NativeSelect
          label="Drawn as"
          data={[...KINDS]}
          value={choice.kind}
          onChange={(event) => setChoice({ ...choice, kind: event.currentTarget.value as Kind })}
        />
      </Group>
      <div ref={place} className={classes.chart} role="img" aria-label={words} />
      <Text size="xs" c="dimmed">
        {words}. {!props.all && `Only the first ${rows.length.toLocaleString("en")} rows are drawn. `}The
        table has every value.
      </Text>
    </Stack>
  );
}

/** A result as a chart; which columns and how is the reader's choice. */
export function Chart({
  columns,
  rows,
  all,
}: {
  columns: readonly ChartColumn[];
  rows: readonly Row[];
  all: boolean;
}) {
  const first = useMemo(() => defaultChart(columns, rows), [columns, rows]);
  if (!first) {
    return (
      <Text size="sm" py="md">
        A chart needs a column of numbers and another column beside it. This result has none: see the table.
      </Text>
    );
  }
  return <Chosen columns={columns} rows={rows} first={first} all={all} />;
}
