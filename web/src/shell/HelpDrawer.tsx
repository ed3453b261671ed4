import { Drawer, Kbd, List, Stack, Table, Text, Title } from "@mantine/core";

const KEYS: [string[], string][] = [
  [["Ctrl", "K"], "Search or jump to a page, workspace or act"],
  [["?"], "This help"],
  [["Tab"], "Next control; Shift goes back"],
  [["Esc"], "Close what is open"],
];

const WORDS: [string, string][] = [
  [
    "Workspace",
    "Where members of several organizations work together under a charter that all of them signed.",
  ],
  ["Charter", "Members, approval policy and run policy, in one signed statement. A change is a new version."],
  [
    "Attestation",
    'A machine\'s proof of what software it runs. "Simulated" means there is no such machine: it protects nothing.',
  ],
  [
    "Receipt",
    "What a run leaves: approvals, evidence, result digest. Anyone can check it offline with `cloister verify`.",
  ],
  [
    "Checkpoint",
    "The signed state of the audit log. Entries before it can be neither changed nor removed unseen.",
  ],
];

/** Keys, words, and where to read on. */
export function HelpDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Drawer opened={opened} onClose={onClose} title="Help">
      <Stack gap="lg">
        <div>
          <Title order={3} fz="sm" mb={6}>
            Keyboard
          </Title>
          <Table aria-label="Keyboard" verticalSpacing={6}>
            <Table.Tbody>
              {KEYS.map(([keys, what]) => (
                <Table.Tr key={what}>
                  <Table.Td w={110}>
                    {keys.map((key) => (
                      <Kbd key={key} mr={4}>
                        {key}
                      </Kbd>
                    ))}
                  </Table.Td>
                  <Table.Td>{what}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
        <div>
          <Title order={3} fz="sm" mb={6}>
            Words
          </Title>
          <Stack gap="sm">
            {WORDS.map(([word, text]) => (
              <Text key={word} size="sm">
                <b>{word}.</b> {text}
              </Text>
            ))}
          </Stack>
        </div>
        <div>
          <Title order={3} fz="sm" mb={6}>
            When something does not work
          </Title>
          <List size="sm" spacing={4}>
            <List.Item>
              Every error here names a request id: the operator finds it in the server's log.
            </List.Item>
            <List.Item>
              The command line does everything this console does: <code>cloister --help</code>.
            </List.Item>
            <List.Item>
              The API describes itself at <code>/api/v1/openapi.json</code>.
            </List.Item>
          </List>
        </div>
      </Stack>
    </Drawer>
  );
}
