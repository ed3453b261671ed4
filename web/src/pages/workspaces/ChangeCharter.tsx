import "../../styles-forms";
import { Alert, Box, Button, Group, List, MultiSelect, Stack, TagsInput, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Workspace } from "../../api/queries";
import { type CharterChange, changeCharter } from "../../core/acts/change";
import { holdWorkspace } from "../../core/acts/hold";
import { useAct, useOwnCore } from "../../signing/hooks";
import { Loaded, ProblemAlert } from "../../ui/states";
import { type CharterForm, changeOf, consequences, formOf, formProblem } from "./charter";
import { EMPTY } from "./draft";
import { Policies } from "./Policies";

function Form({ workspace, now }: { workspace: Workspace; now: CharterForm }) {
  const [wanted, setWanted] = useState(now);
  const set = (part: Partial<CharterForm>) => setWanted((old) => ({ ...old, ...part }));
  const change = changeOf(now, wanted);
  const problem = formProblem(wanted);
  const propose = useAct(
    async (core, what: CharterChange) => changeCharter(core, await holdWorkspace(core, workspace.id), what),
    [["workspaces"], ["held", workspace.id]],
    () => notifications.show({ message: "Proposed. It is in force when everyone it needs has accepted." }),
  );
  return (
    <Stack gap="lg">
      <TagsInput
        label="Members"
        description="By e-mail, of any organization of this server. Each needs a certificate."
        value={wanted.members}
        onChange={(members) => set({ members: members.map((email) => email.trim().toLowerCase()) })}
        splitChars={[",", " ", ";"]}
        acceptValueOnBlur
      />
      <MultiSelect
        label="Administrators"
        description="Change members and policies, suspend, archive"
        data={wanted.members}
        value={wanted.administrators}
        onChange={(administrators) => set({ administrators })}
      />
      <Policies draft={{ ...EMPTY, ...wanted }} people={wanted.members} onChange={set} fixedFloor />
      {change && !problem && (
        <Alert
          color="blue"
          variant="light"
          title="What comes of it"
          styles={{ title: { color: "var(--mantine-color-text)" } }}
        >
          <List size="sm" spacing={4}>
            {consequences(now, wanted).map((text) => (
              <List.Item key={text}>{text}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {change && problem && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {problem}
        </Text>
      )}
      {propose.error && <ProblemAlert error={propose.error} />}
      <Group>
        <Button
          disabled={!change || problem !== undefined}
          loading={propose.isPending}
          onClick={() => change && propose.mutate(change)}
        >
          Propose new charter
        </Button>
        {change && (
          <Button variant="default" onClick={() => setWanted(now)}>
            Undo changes
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** Members and policies of the charter in force, as the next version would have them. */
export function ChangeCharter({ workspace }: { workspace: Workspace }) {
  const core = useOwnCore();
  const held = useQuery({
    queryKey: ["held", workspace.id, workspace.charter, "form"],
    queryFn: async () => {
      const found = await holdWorkspace(await core(), workspace.id);
      const email = (digest: string) => found.people.get(digest)?.certificate.email ?? digest;
      return formOf(found.force?.now.body ?? found.first, email);
    },
    retry: false,
  });
  return (
    <Box className="card" p="lg" component="section" aria-label="Change members">
      <Title order={2} fz="sm" mb={4}>
        Members and policies
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        A change is a new version of the charter: you sign it, the others accept it. Name, type and assurance
        floor stay for good.
      </Text>
      {workspace.pending_charter ? (
        <Text size="sm">A version waits for answers already: one change at a time.</Text>
      ) : (
        <Loaded of={held}>{(now) => <Form key={workspace.charter} workspace={workspace} now={now} />}</Loaded>
      )}
    </Box>
  );
}
