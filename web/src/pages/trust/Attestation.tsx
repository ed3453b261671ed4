import { Box, Button, Group, Stack, Table, Text, ThemeIcon, Title } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCheck,
  IconDownload,
  IconHelp,
  IconServer2,
  IconX,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api, done } from "../../api/client";
import { workersQuery } from "../../api/queries";
import { asWire } from "../../signing/core";
import { Assurance } from "../../ui/badges";
import { Digest } from "../../ui/Copy";
import { download } from "../../ui/csv";
import { Empty, Loaded } from "../../ui/states";
import { Time } from "../../ui/Time";
import { type Check, checksOf } from "./checks";

const SHOWN = {
  holds: { color: "green.9", icon: IconCheck, word: "holds" },
  broken: { color: "red.9", icon: IconX, word: "broken" },
  simulated: { color: "yellow.9", icon: IconAlertTriangle, word: "simulated" },
  open: { color: "gray.7", icon: IconHelp, word: "not judged here" },
} as const;

function Line({ check }: { check: Check }) {
  const { color, icon: Shown, word } = SHOWN[check.verdict];
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start" component="li">
      <ThemeIcon size={22} radius="xl" color={color} aria-hidden>
        <Shown size={14} />
      </ThemeIcon>
      <Text size="sm">
        <b>
          {check.name}: {word}.
        </b>{" "}
        {check.text}.
      </Text>
    </Group>
  );
}

async function challenge() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const nonce = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const answer = await done(api.POST("/api/v1/broker/evidence", { body: { nonce } }));
  return { nonce, answer, ...checksOf(nonce, asWire(answer)) };
}

function Broker() {
  const proof = useQuery({
    queryKey: ["broker", "challenge"],
    queryFn: challenge,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Box className="card" p="lg" component="section" aria-label="Key broker">
      <Group justify="space-between" mb="sm">
        <Group gap="sm">
          <Title order={2} fz="md">
            Key broker
          </Title>
          {proof.data?.simulated !== undefined && (
            <Assurance assurance={proof.data.simulated ? "simulated" : "hardware"} />
          )}
        </Group>
        <Group gap="xs">
          <Button size="xs" variant="default" loading={proof.isFetching} onClick={() => void proof.refetch()}>
            Challenge again
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={15} />}
            disabled={!proof.data}
            onClick={() =>
              proof.data &&
              download("broker-evidence.json", JSON.stringify(proof.data.answer, null, 2), "application/json")
            }
          >
            Download evidence
          </Button>
        </Group>
      </Group>
      <Text size="sm" c="dimmed" mb="md">
        It holds the keys of shared datasets, and gives them to an attested worker only for what the members
        approved.
      </Text>
      <Loaded of={proof}>
        {({ answer, checks }) => (
          <Stack gap="md">
            <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
              {checks.map((check) => (
                <Line key={check.name} check={check} />
              ))}
            </Stack>
            <Table aria-label="Identity of the broker" verticalSpacing={6}>
              <Table.Tbody>
                {(
                  [
                    ["Measurement", answer.identity.measurement],
                    ["Signing key", answer.identity.signing_key],
                    ["Sealing key", answer.identity.sealing_key],
                    ["Configuration", answer.identity.configuration],
                  ] as const
                ).map(([name, text]) => (
                  <Table.Tr key={name}>
                    <Table.Th w={160} fw={500}>
                      {name}
                    </Table.Th>
                    <Table.Td>
                      <Digest text={text} what={name.toLowerCase()} />
                    </Table.Td>
                  </Table.Tr>
                ))}
                <Table.Tr>
                  <Table.Th fw={500}>State</Table.Th>
                  <Table.Td>
                    {answer.identity.anchored ? "serves" : "waits for its newest record in the log"}, at
                    record {answer.identity.sequence}
                  </Table.Td>
                </Table.Tr>
              </Table.Tbody>
            </Table>
          </Stack>
        )}
      </Loaded>
    </Box>
  );
}

function Workers() {
  const workers = useQuery({ ...workersQuery, refetchInterval: 30_000 });
  return (
    <Box className="card" component="section" aria-label="Workers" style={{ overflowX: "auto" }}>
      <Box px="lg" pt="lg">
        <Title order={2} fz="md">
          Workers
        </Title>
        <Text size="sm" c="dimmed" mb="sm">
          They compute. Each proves itself to the broker anew for every run; what it proved is in the run's
          receipt.
        </Text>
      </Box>
      <Loaded of={workers}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon={IconServer2} title="No worker has asked for work yet">
              Runs wait until one does. The operator starts workers: <code>cloister serve</code> brings one
              along.
            </Empty>
          ) : (
            <Table aria-label="Workers" miw={680} horizontalSpacing="lg">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th>Assurance</Table.Th>
                  <Table.Th>Measurement</Table.Th>
                  <Table.Th>First seen</Table.Th>
                  <Table.Th>Last asked for work</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {list.map((worker) => (
                  <Table.Tr key={worker.name}>
                    <Table.Td>{worker.name}</Table.Td>
                    <Table.Td>
                      <Assurance assurance={worker.assurance} />
                    </Table.Td>
                    <Table.Td>
                      {worker.measurement ? (
                        <Digest text={worker.measurement} what="measurement" />
                      ) : (
                        "not told"
                      )}
                    </Table.Td>
                    <Table.Td>
                      <Time at={worker.first_seen} />
                    </Table.Td>
                    <Table.Td>
                      <Time at={worker.last_seen} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Loaded>
    </Box>
  );
}

export function Attestation() {
  return (
    <Stack gap="lg">
      <Broker />
      <Workers />
    </Stack>
  );
}
