import { Badge, Box, Stack, Text } from "@mantine/core";
import type { TableInfo } from "./tables";

/** What there is to ask: tables, their columns and types. */
export function TableList({ tables }: { tables: readonly TableInfo[] }) {
  if (tables.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No dataset is shared to this workspace yet. Its owner shares it on the page of the dataset, under
        Data.
      </Text>
    );
  }
  return (
    <Stack
      gap="md"
      mah={360}
      style={{ overflow: "auto" }}
      tabIndex={0}
      role="group"
      aria-label="Tables to read"
    >
      {tables.map((table) => (
        <div key={table.name}>
          <Text size="sm" ff="monospace" fw={600} style={{ overflowWrap: "anywhere" }}>
            {table.name}
          </Text>
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {table.dataset}, {table.owner}
          </Text>
          {table.analysis.rule === "aggregation" && (
            <Badge size="xs" variant="default" tt="none" mt={2}>
              aggregates over {table.analysis.threshold} or more only
            </Badge>
          )}
          <Box component="ul" m={0} mt={4} pl={0} style={{ listStyle: "none" }}>
            {table.columns.map((column) => (
              <Text
                key={column.name}
                component="li"
                size="xs"
                style={{ display: "flex", justifyContent: "space-between", gap: 8 }}
              >
                <span
                  style={{ fontFamily: "var(--mantine-font-family-monospace)", overflowWrap: "anywhere" }}
                >
                  {column.name}
                </span>
                <Text span size="xs" c="dimmed">
                  {column.type}
                </Text>
              </Text>
            ))}
          </Box>
        </div>
      ))}
    </Stack>
  );
}
