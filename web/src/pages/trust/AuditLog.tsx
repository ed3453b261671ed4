import "../../styles-forms";
import { Box, Button, Group, Loader, Menu, Stack, Text } from "@mantine/core";
import { IconDownload, IconFileText } from "@tabler/icons-react";
import { Empty, Loaded } from "../../ui/states";
import { exportUrl, filterOf, type LogSearch } from "./filter";
import { LogEntries } from "./LogEntries";
import { LogFilters } from "./LogFilters";
import { useLog } from "./useLog";
import { Verified } from "./Verified";

function Export({ filter }: { filter: Record<string, string> }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={15} />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>By act and time; a search narrows the page only</Menu.Label>
        <Menu.Item component="a" href={exportUrl(filter, "jsonl")} download="audit.jsonl">
          JSON lines, with proofs
        </Menu.Item>
        <Menu.Item component="a" href={exportUrl(filter, "csv")} download="audit.csv">
          CSV, with proofs
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** How far a search looked, and the way further. */
function Searched(props: ReturnType<typeof useLog>) {
  const { all, shown, more, going, further } = props;
  const entries = (count: number) => (count === 1 ? "1 entry" : `${count.toLocaleString("en")} entries`);
  const oldest = all.at(-1)?.index;
  const rest = more
    ? `older ones${oldest ? `, before entry ${oldest.toLocaleString("en")},` : ""} are not searched yet.`
    : "that is all there is.";
  return (
    <Group gap="sm" role="status" aria-label="How far the search looked">
      {going && <Loader size={14} aria-hidden />}
      <Text size="sm" c="dimmed">
        {shown.length.toLocaleString("en")} found in {entries(all.length)} searched; {rest}
      </Text>
      {more && !going && (
        <Button size="compact-sm" variant="default" onClick={further}>
          Continue the search
        </Button>
      )}
    </Group>
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
  const found = useLog(filter, search.q ?? "", search.live ?? false);
  const { log, all, shown, more } = found;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <LogFilters search={search} onSearch={props.onSearch} />
        <Export filter={filter as Record<string, string>} />
      </Group>
      <Verified entries={all} />
      {search.q && log.data && <Searched {...found} />}
      <Box className="card" style={{ overflowX: "auto" }}>
        <Loaded of={log}>
          {() =>
            shown.length === 0 ? (
              <Empty
                icon={IconFileText}
                title={search.q && more ? "Nothing found so far" : "No entry matches"}
                action={
                  <Button variant="default" size="xs" onClick={() => props.onSearch({})}>
                    Clear filters
                  </Button>
                }
              >
                {search.q && more
                  ? "Older entries are not searched yet: continue the search, or narrow by act and time."
                  : "Choose another act or a longer time."}
              </Empty>
            ) : (
              <LogEntries entries={shown} />
            )
          }
        </Loaded>
      </Box>
      {more && !search.q && (
        <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Load older entries
        </Button>
      )}
    </Stack>
  );
}
