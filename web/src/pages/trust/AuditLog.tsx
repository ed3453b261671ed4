import "../../styles-forms";
import { Box, Button, Group, Menu, Stack } from "@mantine/core";
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
        <Menu.Label>With the filters of this page</Menu.Label>
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

/** The log of an organisation or of one workspace; its filters are in the address. */
export function LogTable(props: {
  search: LogSearch;
  onSearch: (search: LogSearch) => void;
  workspace?: string;
}) {
  const { search } = props;
  const filter = filterOf(search, props.workspace);
  const { log, all, more } = useLog(filter, search.live ?? false);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <LogFilters search={search} onSearch={props.onSearch} />
        <Export filter={filter as Record<string, string>} />
      </Group>
      <Verified entries={all} />
      <Box className="card" style={{ overflowX: "auto" }}>
        <Loaded of={log}>
          {() =>
            all.length === 0 ? (
              <Empty
                icon={IconFileText}
                title="No entry matches"
                action={
                  <Button variant="default" size="xs" onClick={() => props.onSearch({})}>
                    Clear filters
                  </Button>
                }
              >
                Choose another act, other words or a longer time.
              </Empty>
            ) : (
              <LogEntries entries={all} />
            )
          }
        </Loaded>
      </Box>
      {more && (
        <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Load older entries
        </Button>
      )}
    </Stack>
  );
}
