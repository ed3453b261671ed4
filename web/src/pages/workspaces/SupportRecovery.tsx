import "../../styles-forms";
import { Box, Button, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Workspace } from "../../api/queries";
import { holdWorkspace } from "../../core/acts/hold";
import { supportRecovery } from "../../core/acts/recover";
import { useAct, useOwnCore } from "../../signing/hooks";
import { ProblemAlert } from "../../ui/states";

const isDigest = (text: string) => /^[0-9a-f]{64}$/.test(text);

/** Whether the charter in force names this person as a recoverer. */
function useIsRecoverer(workspace: Workspace, own: string): boolean {
  const core = useOwnCore();
  const held = useQuery({
    queryKey: ["held", workspace.id, workspace.charter, "recoverers"],
    queryFn: async () => {
      const { force, people } = await holdWorkspace(await core(), workspace.id);
      return (force?.now.body.recoverers ?? []).map((one) => people.get(one)?.certificate.email);
    },
    retry: false,
  });
  return held.data?.includes(own) ?? false;
}

/** For a member who lost their keys: recoverers stand up for the new ones. */
export function SupportRecovery({ workspace, own }: { workspace: Workspace; own: string }) {
  const [email, setEmail] = useState<string | null>(null);
  const [told, setTold] = useState("");
  const digest = told.trim().toLowerCase();
  const support = useAct(
    async (core, who: string) => {
      await supportRecovery(core, await holdWorkspace(core, workspace.id), who, digest);
      return who;
    },
    [],
    (who) => {
      setTold("");
      notifications.show({ message: `Signed. With a second recoverer, and a day later, ${who} is back.` });
    },
  );
  if (!useIsRecoverer(workspace, own)) return null;
  const others = workspace.members.map((member) => member.email).filter((other) => other !== own);
  return (
    <Box className="card" p="lg" component="section" aria-label="Support a recovery">
      <Title order={2} fz="sm" mb={4}>
        Support a recovery
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        The charter names you as a recoverer. A member who lost their keys tells you the digest of their
        request, by phone or in person: whoever holds the keys behind it will be that member.
      </Text>
      <Stack gap="sm">
        <Select
          label="Member who lost their keys"
          placeholder="Choose"
          data={others}
          value={email}
          onChange={setEmail}
          maw={340}
        />
        <TextInput
          label="Digest of their request"
          description="64 digits and letters a to f"
          value={told}
          onChange={(event) => setTold(event.currentTarget.value)}
          error={told === "" || isDigest(digest) ? undefined : "This is no digest"}
        />
        {support.error && <ProblemAlert error={support.error} />}
        <Group>
          <Button
            disabled={!email || !isDigest(digest)}
            loading={support.isPending}
            onClick={() => email && support.mutate(email)}
          >
            Support
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}
