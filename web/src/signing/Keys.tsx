import "../styles-forms";
import { Box, Button, Group, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../api/queries";
import { enrol, newKeys, restoreKeys, type Standing } from "../core/acts/enrol";
import { Digest } from "../ui/Copy";
import { Loaded, ProblemAlert } from "../ui/states";
import { useOwnCore, useStanding } from "./hooks";
import { LOST, Passphrase } from "./Passphrase";
import { Recover } from "./Recover";

function Make() {
  const core = useOwnCore();
  const client = useQueryClient();
  const make = useMutation({ mutationFn: async () => newKeys(await core()) });
  const { data: fresh } = make;
  if (fresh) {
    const certify = async () => {
      await enrol(await core(), fresh);
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
      make.reset();
    };
    return <Passphrase fresh={fresh} label="Get my certificate" onKept={certify} />;
  }
  return (
    <Stack align="flex-start">
      {make.error && <ProblemAlert error={make.error} />}
      <Text size="sm">
        You sign and decrypt with keys that only your devices hold. They are made in this browser, kept so
        that no page can read them out, and backed up under a passphrase that is made for you.
      </Text>
      <Button loading={make.isPending} onClick={() => make.mutate()}>
        Make my keys
      </Button>
    </Stack>
  );
}

function Restore({ backup }: { backup: boolean }) {
  const core = useOwnCore();
  const client = useQueryClient();
  const [passphrase, setPassphrase] = useState("");
  const restore = useMutation({
    mutationFn: async () => restoreKeys(await core(), passphrase),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  });
  if (!backup) {
    return (
      <Stack align="flex-start">
        <Text size="sm">
          Your certificate's keys are on another device, and the server keeps no backup of them. Use that
          device, or make a backup there: <code>cloister key backup</code>. {LOST}
        </Text>
        <Recover />
      </Stack>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        restore.mutate();
      }}
    >
      <Stack align="flex-start">
        {restore.error && <ProblemAlert error={restore.error} />}
        <Text size="sm">
          Your keys are not in this browser. Their backup is at the server; your passphrase opens it.
        </Text>
        <PasswordInput
          label="Passphrase"
          placeholder="xxxxx-xxxxx-xxxxx-xxxxx"
          value={passphrase}
          onChange={(event) => setPassphrase(event.currentTarget.value)}
          autoComplete="off"
          visibilityToggleButtonProps={{ "aria-label": "Show the passphrase" }}
          w="100%"
          maw={420}
        />
        <Button type="submit" disabled={passphrase.trim() === ""} loading={restore.isPending}>
          Restore my keys
        </Button>
        <Text size="xs" c="dimmed">
          {LOST}
        </Text>
        <Recover />
      </Stack>
    </form>
  );
}

function Ready({ standing }: { standing: Extract<Standing, { kind: "ready" }> }) {
  const { certificate, digest } = standing.person;
  return (
    <Stack gap="xs">
      <Text size="sm">This browser holds your keys: you can sign and decrypt here.</Text>
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          Certificate
        </Text>
        <Digest text={digest} what="certificate digest" />
      </Group>
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          Signing key
        </Text>
        <Digest text={certificate.signing_key} what="signing key" />
      </Group>
    </Stack>
  );
}

/** One's own keys: made, restored, or here. */
export function Keys() {
  const standing = useStanding();
  return (
    <Box className="card" p="lg" component="section" aria-label="Keys">
      <Title order={2} fz="sm" mb="sm">
        Keys
      </Title>
      <Loaded of={standing}>
        {(now) => {
          if (now.kind === "new") return <Make />;
          if (now.kind === "elsewhere") return <Restore backup={now.backup} />;
          return <Ready standing={now} />;
        }}
      </Loaded>
    </Box>
  );
}
