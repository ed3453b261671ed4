import { Anchor, Badge, Box, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Workspace } from "../../api/queries";
import { State } from "../../ui/badges";
import { Time } from "../../ui/Time";
import { nextStep } from "./groups";

/** Workspaces with their status, members and next step. */
export function Listing({ list, email }: { list: Workspace[]; email: string }) {
  return (
    <Box className="card" style={{ overflowX: "auto" }}>
      <Table aria-label="Workspaces" miw={680} verticalSpacing="sm" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Status</Table.Th>
            <Table.Th>Members</Table.Th>
            <Table.Th>Next step</Table.Th>
            <Table.Th>Created</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.map((workspace) => (
            <Table.Tr key={workspace.id}>
              <Table.Td>
                <Anchor component={Link} to={`/workspaces/${workspace.id}`} fw={550} size="sm">
                  {workspace.name}
                </Anchor>{" "}
                {workspace.kind === "agentic" && (
                  <Badge variant="default" size="sm" tt="none">
                    agentic
                  </Badge>
                )}
                <Text size="xs" c="dimmed" lineClamp={1}>
                  {workspace.description}
                </Text>
              </Table.Td>
              <Table.Td>
                <State state={workspace.state} />
              </Table.Td>
              <Table.Td>{workspace.members.length}</Table.Td>
              <Table.Td>
                <Text size="sm">{nextStep(workspace, email)}</Text>
              </Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <Time at={workspace.created} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}
