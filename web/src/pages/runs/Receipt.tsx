import { Box, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconCheck, IconDownload, IconMinus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Run } from "../../api/queries";
import { holdWorkspace } from "../../core/acts/hold";
import { type HeldReceipt, verifyReceipt } from "../../core/results/open";
import type { Run as WireRun } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useOwnCore } from "../../signing/hooks";
import { Assurance } from "../../ui/badges";
import { CopyButton, Digest } from "../../ui/Copy";
import { Loaded } from "../../ui/states";
import { Time } from "../../ui/Time";
import { elapsed } from "../../ui/time";
import { fileName } from "./rows";

/** Everything a verifier needs, and the command beside it. */
function Bundle({ run, job }: { run: Run; job: string }) {
  const name = fileName(job, run.id, "bundle");
  const command = `cloister verify ${name}`;
  return (
    <Stack gap={6}>
      <Text size="sm">
        Approvals, evidence up to the vendor and inclusion in the log are checked offline, on a machine of
        yours, from the bundle:
      </Text>
      <Group gap="xs" align="center">
        <Button
          size="xs"
          variant="default"
          component="a"
          href={`/api/v1/runs/${run.id}/bundle`}
          download={name}
          leftSection={<IconDownload size={15} />}
        >
          Download bundle
        </Button>
        <Group gap={4} wrap="nowrap" style={{ minWidth: 0 }}>
          <code className="digest">{command}</code>
          <CopyButton text={command} what="command" />
        </Group>
      </Group>
    </Stack>
  );
}

function Check({ done, text }: { done: boolean; text: string }) {
  const Shown = done ? IconCheck : IconMinus;
  const color = done ? "var(--mantine-color-green-7)" : "var(--mantine-color-dimmed)";
  return (
    <Group component="li" gap={8} wrap="nowrap" align="flex-start">
      <Shown
        size={17}
        color={color}
        style={{ flexShrink: 0 }}
        aria-label={done ? "holds" : "not checked yet"}
      />
      <Text size="sm" {...(done ? {} : { c: "dimmed" })}>
        {text}
      </Text>
    </Group>
  );
}

/** What the receipt says. */
function Said({ held: { digest, receipt: said, release } }: { held: HeldReceipt }) {
  return (
    <Table aria-label="What the receipt says" verticalSpacing={6}>
      <Table.Tbody>
        <Table.Tr>
          <Table.Th w={150}>Assurance</Table.Th>
          <Table.Td>
            <Assurance assurance={said.assurance} />
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>Outcome</Table.Th>
          <Table.Td>{said.outcome.replaceAll("_", " ")}</Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>Ran</Table.Th>
          <Table.Td>
            <Time at={said.started} />, took {elapsed(said.started, said.finished)}
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>Spec that ran</Table.Th>
          <Table.Td>
            <Digest text={release.spec} what="digest of the spec" />
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>Worker</Table.Th>
          <Table.Td>
            <Digest text={release.worker} what="worker key" />
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>Receipt</Table.Th>
          <Table.Td>
            <Digest text={digest} what="receipt digest" />
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

/** The receipt of a run, each check of it in words. */
export function Receipt({ run, job, opened }: { run: Run; job: string; opened: string | undefined }) {
  const core = useOwnCore();
  const receipt = useQuery({
    queryKey: ["runs", run.id, "receipt"],
    queryFn: async () => {
      const own = await core();
      return verifyReceipt(asWire<WireRun>(run), await holdWorkspace(own, run.workspace));
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Box className="card" p="lg" component="section" aria-label="Receipt">
      <Title order={2} fz="md" mb="sm">
        Receipt
      </Title>
      <Loaded of={receipt}>
        {(held) => (
          <Stack gap="md">
            <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
              <Check done text="The broker that the charter names signed the release record of this run." />
              <Check done text="The worker that the release record names signed the receipt." />
              <Check done text="Receipt and release are of this run and this workspace." />
              {held.receipt.outputs.some((output) => output.name === "result") && (
                <Check
                  done={
                    opened !== undefined && held.receipt.outputs.some((output) => output.sha256 === opened)
                  }
                  text={
                    opened === undefined
                      ? "The result's digest is compared with the receipt's when you decrypt it."
                      : "The result you decrypted has the digest that the receipt holds."
                  }
                />
              )}
            </Stack>
            <Said held={held} />
            <Bundle run={run} job={job} />
          </Stack>
        )}
      </Loaded>
    </Box>
  );
}
