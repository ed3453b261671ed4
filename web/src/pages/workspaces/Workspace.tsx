import "../../styles-forms";
import { Alert, Anchor, Group, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams, useRouterState } from "@tanstack/react-router";
import { workspaceQuery } from "../../api/queries";
import { KeysNeeded } from "../../signing/KeysNeeded";
import { State } from "../../ui/badges";
import { Page } from "../../ui/Page";
import { Loaded, sentence } from "../../ui/states";
import { UseFrom } from "../../ui/UseFrom";
import { Words } from "../../ui/Words";

const TABS = [
  ["", "Overview"],
  ["/datasets", "Datasets"],
  ["/jobs", "Jobs"],
  ["/runs", "Runs"],
  ["/audit", "Audit Logs"],
  ["/settings", "Settings"],
] as const;

/** A workspace, with its tabs. */
export function Workspace() {
  const { id } = useParams({ from: "/inside/workspaces/$id" });
  const workspace = useQuery(workspaceQuery(id));
  const path = useRouterState({ select: (state) => state.location.pathname.replace(/\/$/, "") });
  const navigate = useNavigate();
  const base = `/workspaces/${id}`;
  const shown = workspace.data;
  return (
    <Page
      title={shown?.name ?? "Workspace"}
      lead={shown?.description}
      above={
        <Group gap="xs" mb={6}>
          <Anchor component={Link} to="/workspaces" size="sm">
            Workspaces
          </Anchor>
          {shown && <State state={shown.state} />}
        </Group>
      }
      actions={
        <UseFrom
          ways={[
            {
              what: "Show it, its statements verified",
              cli: `cloister workspace show ${id}`,
              api: `{origin}/api/v1/workspaces/${id}`,
            },
            {
              what: "Its audit log",
              cli: `cloister audit list --workspace ${id}`,
              api: `"{origin}/api/v1/audit?workspace=${id}"`,
            },
          ]}
        />
      }
    >
      <KeysNeeded />
      <Loaded of={workspace}>
        {(now) => (
          <>
            {now.notice && (
              <Alert color="blue" variant="light" mb="md" role="status">
                <Text size="sm" c="var(--mantine-color-text)">
                  <Words text={sentence(now.notice)} />
                </Text>
              </Alert>
            )}
            {now.kind === "agentic" && (
              <Alert
                color="blue"
                variant="light"
                mb="md"
                title="An agentic workspace"
                styles={{ title: { color: "var(--mantine-color-text)" } }}
              >
                <Text size="sm" c="var(--mantine-color-text)">
                  Members, policies, invitations, the audit log and archiving work already. Workflows are not
                  in this version.
                </Text>
              </Alert>
            )}
            <Tabs value={path} onChange={(to) => to && void navigate({ to })}>
              <Tabs.List aria-label={now.name}>
                {TABS.map(([to, label]) => (
                  <Tabs.Tab key={label} value={`${base}${to}`}>
                    {label}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value={path} pt="lg">
                <Outlet />
              </Tabs.Panel>
            </Tabs>
          </>
        )}
      </Loaded>
    </Page>
  );
}
