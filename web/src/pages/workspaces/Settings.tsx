import "../../styles-forms";
import { Box, Button, Group, Modal, Stack, TagsInput, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, done } from "../../api/client";
import { meQuery, type Workspace, workspaceQuery } from "../../api/queries";
import { archiveWorkspace, changeCharter } from "../../core/acts/change";
import { holdWorkspace } from "../../core/acts/hold";
import { useAct } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";
import { isEmail } from "./draft";

function Describe({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient();
  const [text, setText] = useState(workspace.description);
  const save = useMutation({
    mutationFn: async () => {
      const params = { path: { id: workspace.id }, header: { "If-Match": "*" } };
      await done(api.PATCH("/api/v1/workspaces/{id}", { params, body: { description: text } }));
    },
    onSuccess: () => notifications.show({ message: "The description is saved." }),
    onSettled: () => client.invalidateQueries({ queryKey: ["workspaces"] }),
  });
  const length = [...text].length;
  return (
    <Box className="card" p="lg" component="section" aria-label="Description settings">
      <Stack gap="sm">
        {save.error && <ProblemAlert error={save.error} />}
        <Textarea
          label="Description"
          description={`${length} of 150 characters; not part of the charter`}
          autosize
          minRows={2}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={length > 150 ? "At most 150 characters" : undefined}
        />
        <Group>
          <Button
            disabled={text === workspace.description || length > 150}
            loading={save.isPending}
            onClick={() => save.mutate()}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}

function Members({ workspace, own }: { workspace: Workspace; own: string }) {
  const now = workspace.members.map((member) => member.email);
  const [wanted, setWanted] = useState(now);
  const add = wanted.filter((email) => !now.includes(email));
  const remove = now.filter((email) => !wanted.includes(email));
  const bad = add.filter((email) => !isEmail(email));
  const propose = useAct(
    async (core, _: undefined) =>
      changeCharter(core, await holdWorkspace(core, workspace.id), { add, remove }),
    [["workspaces"], ["held", workspace.id]],
    () => notifications.show({ message: "Proposed. It is in force when everyone it needs has accepted." }),
  );
  return (
    <Box className="card" p="lg" component="section" aria-label="Change members">
      <Stack gap="sm">
        {propose.error && <ProblemAlert error={propose.error} />}
        <TagsInput
          label="Members"
          description="A change is a new charter version that you sign and the others accept. Approvals of jobs under the version before are judged anew; who is removed loses access when it comes into force."
          value={wanted}
          onChange={(next) =>
            setWanted(next.includes(own) ? next.map((email) => email.trim().toLowerCase()) : [own, ...next])
          }
          error={bad.length > 0 ? `No e-mail address: ${bad.join(", ")}` : undefined}
          disabled={Boolean(workspace.pending_charter)}
        />
        {workspace.pending_charter && (
          <Text size="xs" c="dimmed">
            A version waits for answers already: one change at a time.
          </Text>
        )}
        <Group>
          <Button
            disabled={add.length + remove.length === 0 || bad.length > 0}
            loading={propose.isPending}
            onClick={() => propose.mutate(undefined)}
          >
            Propose new charter
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}

function Archive({ workspace }: { workspace: Workspace }) {
  const [opened, dialog] = useDisclosure(false);
  const [typed, setTyped] = useState("");
  const archive = useAct(
    async (core, name: string) => archiveWorkspace(core, await holdWorkspace(core, workspace.id), name),
    [["workspaces"], ["held", workspace.id]],
    () => {
      dialog.close();
      notifications.show({ message: `${workspace.name} is archived.` });
    },
  );
  return (
    <Box className="card" p="lg" component="section" aria-label="Archive settings">
      <Title order={2} fz="sm" mb={4}>
        Archive
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Permanent: no edit, no run. History, results and receipts stay readable.
      </Text>
      <Button color="red.9" onClick={dialog.open}>
        Archive
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={`Archive ${workspace.name}?`}
        closeOnClickOutside={false}
      >
        <Stack>
          {archive.error && <ProblemAlert error={archive.error} />}
          <Text size="sm">
            This is permanent. There is no way back, for nobody. Type the name of the workspace to go on.
          </Text>
          <TextInput
            label={`Type ${workspace.name}`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              Cancel
            </Button>
            <Button
              color="red.9"
              disabled={typed !== workspace.name}
              loading={archive.isPending}
              onClick={() => archive.mutate(typed)}
            >
              Archive for good
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Box>
  );
}

export function Settings() {
  const { id } = useParams({ from: "/inside/workspaces/$id" });
  const { data: me } = useSuspenseQuery(meQuery);
  const workspace = useQuery(workspaceQuery(id)).data as Workspace;
  const administrator = workspace.members.some(
    (member) => member.email === me.user.email && member.administrator,
  );
  if (workspace.state === "archived" || workspace.state === "rejected") {
    return (
      <Box className="card" p="lg">
        <Text size="sm">
          This workspace is over. Nothing of it can be changed; everything stays readable.
        </Text>
      </Box>
    );
  }
  if (!administrator) {
    const admins = workspace.members.filter((member) => member.administrator).map((member) => member.email);
    return (
      <Box className="card" p="lg">
        <Text size="sm">The administrators named in the charter change settings: {admins.join(", ")}.</Text>
      </Box>
    );
  }
  return (
    <Stack gap="lg">
      <Describe key={workspace.description} workspace={workspace} />
      {workspace.state === "active" && (
        <Members key={workspace.charter} workspace={workspace} own={me.user.email} />
      )}
      {workspace.state === "active" && <Archive workspace={workspace} />}
    </Stack>
  );
}
