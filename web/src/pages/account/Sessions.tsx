import { Badge, Box, Button, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, done } from "../../api/client";
import { sessionsQuery } from "../../api/queries";
import { signOut } from "../../session/session";
import { Loaded, ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";

/** Where one is signed in. */
export function Sessions() {
  const sessions = useQuery(sessionsQuery);
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: async (session: { id: string; current: boolean }) => {
      if (session.current) await signOut();
      else await done(api.DELETE("/api/v1/sessions/{id}", { params: { path: { id: session.id } } }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        Browsers and command lines that are signed in as you. End what you do not know.
      </Text>
      {end.error && <ProblemAlert error={end.error} />}
      <Box className="card" style={{ overflowX: "auto" }}>
        <Loaded of={sessions}>
          {(list) => (
            <Table aria-label="Sessions" miw={560}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Began</Table.Th>
                  <Table.Th>Last used</Table.Th>
                  <Table.Th>Ends</Table.Th>
                  <Table.Th aria-label="Acts" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {list.map((session) => (
                  <Table.Tr key={session.id}>
                    <Table.Td>
                      <Time at={session.created} />{" "}
                      {session.current && (
                        <Badge
                          size="sm"
                          variant="light"
                          tt="none"
                          ml={6}
                          styles={{ label: { color: "var(--mantine-color-text)" } }}
                        >
                          this one
                        </Badge>
                      )}
                    </Table.Td>
                    <Table.Td>
                      <Time at={session.last_used} />
                    </Table.Td>
                    <Table.Td>
                      <Time at={session.expires} />
                    </Table.Td>
                    <Table.Td ta="right">
                      <Button
                        size="compact-xs"
                        variant="default"
                        loading={end.isPending && end.variables?.id === session.id}
                        onClick={() => end.mutate(session)}
                      >
                        {session.current ? "Sign out" : "End"}
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </Loaded>
      </Box>
    </Stack>
  );
}
