import { Button, Group, Modal, NativeSelect, Radio, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconTemplate } from "@tabler/icons-react";
import { useState } from "react";
import type { TableInfo } from "./tables";
import { TEMPLATE_NAMES } from "./templateNames";
import { TEMPLATES } from "./templates";

interface Props {
  /** Ids of the templates that the workspace offers. */
  offered: readonly string[];
  tables: readonly TableInfo[];
  /** Whether there is a text that would be replaced. */
  replaces: boolean;
  onUse: (text: string) => void;
}

function Choose({ offered, tables, replaces, onUse }: Props) {
  const list = TEMPLATES.filter((one) => offered.includes(one.id));
  const [first = tables[0], setFirst] = useState<TableInfo>();
  const [second = tables[1] ?? tables[0], setSecond] = useState<TableInfo>();
  const [id, setId] = useState<string>(list[0]?.id ?? "");
  const template = list.find((one) => one.id === id);
  if (!first || !second || !template) return null;
  const text = template.write(first, second);
  const choice = (label: string, value: TableInfo, choose: (table: TableInfo | undefined) => void) => (
    <NativeSelect
      label={label}
      data={tables.map((table) => table.name)}
      value={value.name}
      onChange={(event) => choose(tables.find((table) => table.name === event.currentTarget.value))}
    />
  );
  return (
    <Stack>
      <Group grow>
        {choice("Table", first, setFirst)}
        {template.tables === 2 && choice("Joined with", second, setSecond)}
      </Group>
      <Radio.Group label="Template" value={id} onChange={setId}>
        <Stack gap={6} mt={6}>
          {list.map((one) => (
            <Radio key={one.id} value={one.id} label={TEMPLATE_NAMES[one.id]} description={one.about} />
          ))}
        </Stack>
      </Radio.Group>
      {text === undefined ? (
        <Text size="sm" role="status">
          {template.tables === 2
            ? "These tables have no columns for it: both need one of the same name and type that may be joined on."
            : "This table has no columns for it, or its owner's rules leave none."}
        </Text>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
        <pre className="statement" tabIndex={0}>
          {text}
        </pre>
      )}
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {replaces ? "It replaces what you wrote; Ctrl+Z in the editor brings that back." : ""}
        </Text>
        <Button disabled={text === undefined} onClick={() => onUse(text ?? "")}>
          Use this text
        </Button>
      </Group>
    </Stack>
  );
}

/** A text to start from, made of the tables that are there. */
export function StartFrom(props: Props) {
  const [opened, dialog] = useDisclosure(false);
  if (props.offered.length === 0) return null;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconTemplate size={14} />}
        disabled={props.tables.length === 0}
        onClick={dialog.open}
        aria-haspopup="dialog"
      >
        Start from a template
      </Button>
      <Modal opened={opened} onClose={dialog.close} title="Start from a template" size="lg">
        <Choose
          {...props}
          onUse={(text) => {
            dialog.close();
            props.onUse(text);
          }}
        />
      </Modal>
    </>
  );
}
