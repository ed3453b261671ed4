import "../../styles-forms";
import { Group, NumberInput, Stack, TagsInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { workspaceQuery } from "../../api/queries";
import { useOwnCore } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";
import type { JobForm as Form } from "./form";
import { QueryField } from "./QueryField";
import { type TableInfo, tablesQuery } from "./tables";
import { VariablesField } from "./VariablesField";

const NONE: readonly TableInfo[] = [];
const NOTHING: readonly string[] = [];

/** The tables that jobs of a workspace can read, as far as they are known. */
export function useTables(workspace: string) {
  return useQuery(tablesQuery(useOwnCore(), workspace));
}

/** What a job is: one query, its variables, its readers, its limits. */
export function JobForm(props: {
  workspace: string;
  form: Form;
  set: (part: Partial<Form>) => void;
  /** What is wrong, by field. */
  wrong: Readonly<Record<string, string>>;
}) {
  const { form, set, wrong } = props;
  const workspace = useQuery(workspaceQuery(props.workspace)).data;
  const members = workspace?.members.map((member) => member.email) ?? [];
  const tables = useTables(props.workspace);
  // A list that cannot be verified is told, and the job is written without its help.
  const known = tables.data ?? (tables.error ? NONE : undefined);
  return (
    <Stack gap="lg">
      <TextInput
        label="Name"
        error={wrong.name}
        value={form.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {tables.error && <ProblemAlert error={tables.error} title="The tables cannot be shown" />}
      <QueryField
        value={form.source}
        onChange={(source) => set({ source })}
        error={wrong.source}
        tables={known}
        variables={form.variables}
        offered={workspace?.templates ?? NOTHING}
      />
      <VariablesField
        variables={form.variables}
        wrong={wrong}
        tables={(known ?? NONE).map((table) => table.name)}
        onChange={(variables) => set({ variables })}
      />
      <TagsInput
        label="Readers"
        description="Who can decrypt the result; nobody else ever can"
        data={members}
        acceptValueOnBlur
        splitChars={[",", " ", ";"]}
        error={wrong.readers}
        value={form.readers}
        onChange={(readers) => set({ readers })}
      />
      <Group align="flex-start">
        <NumberInput
          label="May run"
          description="How often, once approved"
          min={1}
          max={1000}
          w={180}
          error={wrong.max_runs}
          value={form.max_runs}
          onChange={(max_runs) => set({ max_runs })}
        />
        <TextInput
          type="datetime-local"
          label="May run until"
          description="Your local time; empty for no end"
          w={240}
          error={wrong.valid_until}
          value={form.valid_until}
          onChange={(event) => set({ valid_until: event.currentTarget.value })}
        />
      </Group>
    </Stack>
  );
}
