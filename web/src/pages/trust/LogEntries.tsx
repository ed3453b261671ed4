import { Badge, Code, Table, Text } from "@mantine/core";
import type { AuditEntry } from "../../api/queries";
import { Time } from "../../ui/Time";

export function LogEntries({ entries }: { entries: AuditEntry[] }) {
  return (
    <Table aria-label="Audit log" miw={760}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Entry</Table.Th>
          <Table.Th>When</Table.Th>
          <Table.Th>Who</Table.Th>
          <Table.Th>Act</Table.Th>
          <Table.Th>Target</Table.Th>
          <Table.Th>Outcome</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => (
          <Table.Tr key={entry.encoded}>
            <Table.Td>
              {entry.index ?? (
                <Text size="xs" c="dimmed">
                  not yet in the log
                </Text>
              )}
            </Table.Td>
            <Table.Td style={{ whiteSpace: "nowrap" }}>
              <Time at={entry.at} />
            </Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{entry.actor}</Table.Td>
            <Table.Td>
              <Code>{entry.action}</Code>
            </Table.Td>
            <Table.Td maw={190}>
              {entry.target ? (
                <Text size="xs" ff="monospace" truncate title={entry.target}>
                  {entry.target}
                </Text>
              ) : (
                "-"
              )}
            </Table.Td>
            <Table.Td>
              {entry.outcome === "done" ? (
                "done"
              ) : (
                <Badge
                  color="red"
                  variant="light"
                  radius="sm"
                  tt="none"
                  styles={{ label: { color: "var(--mantine-color-text)" } }}
                >
                  refused{entry.check ? `: ${entry.check}` : ""}
                </Badge>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
