import { Box, Button, Group, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { meQuery, type Workspace, workspaceQuery } from "../../api/queries";
import { acceptCharter, awaitedBy, declineCharter, invitationOf } from "../../core/acts/answer";
import { holdWorkspace, namesOf } from "../../core/acts/hold";
import { charterFacts } from "../../core/describe/workspaces";
import { useAct, useOwnCore } from "../../signing/hooks";
import { Digest } from "../../ui/Copy";
import { Loaded, ProblemAlert } from "../../ui/states";
import { Words } from "../../ui/Words";
import { mayWithdraw } from "./groups";
import { Answers, Withdraw } from "./Invites";

function Facts({ label, facts }: { label: string; facts: readonly { label: string; value: string }[] }) {
  return (
    <Table aria-label={label} verticalSpacing={6}>
      <Table.Tbody>
        {facts.map((fact, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what a charter says does not move
          <Table.Tr key={index}>
            <Table.Th w={190} fw={500} style={{ verticalAlign: "top" }}>
              {fact.label}
            </Table.Th>
            <Table.Td style={{ overflowWrap: "anywhere" }}>
              <Words text={fact.value} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const staleOf = (id: string) => [["workspaces"], ["held", id]];

function useAccept(id: string) {
  return useAct(
    async (core, genesis: string) => acceptCharter(core, await holdWorkspace(core, id), genesis || undefined),
    staleOf(id),
  );
}

/** The genesis digest as another member told it; nothing is compared while it is empty. */
function Told(props: { id: string; name: string; told: string; onTold: (told: string) => void }) {
  return (
    <TextInput
      label="Genesis digest that another member told you"
      description="By phone or in person, not through this server: so a server that shows you another workspace is caught. Empty skips the comparison."
      value={props.told}
      onChange={(event) => props.onTold(event.currentTarget.value)}
      error={fits(props.told, props.id) ? undefined : `This is not the digest of ${props.name}`}
    />
  );
}

const digestOf = (told: string) => told.trim().toLowerCase();
const fits = (told: string, id: string) => ["", id].includes(digestOf(told));

/** Accepted elsewhere: what was compared there is known to that browser only. */
function Recognise({ id, name }: { id: string; name: string }) {
  const [told, setTold] = useState("");
  const accept = useAccept(id);
  return (
    <Box className="card" p="lg" component="section" aria-label="New in this browser">
      <Title order={2} fz="md" mb={4}>
        This browser does not know the workspace yet
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        You are a member, and accepted it on another device. Nothing is signed for it here before you
        recognise it; that signs nothing.
      </Text>
      <Stack gap="sm">
        <Told id={id} name={name} told={told} onTold={setTold} />
        {accept.error && <ProblemAlert error={accept.error} />}
        <Group>
          <Button
            loading={accept.isPending}
            disabled={!fits(told, id)}
            onClick={() => accept.mutate(digestOf(told))}
          >
            Use it in this browser
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}

function Answer({ id, name, later }: { id: string; name: string; later: boolean }) {
  const [told, setTold] = useState("");
  const accept = useAccept(id);
  const decline = useAct(
    async (core, _: undefined) => declineCharter(core, await holdWorkspace(core, id)),
    staleOf(id),
  );
  return (
    <Box className="card" p="lg" component="section" aria-label="Your answer">
      <Title order={2} fz="md" mb={4}>
        You are asked to accept this charter
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        It comes into force when everyone it needs has accepted.{" "}
        {later
          ? "Declining voids this version for everyone; the charter in force stays."
          : "Declining ends it for everyone."}
      </Text>
      <Stack gap="sm">
        <Told id={id} name={name} told={told} onTold={setTold} />
        {accept.error && <ProblemAlert error={accept.error} />}
        {decline.error && <ProblemAlert error={decline.error} />}
        <Group>
          <Button
            loading={accept.isPending}
            disabled={!fits(told, id)}
            onClick={() => accept.mutate(digestOf(told))}
          >
            Accept
          </Button>
          <Button variant="default" loading={decline.isPending} onClick={() => decline.mutate(undefined)}>
            Decline
          </Button>
        </Group>
      </Stack>
    </Box>
  );
}

/** Members and policies, read from the signed charter and verified here. */
export function Overview() {
  const { id } = useParams({ from: "/inside/workspaces/$id" });
  const { data: me } = useSuspenseQuery(meQuery);
  const workspace = useQuery(workspaceQuery(id)).data as Workspace;
  const core = useOwnCore();
  const held = useQuery({
    queryKey: [
      "held",
      id,
      workspace.charter,
      workspace.pending_charter ?? "",
      workspace.state,
      workspace.notice,
    ],
    queryFn: async () => {
      const found = await holdWorkspace(await core(), id);
      const charter = found.force?.now.body ?? found.first;
      return {
        facts: charterFacts(charter, namesOf(found)),
        waiting: invitationOf(found),
        awaited: awaitedBy(found),
        problem: found.problem,
        pinned: found.pinned,
      };
    },
    retry: false,
  });
  const mine = workspace.members.find((member) => member.email === me.user.email);
  // The server tells the answers to the charter in force; those to a later one are in its statements.
  const asked =
    workspace.state === "pending"
      ? mine?.answer === "pending"
      : (held.data?.awaited.includes(me.user.email) ?? false);
  return (
    <Stack gap="lg">
      {asked && <Answer id={id} name={workspace.name} later={workspace.state !== "pending"} />}
      {!asked && mine && held.data?.pinned === false && <Recognise id={id} name={workspace.name} />}
      <Box className="card" p="lg" component="section" aria-label="Charter">
        <Group justify="space-between" mb="sm">
          <Title order={2} fz="md">
            Charter
          </Title>
          <Group gap={6}>
            <Text size="xs" c="dimmed">
              Genesis digest
            </Text>
            <Digest text={id} what="genesis digest" />
          </Group>
        </Group>
        <Loaded of={held}>
          {({ facts, waiting }) => (
            <Stack>
              <Facts label="What the charter says" facts={facts} />
              {waiting && workspace.state === "active" && (
                <div>
                  <Title order={3} fz="sm" mb={4}>
                    The version that waits
                  </Title>
                  <Facts label="What the waiting version says" facts={waiting.facts} />
                </div>
              )}
              <Text size="xs" c="dimmed">
                Read from the signed statements, every signature verified in this browser.
              </Text>
            </Stack>
          )}
        </Loaded>
      </Box>
      <Box className="card" component="section" aria-label="Members" style={{ overflowX: "auto" }}>
        <Title order={2} fz="md" px="lg" pt="lg" pb="xs">
          {workspace.pending_charter ? "Answers to the version that waits" : "Members"}
        </Title>
        <Answers workspace={workspace} email={me.user.email} />
        {mayWithdraw(workspace, me.user.email) && (
          <Group px="lg" pb="lg" pt="xs" gap="sm">
            <Withdraw workspace={workspace} />
            <Text size="xs" c="dimmed">
              {workspace.state === "pending"
                ? "Ends this workspace before it began, for everyone."
                : "Voids the version that waits; the charter in force stays."}
            </Text>
          </Group>
        )}
      </Box>
    </Stack>
  );
}
