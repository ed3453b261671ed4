import "../../styles-forms";
import { Box, Button, Group, Modal, Select, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { Workspace } from "../../api/queries";
import { suspendMember } from "../../core/acts/change";
import { holdWorkspace } from "../../core/acts/hold";
import { useAct } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";

/** For a stolen key or a falling-out: at once, without anybody's acceptance. */
export function Suspend({ workspace, own }: { workspace: Workspace; own: string }) {
  const [email, setEmail] = useState<string | null>(null);
  const [opened, dialog] = useDisclosure(false);
  const others = workspace.members.map((member) => member.email).filter((other) => other !== own);
  const suspend = useAct(
    async (core, who: string) => suspendMember(core, await holdWorkspace(core, workspace.id), who),
    [["workspaces"], ["held", workspace.id]],
    () => {
      dialog.close();
      setEmail(null);
      notifications.show({ message: "Suspended. Nothing this member signs counts any more." });
    },
  );
  if (others.length === 0) return null;
  return (
    <Box className="card" p="lg" component="section" aria-label="Suspend a member">
      <Title order={2} fz="sm" mb={4}>
        Suspend a member
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        At once, and without anybody's acceptance: what this member signs counts no more, and approvals
        required of them stay required. It ends only with a new charter under a new certificate.
      </Text>
      <Group align="flex-end">
        <Select
          label="Member to suspend"
          placeholder="Choose"
          data={others}
          value={email}
          onChange={setEmail}
          w={280}
        />
        <Button color="red.9" disabled={!email} onClick={dialog.open}>
          Suspend
        </Button>
      </Group>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={`Suspend ${email ?? ""}?`}
        closeOnClickOutside={false}
      >
        <Stack>
          {suspend.error && <ProblemAlert error={suspend.error} />}
          <Text size="sm">
            Jobs that need this member's approval, and runs that need their data, stop until a new charter
            without them is in force. Next you see the statement, and sign it.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              Cancel
            </Button>
            <Button color="red.9" loading={suspend.isPending} onClick={() => email && suspend.mutate(email)}>
              Suspend at once
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Box>
  );
}
