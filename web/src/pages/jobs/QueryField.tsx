import { Box, Group, Skeleton, Text } from "@mantine/core";
import { lazy, Suspense, useId, useMemo } from "react";
import { nameProblem } from "../../core/statement/names";
import type { VariableInfo } from "./editor/complete";
import { queryProblem } from "./query";
import { StartFrom } from "./StartFrom";
import { TableList } from "./TableList";
import type { TableInfo } from "./tables";
import type { VariableForm } from "./variables";

const Editor = lazy(() => import("./editor/Editor").then((part) => ({ default: part.Editor })));

/** Same variables, same list: the editor is set up anew only when they change. */
function useNames(variables: readonly VariableForm[]): readonly VariableInfo[] {
  const text = JSON.stringify(
    variables
      .filter(({ name }) => nameProblem.sql(name.trim()) === undefined)
      .map(({ name, type }) => ({ name: name.trim(), type })),
  );
  return useMemo(() => JSON.parse(text) as VariableInfo[], [text]);
}

interface Props {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  /** The tables of the workspace; nothing while they are not known. */
  tables: readonly TableInfo[] | undefined;
  variables: readonly VariableForm[];
  /** Templates that the workspace offers. */
  offered: readonly string[];
}

const NONE: readonly TableInfo[] = [];

/** The text of a job, beside what it can ask. */
export function QueryField({ value, onChange, error, tables, variables, offered }: Props) {
  const help = useId();
  const names = useNames(variables);
  const problem =
    tables &&
    queryProblem(
      value,
      tables.map((table) => table.name),
    );
  return (
    <div>
      <Group justify="space-between" align="flex-end" mb={6} gap="sm">
        <div style={{ flex: "1 1 300px" }}>
          <Text size="sm" fw={600} component="div">
            Query
          </Text>
          <Text size="xs" c="dimmed" id={help}>
            One SELECT; exactly these bytes are reviewed and run. Ctrl+Space completes, Tab indents, Esc and
            then Tab leaves the editor.
          </Text>
        </div>
        <StartFrom
          offered={offered}
          tables={tables ?? NONE}
          replaces={value.trim() !== ""}
          onUse={onChange}
        />
      </Group>
      <Box style={{ display: "flex", flexWrap: "wrap", gap: 20 }}>
        <div style={{ flex: "3 1 420px", minWidth: 0 }}>
          <Suspense fallback={<Skeleton height={202} radius="md" />}>
            <Editor
              label="Query"
              describedBy={help}
              value={value}
              onChange={onChange}
              invalid={error !== undefined}
              tables={tables ?? NONE}
              variables={names}
            />
          </Suspense>
          {error && (
            <Text size="xs" c="error" mt={5}>
              {error}
            </Text>
          )}
          {problem && (
            <Text size="sm" mt={6} role="status">
              {problem}
            </Text>
          )}
        </div>
        <div style={{ flex: "1 1 200px", minWidth: 0 }}>
          <Text size="sm" fw={600} mb={4}>
            Tables
          </Text>
          {tables ? <TableList tables={tables} /> : <Skeleton height={80} radius="md" />}
        </div>
      </Box>
    </div>
  );
}
