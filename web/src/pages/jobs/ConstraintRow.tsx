import { ActionIcon, Group, NativeSelect, TagsInput, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { VariableType } from "../../core/statement/bodies/jobs";
import { ValueInput } from "./ValueInput";
import { CONSTRAINTS, type ConstraintForm, type ConstraintKind, newConstraint } from "./variables";

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

/** One of the constraints that a value may meet. */
export function ConstraintRow(props: ConstraintProps) {
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
