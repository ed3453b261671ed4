import { Anchor, Box, Button, Group, Select, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { meQuery, type User, usersQuery, workspacesQuery } from "../../api/queries";
import { type CharterChange, changeCharter } from "../../core/acts/change";
import { holdWorkspace } from "../../core/acts/hold";
import { useAct } from "../../signing/hooks";
import { Loaded, ProblemAlert } from "../../ui/states";
import { workspacesOf } from "./members";
import { addable, changeProblem } from "./membership";

interface Change {
  id: string;
  change: CharterChange;
}

/** The workspaces of a member; where the admin is administrator of the charter, they add and remove. */
export function Membership({ user }: { user: User }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const workspaces = useQuery(workspacesQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const own = me.user.email;
  const act = useAct(
    async (core, { id, change }: Change) => changeCharter(core, await holdWorkspace(core, id), change),
    [workspacesQuery.queryKey, usersQuery.queryKey, ["held"]],
    (made) => {
      setChosen(null);
      notifications.show({
        message: made.pending_charter
          ? `The new charter of ${made.name} waits for those it needs.`
          : `The new charter of ${made.name} is in force.`,
      });
    },
  );
  const list = workspacesOf(user);
  return (
    <Box component="section" aria-label="Workspaces">
      <Title order={3} fz="sm" mb={4}>
        Workspaces
      </Title>
      <Loaded of={workspaces}>
        {(all) => (
          <Stack gap="sm">
            {list.length === 0 && (
              <Text size="sm" c="dimmed">
                In none yet.
              </Text>
            )}
            {list.map(({ id, name, answer }) => {
              const problem = changeProblem(
                all.find((workspace) => workspace.id === id),
                own,
              );
              return (
                <div key={id}>
                  <Group justify="space-between" wrap="nowrap">
                    <Anchor component={Link} to={`/workspaces/${id}`} size="sm">
                      {name}
                      {answer === "pending" && " (invited)"}
                    </Anchor>
                    {!problem && user.email !== own && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={`Remove from ${name}`}
                        loading={act.isPending && act.variables.id === id}
                        onClick={() => act.mutate({ id, change: { remove: [user.email] } })}
                      >
                        Remove
                      </Button>
                    )}
                  </Group>
                  {problem && (
                    <Text size="xs" c="dimmed">
                      {problem}
                    </Text>
                  )}
                </div>
              );
            })}
            {act.error && <ProblemAlert error={act.error} />}
            <Add user={user} options={addable(all, user, own)} {...{ chosen, setChosen }}>
              <Button
                disabled={!chosen}
                loading={act.isPending && act.variables.id === chosen}
                onClick={() => chosen && act.mutate({ id: chosen, change: { add: [user.email] } })}
              >
                Add
              </Button>
            </Add>
          </Stack>
        )}
      </Loaded>
    </Box>
  );
}

function Add(props: {
  user: User;
  options: { id: string; name: string }[];
  chosen: string | null;
  setChosen: (id: string | null) => void;
  children: React.ReactNode;
}) {
  if (!props.user.certificate) {
    return (
      <Text size="xs" c="dimmed">
        This member has no certificate yet, so nobody can add them: they sign in once and make their keys
        first.
      </Text>
    );
  }
  if (props.options.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        There is no other workspace whose charter names you administrator.
      </Text>
    );
  }
  return (
    <>
      <Group align="flex-end" wrap="nowrap" gap="xs">
        <Select
          label="Add to workspace"
          placeholder="Choose"
          data={props.options.map(({ id, name }) => ({ value: id, label: name }))}
          value={props.chosen}
          onChange={props.setChosen}
          style={{ flex: 1 }}
        />
        {props.children}
      </Group>
      <Text size="xs" c="dimmed">
        Adding and removing is a new charter: you see and sign it at once, and it is in force when those it
        needs have accepted it. "Save" below is for roles and the account.
      </Text>
    </>
  );
}
