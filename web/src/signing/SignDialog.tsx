import { Button, Collapse, Group, List, Modal, Stack, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSignature } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { Preview } from "../core/core";
import { CopyButton } from "../ui/Copy";
import { Words } from "../ui/Words";
import { onConfirm } from "./core";

interface Asked {
  preview: Preview;
  answer: (signs: boolean) => void;
}

const begun = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const plain = (text: string) => text.replaceAll("`", "");

function Statement({ preview }: { preview: Preview }) {
  const [whole, toggle] = useDisclosure(false);
  const facts = [
    ...preview.facts,
    ...preview.people.map(({ label, person }) => ({
      label,
      value: `${person.certificate.email} (${person.certificate.organisation_name})`,
    })),
  ];
  return (
    <Stack gap="sm">
      <List size="sm" spacing={4}>
        {preview.consequences.map((text) => (
          <List.Item key={text}>
            <Words text={text} />
          </List.Item>
        ))}
      </List>
      {facts.length > 0 && (
        <Table aria-label="What the statement says" verticalSpacing={5}>
          <Table.Tbody>
            {facts.map(({ label, value }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a statement may say the same twice, and does not change
              <Table.Tr key={index}>
                <Table.Th w={170} fw={500} style={{ verticalAlign: "top" }}>
                  {begun(label)}
                </Table.Th>
                <Table.Td style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
                  {/* Several lines are what will run: shown as they are. */}
                  {value.includes("\n") ? value : <Words text={value} />}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Group gap={4} wrap="nowrap">
        <Text size="xs" c="dimmed">
          Digest
        </Text>
        <code className="digest" style={{ fontSize: "0.75rem" }}>
          {preview.digest}
        </code>
        <CopyButton text={preview.digest} what="digest" />
      </Group>
      <Group>
        <Button variant="subtle" size="compact-xs" onClick={toggle.toggle} aria-expanded={whole}>
          {whole ? "Hide the full statement" : "Show the full statement"}
        </Button>
      </Group>
      <Collapse expanded={whole}>
        {whole && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
          <pre className="statement" tabIndex={0}>
            {preview.text}
          </pre>
        )}
      </Collapse>
    </Stack>
  );
}

/** Nothing is signed before it was shown here in words. */
export function SignDialog() {
  const [asked, setAsked] = useState<Asked>();
  const current = useRef<Asked | undefined>(undefined);
  useEffect(() => {
    onConfirm(
      (preview) =>
        new Promise((answer) => {
          current.current?.answer(false);
          current.current = { preview, answer };
          setAsked(current.current);
        }),
    );
    return () => onConfirm(undefined);
  }, []);
  const close = (signs: boolean) => {
    current.current?.answer(signs);
    current.current = undefined;
    setAsked(undefined);
  };
  return (
    <Modal
      opened={asked !== undefined}
      onClose={() => close(false)}
      title={asked ? plain(asked.preview.title) : "Sign"}
      size="lg"
      closeOnClickOutside={false}
      zIndex={600}
    >
      {asked && (
        <Stack>
          <Text size="sm" c="dimmed">
            You sign this with the key in this browser. Others can check it for ever; it cannot be unsaid.
          </Text>
          <Statement key={asked.preview.digest} preview={asked.preview} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => close(false)}>
              Do not sign
            </Button>
            <Button leftSection={<IconSignature size={16} />} onClick={() => close(true)} data-autofocus>
              Sign
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
