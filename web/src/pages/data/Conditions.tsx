import { ActionIcon, Box, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Column, Condition } from "../../core/statement/bodies/rules";
import { type ConditionForm, OPERATORS, type RulesForm, takesNoValue } from "./rulesForm";

const HINTS: Record<string, string> = {
  boolean: "true or false",
  integer: "a whole number",
  float: "a number",
  string: "a text",
  date: "2027-06-30",
  datetime: "2027-06-30T00:00:00Z",
};

function One(props: {
  condition: ConditionForm;
  columns: readonly Column[];
  name: string;
  onChange: (condition: ConditionForm) => void;
  onRemove: () => void;
}) {
  const { condition, columns, name, onChange, onRemove } = props;
  const type = columns.find((column) => column.name === condition.column)?.type ?? "string";
  return (
    <Group gap="xs" align="flex-end">
      <Select
        aria-label={`Column of ${name}`}
        data={columns.map((column) => column.name)}
        value={condition.column || null}
        onChange={(column) => onChange({ ...condition, column: column ?? "" })}
        placeholder="Column"
        searchable
        style={{ flex: "1 1 150px" }}
      />
      <Select
        aria-label={`Operator of ${name}`}
        data={[...OPERATORS]}
        value={condition.op}
        onChange={(op) => onChange({ ...condition, op: (op ?? "=") as Condition["op"] })}
        allowDeselect={false}
        w={140}
      />
      {!takesNoValue(condition.op) && (
        <TextInput
          aria-label={`Value of ${name}`}
          placeholder={condition.op === "in" ? "several, with commas" : HINTS[type]}
          value={condition.value}
          onChange={(event) => onChange({ ...condition, value: event.currentTarget.value })}
          style={{ flex: "1 1 150px" }}
        />
      )}
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Remove ${name}`} onClick={onRemove}>
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}

/** Which rows exist for others: conditions joined by AND in a group, groups by OR. */
export function Conditions(props: {
  form: RulesForm;
  columns: readonly Column[];
  onChange: (part: Partial<RulesForm>) => void;
}) {
  const { form, columns, onChange } = props;
  const fresh = (): ConditionForm => ({ column: columns[0]?.name ?? "", op: "=", value: "" });
  const setGroup = (at: number, group: ConditionForm[]) =>
    onChange({
      groups: form.groups.map((one, n) => (n === at ? group : one)).filter((one) => one.length > 0),
    });
  return (
    <Stack gap="xs">
      {form.groups.length === 0 && (
        <Text size="sm" c="dimmed">
          Every row exists for others.
        </Text>
      )}
      {form.groups.map((group, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups are edited in place and have no other name
        <Box key={at}>
          {at > 0 && (
            <Text size="xs" c="dimmed" my={4}>
              or
            </Text>
          )}
          <Stack gap="xs" p="sm" style={{ border: "1px solid var(--cloister-line)", borderRadius: 8 }}>
            {group.map((condition, index) => (
              <One
                // biome-ignore lint/suspicious/noArrayIndexKey: conditions are edited in place
                key={index}
                condition={condition}
                columns={columns}
                name={`condition ${at + 1}.${index + 1}`}
                onChange={(changed) =>
                  setGroup(
                    at,
                    group.map((one, n) => (n === index ? changed : one)),
                  )
                }
                onRemove={() =>
                  setGroup(
                    at,
                    group.filter((_, n) => n !== index),
                  )
                }
              />
            ))}
            <Group>
              <Button
                size="compact-xs"
                variant="subtle"
                leftSection={<IconPlus size={13} />}
                onClick={() => setGroup(at, [...group, fresh()])}
              >
                And
              </Button>
            </Group>
          </Stack>
        </Box>
      ))}
      <Group>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange({ groups: [...form.groups, [fresh()]] })}
        >
          {form.groups.length === 0 ? "Add a condition" : "Or"}
        </Button>
      </Group>
    </Stack>
  );
}
