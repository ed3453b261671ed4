import { Anchor, Badge, Box, Button, Group, Stack, Table } from "@mantine/core";
import { IconDatabase, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { datasetsQuery } from "../../api/queries";
import { Page } from "../../ui/Page";
import { Empty, Loaded } from "../../ui/states";
import { Time } from "../../ui/Time";
import { UseFrom } from "../../ui/UseFrom";
import { HalfUploaded } from "./HalfUploaded";
import { useManifest } from "./manifest";
import { READINESS, readinessOf } from "./readiness";

type Dataset = Schemas["Dataset"];

/** What it still needs; leads to where that is mended. */
function Readiness({ dataset }: { dataset: Dataset }) {
  const manifest = useManifest(dataset);
  const { words, color, fix } = READINESS[readinessOf(dataset, manifest, new Date())];
  const chip = (
    <Badge
      variant="light"
      color={color}
      radius="sm"
      tt="none"
      fw={500}
      styles={{ label: { color: "var(--mantine-color-text)" } }}
    >
      {words}
    </Badge>
  );
  if (!fix || !dataset.own) return chip;
  return (
    <Anchor component={Link} to={`/data/${dataset.id}`} aria-label={`${words}: ${fix}`} title={fix}>
      {chip}
    </Anchor>
  );
}

function Row({ dataset }: { dataset: Dataset }) {
  const shares = dataset.shares.filter((share) => share.state === "live").length;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/data/${dataset.id}`} size="sm" fw={550}>
          {dataset.name}
        </Anchor>{" "}
        {dataset.own && (
          <Badge size="xs" variant="default" tt="none">
            yours
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        {dataset.owner}, {dataset.organisation}
      </Table.Td>
      <Table.Td>
        <Readiness dataset={dataset} />
      </Table.Td>
      <Table.Td>{shares === 0 ? "nobody" : shares === 1 ? "1 workspace" : `${shares} workspaces`}</Table.Td>
      <Table.Td>
        <Time at={dataset.created} />
      </Table.Td>
    </Table.Tr>
  );
}

const add = (
  <Button component={Link} to="/data/new" leftSection={<IconPlus size={16} />}>
    Add dataset
  </Button>
);

export function Data() {
  const datasets = useQuery(datasetsQuery);
  return (
    <Page
      title="Data"
      lead="Datasets you own, and those that others shared to workspaces of yours."
      actions={
        <Group gap="xs">
          <UseFrom
            ways={[
              { what: "Add a dataset", cli: "cloister dataset add patients.csv --name patients" },
              { what: "List datasets", cli: "cloister dataset list", api: "{origin}/api/v1/datasets" },
            ]}
          />
          {add}
        </Group>
      }
    >
      <Stack>
        <HalfUploaded />
        <Box className="card" style={{ overflowX: "auto" }}>
          <Loaded of={datasets}>
            {(list) =>
              list.length === 0 ? (
                <Empty icon={IconDatabase} title="No datasets yet" action={add}>
                  Add a CSV or Parquet file: it is encrypted in this browser before anything leaves it, and
                  nobody can use it until you share it.
                </Empty>
              ) : (
                <Table aria-label="Datasets" miw={680} horizontalSpacing="md">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Name</Table.Th>
                      <Table.Th>Owner</Table.Th>
                      <Table.Th>Status</Table.Th>
                      <Table.Th>Shared to</Table.Th>
                      <Table.Th>Added</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {list.map((dataset) => (
                      <Row key={dataset.id} dataset={dataset} />
                    ))}
                  </Table.Tbody>
                </Table>
              )
            }
          </Loaded>
        </Box>
      </Stack>
    </Page>
  );
}
