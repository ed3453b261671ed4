import { Anchor, Box, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { datasetQuery } from "../../api/queries";
import type { HeldDataset } from "../../core/acts/datasets";
import { rulesWords } from "../../core/describe/datasets";
import { Digest } from "../../ui/Copy";
import { Page } from "../../ui/Page";
import { Loaded } from "../../ui/states";
import { UseFrom } from "../../ui/UseFrom";
import { Words } from "../../ui/Words";
import { DeleteDialog } from "./DeleteDialog";
import { useHeld } from "./manifest";
import { RawNotice } from "./RawNotice";
import { RulesDialog } from "./RulesDialog";
import { Shares } from "./Shares";
import { UsedBy } from "./UsedBy";

function Columns({ held }: { held: HeldDataset }) {
  return (
    <Table aria-label="Columns" verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Column</Table.Th>
          <Table.Th>Type</Table.Th>
          <Table.Th>May be empty</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {held.manifest.schema.map((column) => (
          <Table.Tr key={column.name}>
            <Table.Td>
              <code className="digest">{column.name}</code>
            </Table.Td>
            <Table.Td>{column.type}</Table.Td>
            <Table.Td>{column.nullable ? "yes" : "no"}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function SchemaAndRules(props: { dataset: Schemas["Dataset"]; held: ReturnType<typeof useHeld> }) {
  const { dataset, held } = props;
  const [changing, setChanging] = useState(false);
  const mine = dataset.own && dataset.state !== "deleted";
  return (
    <Box className="card" p="lg" component="section" aria-label="Schema and rules">
      {changing && held.data && <RulesDialog held={held.data} onClose={() => setChanging(false)} />}
      <Group justify="space-between" mb="sm">
        <Title order={2} fz="md">
          Schema and rules
        </Title>
        <Group gap="sm">
          <Digest text={dataset.manifest} what="manifest digest" />
          {mine && held.data && held.data.manifest.format !== "raw" && (
            <Button size="xs" variant="default" onClick={() => setChanging(true)}>
              Change rules
            </Button>
          )}
        </Group>
      </Group>
      <Loaded of={held}>
        {(shown) => (
          <Stack>
            <Stack gap={2}>
              {rulesWords(shown.manifest.rules).map((words) => (
                <Text key={words} size="sm">
                  <Words text={words} />
                </Text>
              ))}
            </Stack>
            <Columns held={shown} />
            <Text size="xs" c="dimmed">
              Read from the owner's signed manifest, verified in this browser.
            </Text>
          </Stack>
        )}
      </Loaded>
    </Box>
  );
}

/** A dataset: schema and rules from its signed manifest, where it is shared, who uses it. */
export function DatasetPage() {
  const { id } = useParams({ from: "/inside/data/$id" });
  const dataset = useQuery(datasetQuery(id));
  const held = useHeld(dataset.data);
  const [deleting, setDeleting] = useState(false);
  const { data } = dataset;
  return (
    <Page
      title={data?.name ?? "Dataset"}
      lead={data && `Owned by ${data.owner}, ${data.organisation}`}
      above={
        <Anchor component={Link} to="/data" size="sm" mb={6} display="inline-block">
          Data
        </Anchor>
      }
      actions={
        <Group gap="xs">
          <UseFrom
            ways={[
              { what: "Show it", cli: `cloister dataset show ${id}`, api: `{origin}/api/v1/datasets/${id}` },
              { what: "Share it", cli: `cloister dataset share ${id} --workspace NAME` },
              { what: "Delete it", cli: `cloister dataset delete ${id}` },
            ]}
          />
          {data?.own && data.state !== "deleted" && (
            <Button variant="default" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          )}
        </Group>
      }
    >
      {deleting && data && <DeleteDialog id={id} name={data.name} onClose={() => setDeleting(false)} />}
      <Loaded of={dataset}>
        {(shown) => (
          <Stack gap="lg">
            {shown.state === "deleted" && (
              <Text size="sm" role="status">
                It was deleted: it is unreleasable, for ever.
              </Text>
            )}
            {shown.own && shown.state !== "deleted" && held.data?.manifest.format === "raw" && (
              <RawNotice id={id} />
            )}
            <SchemaAndRules dataset={shown} held={held} />
            <Shares dataset={shown} held={held.data} />
            <UsedBy dataset={shown} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
