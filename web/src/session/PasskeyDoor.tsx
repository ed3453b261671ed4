import { Button, Stack } from "@mantine/core";
import { IconFingerprint } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { ProblemAlert } from "../ui/states";
import { passkeysHere, signInByPasskey } from "./passkeys";

/** Signing in without a password, where the browser can. */
export function PasskeyDoor({ onDone }: { onDone: () => void }) {
  const enter = useMutation({ mutationFn: signInByPasskey, onSuccess: onDone });
  if (!passkeysHere()) return null;
  return (
    <Stack gap="sm">
      {enter.error && <ProblemAlert error={enter.error} />}
      <Button
        variant="default"
        fullWidth
        leftSection={<IconFingerprint size={18} aria-hidden />}
        loading={enter.isPending}
        onClick={() => enter.mutate()}
      >
        Sign in with a passkey
      </Button>
    </Stack>
  );
}
