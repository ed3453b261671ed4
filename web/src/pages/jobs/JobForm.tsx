import "../../styles-forms";
import {
  Badge,
  Button,
  Group,
  NumberInput,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Schemas } from "../../api/client";
import { workspaceDatasetsQuery, workspaceQuery } from "../../api/queries";
import { ProblemAlert } from "../../ui/states";
import { isEmail } from "../workspaces/draft";
import { queryProblem } from "./query";

export type JobDraft = Schemas["Draft"];

/** One query, its readers, its limits. */
export function JobForm(props: {
  workspace: string;
  initial: JobDraft;
  saving: boolean;
  label: string;
  onSave: (draft: JobDraft) => void;
  /** Why the last save was not done. */
  error: unknown;
  /** Told whether the form differs from what was saved. */
  onChanged?: (changed: boolean) => void;
}) {
  const datasets = useQuery(workspaceDatasetsQuery(props.workspace));
  const members = useQuery(workspaceQuery(props.workspace)).data?.members.map((member) => member.email) ?? [];
  const tables = (datasets.data ?? []).flatMap((dataset) =>
    dataset.shares.filter((share) => share.workspace === props.workspace && share.state === "live"),
  );
  const form = useForm({
    initialValues: props.initial,
    validate: {
      name: (name) => (name.trim() ? null : "Name the job"),
      source: (source) => (source.trim() ? null : "Write one query"),
      readers: (readers) => {
        const bad = readers.filter((reader) => !isEmail(reader));
        if (readers.length === 0) return "A job has at least one reader";
        return bad.length > 0 ? `No e-mail address: ${bad.join(", ")}` : null;
      },
      max_runs: (count) => (Number(count) >= 1 ? null : "At least one"),
    },
  });
  const changed = form.isDirty();
  const { onChanged } = props;
  useEffect(() => onChanged?.(changed), [changed, onChanged]);
  const problem =
    datasets.data &&
    queryProblem(
      form.values.source,
      tables.map((share) => share.sql_name),
    );
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((draft) =>
        props.onSave({ ...draft, name: draft.name.trim(), max_runs: Number(draft.max_runs) }),
      )}
    >
      <Stack>
        <TextInput label="Name" {...form.getInputProps("name")} />
        <div>
          <Textarea
            label="Query"
            description="One SELECT on the tables below; exactly these bytes are reviewed and run"
            autosize
            minRows={8}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: "0.8125rem" } }}
            {...form.getInputProps("source")}
          />
          <Group gap={6} mt={6}>
            <Text size="xs" c="dimmed">
              {tables.length === 0 ? "No dataset is shared to this workspace yet." : "Tables:"}
            </Text>
            {tables.map((share) => (
              <Badge key={share.grant_digest} variant="default" radius="sm" tt="none" ff="monospace">
                {share.sql_name}
              </Badge>
            ))}
          </Group>
          {problem && (
            <Text size="sm" mt={6} role="status">
              {problem}
            </Text>
          )}
        </div>
        <TagsInput
          label="Readers"
          description="Who can decrypt the result; nobody else ever can"
          data={members}
          acceptValueOnBlur
          splitChars={[",", " ", ";"]}
          {...form.getInputProps("readers")}
        />
        <NumberInput
          label="May run"
          description="How often, once approved"
          min={1}
          max={1000}
          w={160}
          {...form.getInputProps("max_runs")}
        />
        {props.error ? <ProblemAlert error={props.error} /> : null}
        <Group justify="flex-end">
          <Button type="submit" loading={props.saving}>
            {props.label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
