import { Anchor, Box, Button, Group, Select, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, done } from "../../api/client";
import { meQuery, type User, usersQuery, workspacesQuery } from "../../api/queries";
import { type CharterChange, changeCharter } from "../../core/acts/change";
import { holdWorkspace } from "../../core/acts/hold";
import { useAct } from "../../signing/hooks";
import { Loaded, ProblemAlert } from "../../ui/states";
import { workspacesOf } from "./members";
import { addable, changeProblem, type Place, proposable } from "./membership";

interface Change {
  id: string;
  change: CharterChange;
}

interface Asked {
  id: string;
  add: string[];
  remove: string[];
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
  const users = useQuery(usersQuery);
  const propose = useMutation({
    mutationFn: ({ id, ...body }: Asked) =>
      done(api.POST("/api/v1/workspaces/{id}/proposals", { params: { path: { id } }, body })),
    onSuccess: () => {
      setChosen(null);
      notifications.show({ message: "Proposed. An administrator of the workspace is told, and decides." });
    },
  });
  const list = workspacesOf(user);
  return (
    <Box component="section" aria-label="Workspaces">
      <Title order={3} fz="sm" mb={4}>
        Workspaces
      </Title>
      <Loaded of={workspaces}>
        {(all) => {
          const others = proposable(users.data ?? [], all, own);
          const open = others.filter(({ id }) => !list.some((one) => one.id === id));
          return (
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
                      {problem && others.some((one) => one.id === id) && (
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={`Propose removal from ${name}`}
                          loading={propose.isPending && propose.variables.id === id}
                          onClick={() => propose.mutate({ id, add: [], remove: [user.email] })}
                        >
                          Propose removal
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
              {propose.error && <ProblemAlert error={propose.error} />}
              <Add user={user} options={addable(all, user, own)} others={open} {...{ chosen, setChosen }}>
                {open.some(({ id }) => id === chosen) ? (
                  <Button
                    loading={propose.isPending}
                    onClick={() => chosen && propose.mutate({ id: chosen, add: [user.email], remove: [] })}
                  >
                    Propose
                  </Button>
                ) : (
                  <Button
                    disabled={!chosen}
                    loading={act.isPending && act.variables.id === chosen}
                    onClick={() => chosen && act.mutate({ id: chosen, change: { add: [user.email] } })}
                  >
                    Add
                  </Button>
                )}
              </Add>
            </Stack>
          );
        }}
      </Loaded>
    </Box>
  );
}

function Add(props: {
  user: User;
  options: Place[];
  others: Place[];
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
  if (props.options.length + props.others.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        There is no other workspace of yours or of your organization.
      </Text>
    );
  }
  const places = (list: Place[]) => list.map(({ id, name }) => ({ value: id, label: name }));
  const groups = [
    { group: "You administer", items: places(props.options) },
    { group: "Others administer: propose it", items: places(props.others) },
  ];
  return (
    <>
      <Group align="flex-end" wrap="nowrap" gap="xs">
        <Select
          label="Add to workspace"
          placeholder="Choose"
          data={groups.filter(({ items }) => items.length > 0)}
          value={props.chosen}
          onChange={props.setChosen}
          style={{ flex: 1 }}
        />
        {props.children}
      </Group>
      <Text size="xs" c="dimmed">
        Adding and removing is a new charter: who administers the workspace sees and signs it, and it is in
        force when those it needs have accepted it. "Save" below is for roles and the account.
      </Text>
    </>
  );
}
