import "../../styles-forms";
import { Box, Button, Group, Modal, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { Workspace } from "../../api/queries";
import { archiveWorkspace } from "../../core/acts/change";
import { holdWorkspace } from "../../core/acts/hold";
import { useAct } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";

/** The end of a workspace: permanent, by its name. */
export function Archive({ workspace }: { workspace: Workspace }) {
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
