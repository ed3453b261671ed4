import "../../styles-forms";
import { Button, Drawer, Group, Stack, Switch, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, done } from "../../api/client";
import { meQuery, type User, usersQuery } from "../../api/queries";
import { ProblemAlert } from "../../ui/states";
import { Invitation } from "./Invitation";
import { Membership } from "./Membership";
import { changes, type Draft, draftOf, isInvited, nameOf } from "./members";

async function save(user: User, draft: Draft): Promise<void> {
  const params = { path: { id: user.id } };
  const wanted = changes(user, draft);
  if (wanted.roles) {
    const body = { workspace_admin: draft.workspaceAdmin, auditor: draft.auditor };
    await done(api.PUT("/api/v1/users/{id}/roles", { params, body }));
  }
  if (wanted.activity && draft.active) await done(api.POST("/api/v1/users/{id}/enable", { params }));
  if (wanted.activity && !draft.active) await done(api.POST("/api/v1/users/{id}/disable", { params }));
}

/** The panel of one member; one's own too. */
export function ManageMember({ user, onClose }: { user: User; onClose: () => void }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(user));
  const own = me.user.id === user.id;
  const wanted = changes(user, draft);
  const act = useMutation({
    mutationFn: () => save(user, draft),
    onSuccess: () => {
      notifications.show({ message: `Saved. It holds from ${own ? "your" : "their"} next click on.` });
      onClose();
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: usersQuery.queryKey });
      if (own) void client.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
  const set = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  return (
    <Drawer opened onClose={onClose} title="Manage Member" size="md">
      <Stack gap="lg">
        <div>
          <Text fw={600}>{nameOf(user.email)}</Text>
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {user.email}
          </Text>
        </div>
        {act.error && <ProblemAlert error={act.error} />}
        <Stack gap="sm" component="section" aria-label="Roles">
          <Title order={3} fz="sm">
            Roles
          </Title>
          <Switch
            label="Organization admin"
            description="Granted on the server's host only: cloister admin grant"
            checked={user.roles.includes("organization_admin")}
            readOnly
            disabled
          />
          <Switch
            label="Workspace admin"
            description="May create workspaces, and manage those it belongs to"
            checked={draft.workspaceAdmin}
            onChange={(event) => set({ workspaceAdmin: event.currentTarget.checked })}
          />
          <Switch
            label="Auditor"
            description="Reads Trust and the organization's audit log"
            checked={draft.auditor}
            onChange={(event) => set({ auditor: event.currentTarget.checked })}
          />
        </Stack>
        {isInvited(user) && <Invitation user={user} onGone={onClose} />}
        <Membership user={user} />
        <Stack gap="sm" component="section" aria-label="Account">
          <Title order={3} fz="sm">
            Account
          </Title>
          <Switch
            label="Active"
            description={
              own
                ? "You cannot deactivate yourself"
                : user.last_sign_in
                  ? "Off: every session and token of this member ends at once, and signing in is refused. What they signed still counts in workspaces until they are removed or suspended there."
                  : "Invited, and never signed in. Off: the link gives no entry"
            }
            checked={draft.active}
            disabled={own}
            onChange={(event) => set({ active: event.currentTarget.checked })}
          />
        </Stack>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={!wanted.roles && !wanted.activity}
            loading={act.isPending}
            onClick={() => act.mutate()}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Drawer>
  );
}
