import {
  ActionIcon,
  Box,
  Button,
  Checkbox,
  Group,
  NativeSelect,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { VariableType } from "../../core/statement/bodies/jobs";
import { ValueInput } from "./ValueInput";
import {
  CONSTRAINTS,
  type ConstraintForm,
  type ConstraintKind,
  newConstraint,
  type VariableForm,
} from "./variables";

const TYPES: readonly { value: VariableType; label: string }[] = [
  { value: "string", label: "Text" },
  { value: "integer", label: "Whole number" },
  { value: "float", label: "Number" },
  { value: "boolean", label: "True or false" },
  { value: "datetime", label: "Date and time" },
  { value: "dataset", label: "Table of the job" },
];
const KINDS: Record<ConstraintKind, string> = {
  range: "From, to",
  length: "Characters, from and to",
  one_of: "One of",
  characters: "Only these characters",
};

interface ConstraintProps {
  type: VariableType;
  constraint: ConstraintForm;
  first: boolean;
  error: string | undefined;
  tables: readonly string[];
  onChange: (constraint: ConstraintForm) => void;
  onRemove: () => void;
}

function Limits({ type, constraint, tables, onChange }: ConstraintProps) {
  const set = (part: Partial<ConstraintForm>) => onChange({ ...constraint, ...part });
  switch (constraint.kind) {
    case "one_of":
      return (
        <TagsInput
          aria-label="Values"
          placeholder="A value, then Enter"
          data={type === "boolean" ? ["true", "false"] : type === "dataset" ? [...tables] : []}
          acceptValueOnBlur
          value={constraint.values}
          onChange={(values) => set({ values })}
          style={{ flex: "1 1 220px" }}
        />
      );
    case "characters":
      return (
        <TextInput
          aria-label="Characters"
          placeholder="a-z0-9_"
          spellCheck={false}
          value={constraint.characters}
          onChange={(event) => set({ characters: event.currentTarget.value })}
          style={{ flex: "1 1 220px" }}
        />
      );
    default: {
      const own = constraint.kind === "length" ? "integer" : type;
      return (
        <>
          <ValueInput
            type={own}
            tables={tables}
            aria-label="From"
            value={constraint.low}
            onChange={(low) => set({ low })}
            style={{ flex: "1 1 120px" }}
          />
          <ValueInput
            type={own}
            tables={tables}
            aria-label="To"
            value={constraint.high}
            onChange={(high) => set({ high })}
            style={{ flex: "1 1 120px" }}
          />
        </>
      );
    }
  }
}

function Constraint(props: ConstraintProps) {
  const { type, constraint, first, error, onChange, onRemove } = props;
  return (
    <div>
      <Group gap="xs" align="center">
        <Text size="xs" c="dimmed" w={54}>
          {first ? "must be" : "or"}
        </Text>
        <NativeSelect
          aria-label="Constraint"
          w={190}
          data={CONSTRAINTS[type].map((value) => ({ value, label: KINDS[value] }))}
          value={constraint.kind}
          onChange={(event) => onChange(newConstraint(event.currentTarget.value as ConstraintKind))}
        />
        <Limits {...props} />
        <ActionIcon variant="subtle" color="gray" aria-label="Remove this constraint" onClick={onRemove}>
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
      {error && (
        <Text size="xs" c="error" mt={4} ml={64} role="alert">
          {error}
        </Text>
      )}
    </div>
  );
}

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
          <Constraint
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
