import { Alert, Button, Group, Text } from "@mantine/core";
import { useNetwork } from "@mantine/hooks";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

/** The browser knows that it has no network: what is shown is from before. */
export function Offline() {
  const { online } = useNetwork();
  const client = useQueryClient();
  const was = useRef(online);
  useEffect(() => {
    if (online && !was.current) void client.invalidateQueries();
    was.current = online;
  }, [online, client]);
  if (online) return null;
  return (
    <Alert
      role="alert"
      color="orange"
      radius={0}
      icon={<IconPlugConnectedX size={18} />}
      title="You are offline"
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Group justify="space-between">
        <Text size="sm">
          What you see is from before the connection was lost. It is brought up to date when you are back.
        </Text>
        <Button size="xs" variant="default" onClick={() => void client.invalidateQueries()}>
          Try now
        </Button>
      </Group>
    </Alert>
  );
}
