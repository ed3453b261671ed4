import { Alert, Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { FreshKeys } from "../core/acts/enrol";
import { CopyButton } from "../ui/Copy";
import { download } from "../ui/csv";
import { ProblemAlert } from "../ui/states";

/** What a loss means, said honestly. */
export const LOST =
  "Lose both this browser's storage and the passphrase, and what was encrypted to you stays closed for ever: neither the server nor its operator can open it. A new certificate then needs two recoverers of your workspaces.";

/** The passphrase of fresh keys, shown once; going on needs a word that it is kept. */
export function Passphrase(props: { fresh: FreshKeys; label: string; onKept: () => Promise<unknown> }) {
  const [kept, setKept] = useState(false);
  const { passphrase } = props.fresh.backup;
  const make = useMutation({ mutationFn: props.onKept });
  return (
    <Stack>
      {make.error && <ProblemAlert error={make.error} />}
      <Alert
        color="yellow"
        variant="light"
        title="Shown once: keep it"
        styles={{ title: { color: "var(--mantine-color-text)" } }}
      >
        <Text size="sm">
          This passphrase opens the backup of your keys, on other browsers and the command line. It is stored
          nowhere. {LOST}
        </Text>
      </Alert>
      <Group gap={4} wrap="nowrap">
        <pre className="statement" style={{ flex: 1, fontSize: "1rem" }} data-testid="passphrase">
          {passphrase}
        </pre>
        <CopyButton text={passphrase} what="passphrase" />
      </Group>
      <Group gap="xs">
        <Button
          variant="default"
          size="xs"
          onClick={() =>
            download("cloister-passphrase.txt", `Cloister, ${location.host}\n${passphrase}\n`, "text/plain")
          }
        >
          Save as file
        </Button>
        <Button variant="default" size="xs" onClick={() => window.print()}>
          Print
        </Button>
      </Group>
      <Checkbox
        label="I have kept the passphrase where I find it again"
        checked={kept}
        onChange={(event) => setKept(event.currentTarget.checked)}
      />
      <Group>
        <Button disabled={!kept} loading={make.isPending} onClick={() => make.mutate()}>
          {props.label}
        </Button>
      </Group>
    </Stack>
  );
}
