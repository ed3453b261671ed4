import { Anchor, Box, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { jobsQuery } from "../../api/queries";
import { State } from "../../ui/badges";
import { Loaded } from "../../ui/states";

/** Jobs whose signed spec names the dataset as it is now. */
export function UsedBy({ dataset }: { dataset: Schemas["Dataset"] }) {
  const jobs = useQuery(jobsQuery);
  return (
    <Box className="card" p="lg" component="section" aria-label="Used by">
      <Title order={2} fz="md" mb="sm">
        Who uses it
      </Title>
      <Loaded of={jobs}>
        {(all) => {
          const using = all.filter((job) => Object.values(job.tables).includes(dataset.manifest));
          if (using.length === 0) {
            return (
              <Text size="sm" c="dimmed">
                No job that you see names it as it is now.
              </Text>
            );
          }
          return (
            <Table aria-label="Jobs that use it">
              <Table.Tbody>
                {using.map((job) => (
                  <Table.Tr key={job.id}>
                    <Table.Td>
                      <Anchor component={Link} to={`/jobs/${job.id}`} size="sm">
                        {job.draft.name}
                      </Anchor>
                    </Table.Td>
                    <Table.Td>{job.creator}</Table.Td>
                    <Table.Td>
                      <State state={job.state} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          );
        }}
      </Loaded>
    </Box>
  );
}
