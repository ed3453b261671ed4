import "../../styles-forms";
import { Anchor, Badge, Box, Button, Group, Stack, Table, Tabs, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArchive, IconBuildingFortress, IconMail, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { api, done } from "../../api/client";
import { type Member, meQuery, type Workspace, workspacesQuery } from "../../api/queries";
import { rightsOf } from "../../api/roles";
import { KeysNeeded } from "../../signing/KeysNeeded";
import { State } from "../../ui/badges";
import { CopyButton } from "../../ui/Copy";
import { Page } from "../../ui/Page";
import { Empty, Loaded, ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";
import { UseFrom } from "../../ui/UseFrom";
import { listed, nextStep, TABS, type Tab } from "./groups";

/** Ids of elements hold no blanks. */
const slug = (name: Tab) => name.toLowerCase().replaceAll(" ", "-");

function Listing({ list, email }: { list: Workspace[]; email: string }) {
  return (
    <Box className="card" style={{ overflowX: "auto" }}>
      <Table aria-label="Workspaces" miw={680} verticalSpacing="sm" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Status</Table.Th>
            <Table.Th>Members</Table.Th>
            <Table.Th>Next step</Table.Th>
            <Table.Th>Created</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.map((workspace) => (
            <Table.Tr key={workspace.id}>
              <Table.Td>
                <Anchor component={Link} to={`/workspaces/${workspace.id}`} fw={550} size="sm">
                  {workspace.name}
                </Anchor>{" "}
                {workspace.kind === "agentic" && (
                  <Badge variant="default" size="sm" tt="none">
                    agentic
                  </Badge>
                )}
                <Text size="xs" c="dimmed" lineClamp={1}>
                  {workspace.description}
                </Text>
              </Table.Td>
              <Table.Td>
                <State state={workspace.state} />
              </Table.Td>
              <Table.Td>{workspace.members.length}</Table.Td>
              <Table.Td>
                <Text size="sm">{nextStep(workspace, email)}</Text>
              </Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <Time at={workspace.created} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}

function Resend({ workspace, member }: { workspace: Workspace; member: Member }) {
  const resend = useMutation({
    mutationFn: () =>
      done(
        api.POST("/api/v1/workspaces/{id}/resends", {
          params: { path: { id: workspace.id } },
          body: { email: member.email },
        }),
      ),
    onSuccess: () => notifications.show({ message: `${member.email} is told again.` }),
  });
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={resend.isPending}
        onClick={() => resend.mutate()}
        aria-label={`Resend to ${member.email}`}
      >
        Resend
      </Button>
      {resend.error && <ProblemAlert error={resend.error} />}
    </>
  );
}

/** Who accepted, is pending, declined, and when. */
export function Answers({ workspace, email }: { workspace: Workspace; email: string }) {
  const admin = workspace.members.some((member) => member.email === email && member.administrator);
  return (
    <Table aria-label={`Answers to ${workspace.name}`} miw={560}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Member</Table.Th>
          <Table.Th>Organization</Table.Th>
          <Table.Th>Answer</Table.Th>
          <Table.Th>When</Table.Th>
          <Table.Th aria-label="Acts" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {workspace.members.map((member) => (
          <Table.Tr key={member.certificate}>
            <Table.Td>{member.email}</Table.Td>
            <Table.Td>{member.organisation}</Table.Td>
            <Table.Td>
              <State state={member.answer} />
            </Table.Td>
            <Table.Td>
              <Time at={member.answered ?? member.invited} />
            </Table.Td>
            <Table.Td ta="right">
              {admin && member.answer === "pending" && member.email !== email && (
                <Resend workspace={workspace} member={member} />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Invites({ list, email }: { list: Workspace[]; email: string }) {
  return (
    <Stack>
      {list.map((workspace) => (
        <Box
          className="card"
          key={workspace.id}
          component="section"
          aria-label={workspace.name}
          style={{ overflowX: "auto" }}
        >
          <Group justify="space-between" px="md" pt="sm">
            <div>
              <Anchor component={Link} to={`/workspaces/${workspace.id}`} fw={550} size="sm">
                {workspace.name}
              </Anchor>
              <Text size="xs" c="dimmed">
                {nextStep(workspace, email)}
              </Text>
            </div>
            <Group gap="xs">
              <Text size="xs" c="dimmed">
                Copy link
              </Text>
              <CopyButton
                text={`${location.origin}/workspaces/${workspace.id}`}
                what={`link to ${workspace.name}`}
              />
              <Button size="xs" variant="default" component={Link} to={`/workspaces/${workspace.id}`}>
                Open
              </Button>
            </Group>
          </Group>
          <Answers workspace={workspace} email={email} />
        </Box>
      ))}
    </Stack>
  );
}

const EMPTY: Record<Tab, { icon: typeof IconMail; title: string; text: string }> = {
  "My workspaces": {
    icon: IconBuildingFortress,
    title: "No workspace yet",
    text: "Create one and invite members of your own or another organization, or accept an invitation.",
  },
  "New Invites": {
    icon: IconMail,
    title: "No open invitations",
    text: "Workspaces whose charter waits for answers, yours or others', appear here.",
  },
  Archived: {
    icon: IconArchive,
    title: "Nothing archived",
    text: "Workspaces that are over stay readable here.",
  },
};

export function Workspaces() {
  const { data: me } = useSuspenseQuery(meQuery);
  const workspaces = useQuery(workspacesQuery);
  const { tab = "My workspaces" } = useSearch({ from: "/inside/workspaces" });
  const navigate = useNavigate();
  const email = me.user.email;
  const may = rightsOf(me).workspaceAdmin;
  const create = may && (
    <Button size="xs" leftSection={<IconPlus size={15} />} component={Link} to="/workspaces/new">
      New Workspace
    </Button>
  );
  return (
    <Page
      title="Workspaces"
      lead="Where members of several organizations work together under a charter that all of them signed."
      actions={
        <>
          <UseFrom
            ways={[
              {
                what: "List workspaces and invitations",
                cli: "cloister workspace list",
                api: "{origin}/api/v1/workspaces",
              },
              {
                what: "Create one",
                cli: "cloister workspace create trial --type analytics --member ben@lab.example",
              },
              { what: "Accept an invitation", cli: "cloister workspace accept trial" },
            ]}
          />
          {create}
        </>
      }
    >
      <KeysNeeded />
      <Loaded of={workspaces}>
        {(all) => (
          <Tabs
            value={slug(tab)}
            onChange={(next) => {
              const chosen = TABS.find((name) => slug(name) === next);
              if (chosen) void navigate({ to: "/workspaces", search: { tab: chosen }, replace: true });
            }}
            keepMounted={false}
          >
            <Tabs.List aria-label="Workspaces">
              {TABS.map((name) => (
                <Tabs.Tab
                  key={name}
                  value={slug(name)}
                  rightSection={
                    <Text size="xs" c="dimmed">
                      {listed(all, name).length}
                    </Text>
                  }
                >
                  {name}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {TABS.map((name) => {
              const list = listed(all, name);
              const empty = EMPTY[name];
              return (
                <Tabs.Panel key={name} value={slug(name)} pt="md">
                  {list.length === 0 ? (
                    <Box className="card">
                      <Empty
                        icon={empty.icon}
                        title={empty.title}
                        action={name === "My workspaces" ? create : undefined}
                      >
                        {empty.text}
                        {name === "My workspaces" &&
                          !may &&
                          " A workspace admin creates workspaces; your organization admin makes you one."}
                      </Empty>
                    </Box>
                  ) : name === "New Invites" ? (
                    <Invites list={list} email={email} />
                  ) : (
                    <Listing list={list} email={email} />
                  )}
                </Tabs.Panel>
              );
            })}
          </Tabs>
        )}
      </Loaded>
    </Page>
  );
}
