import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../api/queries";
import { newKeys } from "../core/acts/enrol";
import { beginRecovery, finishRecovery } from "../core/acts/recover";
import { type Envelope, envelopeJson, readEnvelope } from "../core/statement/envelope";
import { CopyButton } from "../ui/Copy";
import { ProblemAlert } from "../ui/states";
import { useOwnCore } from "./hooks";
import { Passphrase } from "./Passphrase";

/** A request that waits for recoverers, as it is kept; nothing where that is not one. */
function kept(text: string | undefined): Envelope | undefined {
  if (!text) return undefined;
  try {
    return readEnvelope(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function Waiting({ request, onDone }: { request: Envelope; onDone: () => void }) {
  const core = useOwnCore();
  const client = useQueryClient();
  const { data: me } = useSuspenseQuery(meQuery);
  const ask = useMutation({
    mutationFn: async () => finishRecovery(await core(), request),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
      onDone();
    },
  });
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm">
        Tell this digest to two recoverers of one workspace, by phone or in person: whoever holds the keys
        behind it will be you. They support it in that workspace, under "Settings", or with{" "}
        <code>cloister key recover {me.user.email} --request DIGEST --workspace NAME</code>. A day after the
        second, ask for the certificate here.
      </Text>
      <Group gap={4} wrap="nowrap" w="100%">
        <pre className="statement" style={{ flex: 1 }} data-testid="recovery-request">
          {request.digest}
        </pre>
        <CopyButton text={request.digest} what="recovery request" />
      </Group>
      {ask.error && <ProblemAlert error={ask.error} title="Not yet" />}
      <Group gap="xs">
        <Button loading={ask.isPending} onClick={() => ask.mutate()}>
          Ask for my certificate
        </Button>
        <Button variant="default" onClick={onDone}>
          Give this request up
        </Button>
      </Group>
    </Stack>
  );
}

/** For who has lost every device and the passphrase: new keys, for which others stand up. */
export function Recover() {
  const { data: me } = useSuspenseQuery(meQuery);
  const core = useOwnCore();
  const [open, setOpen] = useState(false);
  const [text, keep, forget] = useLocalStorage<string>({
    key: `cloister.recovery.${me.user.id}`,
    getInitialValueInEffect: false,
  });
  const make = useMutation({ mutationFn: async () => newKeys(await core()) });
  const waiting = kept(text);
  const { data: fresh } = make;
  if (!open && !waiting) {
    return (
      <Button variant="subtle" size="compact-sm" onClick={() => setOpen(true)}>
        I have lost my passphrase and every device
      </Button>
    );
  }
  const begin = async () => {
    if (!fresh) return;
    keep(JSON.stringify(envelopeJson(await beginRecovery(await core(), fresh))));
    make.reset();
  };
  return (
    <Stack gap="sm" w="100%" component="section" aria-label="Recovery">
      <Title order={3} fz="sm">
        Recovery
      </Title>
      {waiting && <Waiting request={waiting} onDone={forget} />}
      {!waiting && fresh && <Passphrase fresh={fresh} label="Sign the recovery request" onKept={begin} />}
      {!waiting && !fresh && (
        <Stack gap="sm" align="flex-start">
          {make.error && <ProblemAlert error={make.error} />}
          <Text size="sm">
            You get new keys. What was encrypted to the old ones stays closed for ever. The new certificate
            needs two recoverers of one workspace that you are in, and counts in each workspace from a charter
            that lists it. Where no charter names recoverers, nobody can bring you back: ask to be invited
            under another account.
          </Text>
          <Button loading={make.isPending} onClick={() => make.mutate()}>
            Make new keys
          </Button>
        </Stack>
      )}
    </Stack>
  );
}
