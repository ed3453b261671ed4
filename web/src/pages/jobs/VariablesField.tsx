import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useRef } from "react";
import { VariableCard } from "./VariableCard";
import { newVariable, type VariableForm } from "./variables";

/** The errors of one variable, by its own fields. */
const within = (wrong: Readonly<Record<string, string>>, at: number): Record<string, string> => {
  const prefix = `variables.${at}.`;
  return Object.fromEntries(
    Object.entries(wrong).flatMap(([field, why]) =>
      field.startsWith(prefix) ? [[field.slice(prefix.length), why]] : [],
    ),
  );
};

/** Input variables: what a run may choose, within what the reviewers approved. */
export function VariablesField(props: {
  variables: VariableForm[];
  wrong: Readonly<Record<string, string>>;
  tables: readonly string[];
  onChange: (variables: VariableForm[]) => void;
}) {
  const { variables, onChange } = props;
  const list = useRef<HTMLDivElement>(null);
  const add = () => {
    onChange([...variables, newVariable()]);
    // The new card is there after the next frame; whoever added it goes on typing in it.
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLInputElement>("fieldset:last-of-type input")?.focus(),
    );
  };
  return (
    <section aria-label="Input variables">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={3} fz="sm" fw={600}>
            Input variables
          </Title>
          <Text size="xs" c="dimmed">
            What each run may choose, written $name in the text above. Reviewers approve the whole range.
          </Text>
        </div>
        <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={add}>
          Add a variable
        </Button>
      </Group>
      {variables.length > 0 && (
        <Stack gap="sm" mt="sm" ref={list}>
          {variables.map((variable, at) => (
            <VariableCard
              // biome-ignore lint/suspicious/noArrayIndexKey: a name changes while it is typed, and cards hold no state
              key={at}
              variable={variable}
              wrong={within(props.wrong, at)}
              tables={props.tables}
              onChange={(one) => onChange(variables.map((old, index) => (index === at ? one : old)))}
              onRemove={() => onChange(variables.filter((_, index) => index !== at))}
            />
          ))}
        </Stack>
      )}
    </section>
  );
}
