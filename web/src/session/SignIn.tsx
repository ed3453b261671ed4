import { Button, Divider, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { providerNamesQuery } from "../api/queries";
import { ProblemAlert, Rows } from "../ui/states";
import { safeBack } from "./back";
import { Frame } from "./Frame";
import { LocalForm } from "./LocalForm";
import { PasskeyDoor } from "./PasskeyDoor";
import { entered } from "./session";

export function SignIn() {
  const { back } = useSearch({ from: "/sign-in" });
  const target = safeBack(back);
  const providers = useQuery(providerNamesQuery);
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const go = async () => {
    await entered(client);
    await router.invalidate();
    await navigate({ to: target, replace: true });
  };
  const list = providers.data ?? [];
  return (
    <Frame title="Sign in">
      <Stack gap="md" mt="md">
        {providers.isPending && <Rows count={1} />}
        {providers.error && <ProblemAlert error={providers.error} retry={() => void providers.refetch()} />}
        {list.map((provider) => (
          <Button
            key={provider.id}
            component="a"
            href={`${provider.start}?back=${encodeURIComponent(target)}`}
            fullWidth
          >
            Continue with {provider.name}
          </Button>
        ))}
        {list.length > 0 && <Divider label="or with a local account" labelPosition="center" />}
        <LocalForm primary={list.length === 0} onDone={() => void go()} />
        <PasskeyDoor onDone={() => void go()} />
        <Text size="xs" c="dimmed">
          No account yet? An organization admin invites you and gives you a link. The first admin of a new
          server opens the set-up link that <code>cloister serve</code> prints.{" "}
          {!window.isSecureContext && (
            <>
              This page came without TLS: browsers give no keys here, so nothing can be signed or decrypted.
              Ask the operator for an address that begins with https.
            </>
          )}
        </Text>
      </Stack>
    </Frame>
  );
}
