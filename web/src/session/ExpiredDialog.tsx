import { Button, Divider, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { providerNamesQuery } from "../api/queries";
import { LocalForm } from "./LocalForm";

/** Signing in again, over the page as it stands. */
export function ExpiredDialog({ email, onDone }: { email: string; onDone: (signedIn: boolean) => void }) {
  const providers = useQuery(providerNamesQuery);
  const list = providers.data ?? [];
  return (
    <Modal
      opened
      onClose={() => onDone(false)}
      title="Your session has ended"
      closeOnClickOutside={false}
      zIndex={1000}
    >
      <Stack gap="md">
        <Text size="sm">Sign in again. What you typed is still here, and what you were doing goes on.</Text>
        {list.map((provider) => (
          <Button
            key={provider.id}
            component="a"
            href={`${provider.start}?back=/signed-in`}
            target="_blank"
            rel="opener"
          >
            Continue with {provider.name} in a new tab
          </Button>
        ))}
        {list.length > 0 && <Divider label="or with a local account" labelPosition="center" />}
        <LocalForm email={email} primary onDone={() => onDone(true)} />
        <Group justify="center">
          <Button variant="subtle" size="xs" component="a" href="/sign-in">
            Sign in as someone else
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
