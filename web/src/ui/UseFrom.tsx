import { Anchor, Button, Drawer, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconTerminal2 } from "@tabler/icons-react";
import { CopyButton } from "./Copy";

export interface Way {
  what: string;
  cli: string;
  api?: string;
}

function Line({ text, what }: { text: string; what: string }) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <pre className="statement" style={{ flex: 1 }}>
        {text}
      </pre>
      <CopyButton text={text} what={what} />
    </Group>
  );
}

/** The same by command line and API. */
export function UseFrom({ ways }: { ways: Way[] }) {
  const [opened, drawer] = useDisclosure(false);
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconTerminal2 size={15} />}
        onClick={drawer.open}
        aria-haspopup="dialog"
      >
        Use from CLI / API
      </Button>
      <Drawer opened={opened} onClose={drawer.close} title="Use from CLI / API" size="lg">
        <Stack gap="lg">
          <Text size="sm" c="dimmed">
            What this page does, for a terminal or a script. API calls need a token of yours:{" "}
            <Anchor href="/profile/tokens" size="sm" style={{ textDecoration: "underline" }}>
              Profile, API tokens
            </Anchor>
            .
          </Text>
          {ways.map((way) => (
            <Stack key={way.what} gap={6}>
              <Title order={3} fz="sm">
                {way.what}
              </Title>
              <Line text={way.cli} what="command" />
              {way.api && (
                <Line
                  text={`curl -H "Authorization: Bearer $TOKEN" ${way.api.replace("{origin}", location.origin)}`}
                  what="API call"
                />
              )}
            </Stack>
          ))}
        </Stack>
      </Drawer>
    </>
  );
}
