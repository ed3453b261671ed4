import { Autocomplete, Group, Switch, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { LogSearch } from "./filter";

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

/** What narrows the log; each change goes into the address. */
export function LogFilters(props: { search: LogSearch; onSearch: (search: LogSearch) => void }) {
  const { search, onSearch } = props;
  const [q, setQ] = useState(search.q ?? "");
  const [settled] = useDebouncedValue(q, 250);
  const [action, setAction] = useState(search.action ?? "");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address follows the field when typing pauses
  useEffect(() => {
    if (settled !== (search.q ?? "")) onSearch({ ...search, q: settled });
  }, [settled]);
  // Cleared elsewhere: the fields follow.
  useEffect(() => {
    if (!search.q) setQ("");
  }, [search.q]);
  useEffect(() => {
    if (!search.action) setAction("");
  }, [search.action]);
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
