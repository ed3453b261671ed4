import { ActionIcon, Box, Button, Checkbox, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { VariableType } from "../../core/statement/bodies/jobs";
import { ConstraintRow } from "./ConstraintRow";
import { ValueInput } from "./ValueInput";
import { CONSTRAINTS, type ConstraintForm, newConstraint, type VariableForm } from "./variables";

const TYPES: readonly { value: VariableType; label: string }[] = [
  { value: "string", label: "Text" },
  { value: "integer", label: "Whole number" },
  { value: "float", label: "Number" },
  { value: "boolean", label: "True or false" },
  { value: "datetime", label: "Date and time" },
  { value: "dataset", label: "Table of the job" },
];
interface Props {
  variable: VariableForm;
  /** What is wrong, by field. */
  wrong: Readonly<Record<string, string>>;
  tables: readonly string[];
  onChange: (variable: VariableForm) => void;
  onRemove: () => void;
}

function Standard({ variable, wrong, tables, onChange }: Omit<Props, "onRemove">) {
  return (
    <Group align="flex-start" gap="sm" mih={36}>
      <Checkbox
        mt={8}
        label={variable.optional ? "A run may leave it out; then it is" : "A run may leave it out"}
        checked={variable.optional}
        onChange={(event) => onChange({ ...variable, optional: event.currentTarget.checked })}
      />
      {variable.optional && (
        <ValueInput
          type={variable.type}
          tables={tables}
          aria-label="Default"
          error={wrong.standard}
          value={variable.standard}
          onChange={(standard) => onChange({ ...variable, standard })}
        />
      )}
    </Group>
  );
}

/** One input variable and the values it may take. */
export function VariableCard(props: Props) {
  const { variable, wrong, tables, onChange, onRemove } = props;
  const set = (part: Partial<VariableForm>) => onChange({ ...variable, ...part });
  const change = (at: number, one: ConstraintForm | undefined) =>
    set({ constraints: variable.constraints.flatMap((old, index) => (index === at ? (one ?? []) : old)) });
  const title = variable.name.trim() === "" ? "New variable" : `Variable ${variable.name.trim()}`;
  return (
    <Box
      component="fieldset"
      aria-label={title}
      p="md"
      m={0}
      style={{ border: "1px solid var(--cloister-line)", borderRadius: 8, minWidth: 0 }}
    >
      <Group align="flex-start" gap="sm">
        <TextInput
          label="Variable name"
          leftSection="$"
          spellCheck={false}
          error={wrong.name}
          value={variable.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          style={{ flex: "1 1 150px" }}
        />
        <NativeSelect
          label="Type"
          w={170}
          data={[...TYPES]}
          value={variable.type}
          onChange={(event) =>
            set({ type: event.currentTarget.value as VariableType, constraints: [], standard: "" })
          }
        />
        <TextInput
          label="What it is for"
          value={variable.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
          style={{ flex: "2 1 220px" }}
        />
        <ActionIcon variant="subtle" color="gray" mt={28} aria-label={`Remove ${title}`} onClick={onRemove}>
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
      <Box mt="sm" style={{ display: "grid", gap: 8 }}>
        <Standard {...props} />
        {variable.constraints.map((constraint, at) => (
          <ConstraintRow
            // biome-ignore lint/suspicious/noArrayIndexKey: constraints have no name, and hold no state of their own
            key={at}
            type={variable.type}
            constraint={constraint}
            first={at === 0}
            error={wrong[`constraints.${at}`]}
            tables={tables}
            onChange={(one) => change(at, one)}
            onRemove={() => change(at, undefined)}
          />
        ))}
        <Group gap="xs">
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={13} />}
            onClick={() => {
              const [kind = "one_of"] = CONSTRAINTS[variable.type];
              set({ constraints: [...variable.constraints, newConstraint(kind)] });
            }}
          >
            {variable.constraints.length === 0 ? "Add a constraint" : "Or another constraint"}
          </Button>
          {variable.constraints.length === 0 && (
            <Text size="xs" c="dimmed">
              Any value of the type may be given.
            </Text>
          )}
        </Group>
      </Box>
    </Box>
  );
}
