import "../../styles-forms";
import {
  Autocomplete,
  Badge,
  Box,
  Button,
  Code,
  Group,
  Menu,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconDownload, IconFileText, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { type AuditEntry, auditQuery } from "../../api/queries";
import { Empty, Loaded } from "../../ui/states";
import { Time } from "../../ui/Time";
import { exportUrl, filterOf, type LogSearch } from "./filter";
import { Verified } from "./Verified";

const ACTIONS = [
  "audit.export",
  "audit.read",
  "certificate.issue",
  "dataset.add",
  "dataset.share",
  "dataset.revoke",
  "job.create",
  "job.submit",
  "job.approve",
  "job.review",
  "job.run",
  "run.finish",
  "run.output",
  "run.bundle",
  "session.create",
  "session.end",
  "user.add",
  "user.roles",
  "workspace.create",
  "workspace.accept",
  "workspace.decline",
  "workspace.archive",
];

const matches = (entry: AuditEntry, q: string) =>
  [entry.actor, entry.action, entry.target, entry.outcome, entry.check].some((text) =>
    text?.toLowerCase().includes(q.toLowerCase()),
  );

function Filters(props: { search: LogSearch; onSearch: (search: LogSearch) => void }) {
  const { search, onSearch } = props;
  const [q, setQ] = useState(search.q ?? "");
  const [settled] = useDebouncedValue(q, 250);
  const [action, setAction] = useState(search.action ?? "");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address follows the field when typing pauses
  useEffect(() => {
    if (settled !== (search.q ?? "")) onSearch({ ...search, q: settled });
  }, [settled]);
  return (
    <Group gap="sm" align="flex-end">
      <TextInput
        label="Search"
        placeholder="Person, act, target, check"
        leftSection={<IconSearch size={15} />}
        value={q}
        onChange={(event) => setQ(event.currentTarget.value)}
        w={220}
      />
      <Autocomplete
        label="Act"
        placeholder="all"
        data={ACTIONS}
        value={action}
        onChange={setAction}
        onOptionSubmit={(value) => onSearch({ ...search, action: value })}
        onBlur={() => action !== (search.action ?? "") && onSearch({ ...search, action })}
        onKeyDown={(event) => event.key === "Enter" && onSearch({ ...search, action })}
        w={190}
      />
      <TextInput
        label="From"
        type="date"
        value={search.from ?? ""}
        onChange={(event) => onSearch({ ...search, from: event.currentTarget.value })}
      />
      <TextInput
        label="To"
        type="date"
        value={search.to ?? ""}
        onChange={(event) => onSearch({ ...search, to: event.currentTarget.value })}
      />
      <Switch
        label="Live"
        mb={8}
        checked={search.live ?? false}
        onChange={(event) => onSearch({ ...search, live: event.currentTarget.checked })}
      />
    </Group>
  );
}

function Entries({ entries }: { entries: AuditEntry[] }) {
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

/** The log of an organisation or of one workspace; its filters are in the address. */
export function LogTable(props: {
  search: LogSearch;
  onSearch: (search: LogSearch) => void;
  workspace?: string;
}) {
  const { search } = props;
  const filter = filterOf(search, props.workspace);
  const log = useInfiniteQuery({ ...auditQuery(filter), refetchInterval: search.live ? 3000 : false });
  const all = useMemo(() => log.data?.pages.flatMap((page) => page.items) ?? [], [log.data]);
  const shown = search.q ? all.filter((entry) => matches(entry, search.q ?? "")) : all;
  const plain = filter as Record<string, string>;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <Filters search={search} onSearch={props.onSearch} />
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" leftSection={<IconDownload size={15} />}>
              Export
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component="a" href={exportUrl(plain, "jsonl")} download="audit.jsonl">
              JSON lines, with proofs
            </Menu.Item>
            <Menu.Item component="a" href={exportUrl(plain, "csv")} download="audit.csv">
              CSV, with proofs
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      <Verified entries={all} />
      <Box className="card" style={{ overflowX: "auto" }}>
        <Loaded of={log}>
          {() =>
            shown.length === 0 ? (
              <Empty
                icon={IconFileText}
                title="No entry matches"
                action={
                  <Button variant="default" size="xs" onClick={() => props.onSearch({})}>
                    Clear filters
                  </Button>
                }
              >
                {search.q && log.hasNextPage
                  ? "The search looks through the entries that are loaded: load older ones, or narrow by act and time."
                  : "Choose another act or a longer time."}
              </Empty>
            ) : (
              <Entries entries={shown} />
            )
          }
        </Loaded>
      </Box>
      {log.hasNextPage && (
        <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Load older entries
        </Button>
      )}
    </Stack>
  );
}
