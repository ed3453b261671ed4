import { Alert, Button, Checkbox, Group, Stack, Switch, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Report } from "../../core/acts/ingest";
import type { Preview } from "../../core/core";
import { CoreError } from "../../core/errors";
import { useOwnCore } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";
import { Fault, Signed } from "./Progress";

/** A file that a worker has not made a dataset of yet: it was cut, or something in it did not fit. */
export function RawNotice({ id }: { id: string }) {
  const core = useOwnCore();
  const client = useQueryClient();
  const [header, setHeader] = useState(true);
  const [skipBadRows, setSkip] = useState(false);
  const [state, setState] = useState("");
  const [signed, setSigned] = useState<Preview[]>([]);
  const ingest = useMutation({
    mutationFn: async (): Promise<Report | undefined> => {
      const { ingestDataset } = await import("../../core/acts/ingest");
      try {
        const watch = {
          signed: (one: Preview) => setSigned((old) => [...old, one]),
          run: (run: { state: string }) => setState(run.state),
        };
        return (await ingestDataset(await core(), id, { header, skipBadRows }, watch)).report;
      } catch (thrown) {
        if (thrown instanceof CoreError && thrown.why.kind === "declined") return undefined;
        throw thrown;
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["datasets"] }),
  });
  return (
    <Alert
      color="yellow"
      variant="light"
      title="Not a dataset yet"
      styles={{
        title: { color: "var(--mantine-color-text)" },
        message: { color: "var(--mantine-color-text)" },
      }}
    >
      <Stack gap="sm">
        <Text size="sm">
          The encrypted file is here. A worker has to make a dataset of it before it can be shared; its
          columns are a guess until then. The share, job and run of that are signed along, in a workspace of
          you alone, and listed here.
        </Text>
        {ingest.data && !ingest.data.file && <Fault report={ingest.data} />}
        {ingest.error && <ProblemAlert error={ingest.error} />}
        <Switch
          label="The first row names the columns"
          checked={header}
          onChange={(event) => setHeader(event.currentTarget.checked)}
        />
        <Checkbox
          label="Leave out rows that do not fit"
          checked={skipBadRows}
          onChange={(event) => setSkip(event.currentTarget.checked)}
        />
        <Signed signed={signed} />
        <Group>
          <Button size="xs" loading={ingest.isPending} onClick={() => ingest.mutate()}>
            Convert and sign
          </Button>
          {ingest.isPending && (
            <Text size="sm" role="status">
              {state === "running" ? "A worker reads the file" : "Waiting for a worker"}
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
