import "../../styles-forms";
import {
  Alert,
  Box,
  Button,
  Checkbox,
  FileButton,
  Group,
  List,
  NativeSelect,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { type DragEvent, useState } from "react";
import type { ColumnType } from "../../core/statement/bodies/rules";
import type { Draft } from "./draft";
import { bytes, type Look } from "./file";

const TYPES: readonly ColumnType[] = ["boolean", "integer", "float", "string", "date", "datetime"];
/** Columns that the preview shows; the others are there all the same. */
const WIDE = 60;

function Drop(props: { onFile: (file: File) => void; again: string }) {
  const [over, setOver] = useState(false);
  const stop = (event: DragEvent, now: boolean) => {
    event.preventDefault();
    setOver(now);
  };
  return (
    <Box
      p="xl"
      ta="center"
      style={{
        border: `2px dashed ${over ? "var(--mantine-color-accent-6)" : "var(--cloister-line)"}`,
        borderRadius: 10,
      }}
      onDragOver={(event) => stop(event, true)}
      onDragLeave={(event) => stop(event, false)}
      onDrop={(event) => {
        stop(event, false);
        const file = event.dataTransfer.files[0];
        if (file) props.onFile(file);
      }}
    >
      <Stack align="center" gap="xs">
        <IconFileUpload size={30} stroke={1.4} aria-hidden />
        <Text size="sm">
          {props.again
            ? `Choose ${props.again} again: browsers keep no files over a reload.`
            : "Drop a file here"}
        </Text>
        <FileButton onChange={(file) => file && props.onFile(file)} inputProps={{ "aria-label": "File" }}>
          {(button) => (
            <Button variant="default" {...button}>
              Choose a file
            </Button>
          )}
        </FileButton>
        <Text size="xs" c="dimmed">
          CSV or Parquet, up to 2 GB. It is encrypted in this browser before anything leaves it.
        </Text>
      </Stack>
    </Box>
  );
}

function Preview({ look, draft, onChange }: { look: Look; draft: Draft; onChange: Props["onChange"] }) {
  const columns = look.columns.slice(0, WIDE);
  return (
    <Box
      style={{ overflow: "auto", maxHeight: 380, border: "1px solid var(--cloister-line)", borderRadius: 8 }}
      tabIndex={0}
      role="region"
      aria-label="Preview"
    >
      <Table aria-label="First rows" stickyHeader verticalSpacing={4} style={{ whiteSpace: "nowrap" }}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.name}>
                <Stack gap={4} align="flex-start">
                  <code className="digest">{column.name}</code>
                  <NativeSelect
                    size="xs"
                    aria-label={`Type of ${column.name}`}
                    data={[...TYPES]}
                    disabled={look.format === "Parquet"}
                    value={draft.types[column.name] ?? column.type}
                    onChange={(event) => {
                      const type = event.currentTarget.value as ColumnType;
                      onChange({ types: { ...draft.types, [column.name]: type } });
                    }}
                  />
                </Stack>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {look.rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name
            <Table.Tr key={at}>
              {columns.map((column, index) => (
                <Table.Td
                  key={column.name}
                  maw={260}
                  style={{ overflow: "hidden", textOverflow: "ellipsis" }}
                >
                  {row[index] === "" ? (
                    <Text span size="xs" c="dimmed">
                      empty
                    </Text>
                  ) : (
                    row[index]
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

function Bad({ look, draft, onChange }: { look: Look; draft: Draft; onChange: Props["onChange"] }) {
  return (
    <Stack gap="xs">
      {look.bad.length > 0 && (
        <Alert
          color="yellow"
          variant="light"
          title={`${look.bad.length} ${look.bad.length === 1 ? "row does" : "rows do"} not fit`}
          styles={{ title: { color: "var(--mantine-color-text)" } }}
        >
          <List size="sm">
            {look.bad.slice(0, 5).map((one) => (
              <List.Item key={one.line}>
                Line {one.line}: {one.why}
              </List.Item>
            ))}
          </List>
          {look.bad.length > 5 && <Text size="sm">and {look.bad.length - 5} more</Text>}
        </Alert>
      )}
      <Checkbox
        label="Leave out rows that do not fit"
        description="Otherwise the worker lists them and makes no dataset"
        checked={draft.skipBadRows}
        onChange={(event) => onChange({ skipBadRows: event.currentTarget.checked })}
      />
    </Stack>
  );
}

interface Props {
  draft: Draft;
  look: Look | undefined;
  file: File | undefined;
  looking: boolean;
  problem: string | undefined;
  onFile: (file: File) => void;
  onChange: (part: Partial<Draft>) => void;
}

/** Step 1: the file, what is in it, its name. */
export function FileStep(props: Props) {
  const { draft, look, file, onChange } = props;
  return (
    <Stack gap="md">
      {!look && <Drop onFile={props.onFile} again={draft.file} />}
      {props.looking && (
        <Text size="sm" role="status">
          Reading the beginning of the file
        </Text>
      )}
      {props.problem && (
        <Alert
          role="alert"
          color="red"
          variant="light"
          title="This file cannot be added"
          styles={{
            title: { color: "var(--mantine-color-text)" },
            message: { color: "var(--mantine-color-text)" },
          }}
        >
          {props.problem}
        </Alert>
      )}
      {look && file && (
        <>
          <Group justify="space-between">
            <Text size="sm">
              <b>{file.name}</b>, {bytes(file.size)}, {look.format}, {look.columns.length}{" "}
              {look.columns.length === 1 ? "column" : "columns"}
              {look.columns.length > WIDE ? `, the first ${WIDE} shown` : ""}.{" "}
              {look.whole
                ? `${look.seen} ${look.seen === 1 ? "row" : "rows"}.`
                : `Types guessed from the first ${look.seen} rows; the worker reads them all.`}
            </Text>
            <FileButton
              onChange={(other) => other && props.onFile(other)}
              inputProps={{ "aria-label": "Another file" }}
            >
              {(button) => (
                <Button size="compact-sm" variant="subtle" {...button}>
                  Choose another file
                </Button>
              )}
            </FileButton>
          </Group>
          {look.format === "CSV" && (
            <Switch
              label="The first row names the columns"
              checked={draft.header}
              onChange={(event) => onChange({ header: event.currentTarget.checked })}
            />
          )}
          <Preview look={look} draft={draft} onChange={onChange} />
          {look.format === "CSV" && <Bad look={look} draft={draft} onChange={onChange} />}
          <TextInput
            label="Name"
            description="Members of workspaces that you share it to see it"
            value={draft.name}
            maxLength={80}
            onChange={(event) => onChange({ name: event.currentTarget.value })}
            maw={460}
          />
        </>
      )}
    </Stack>
  );
}
