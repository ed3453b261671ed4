import { Anchor, Drawer, Group, Stack, Text, Title } from "@mantine/core";
import { CopyButton } from "./Copy";
import type { Way } from "./UseFrom";

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

/** What a page does, by command line and API. */
export function UseFromDrawer({
  ways,
  opened,
  onClose,
}: {
  ways: Way[];
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Drawer opened={opened} onClose={onClose} title="Use from CLI / API" size="lg">
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
  );
}
