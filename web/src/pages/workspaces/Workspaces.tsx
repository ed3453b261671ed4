import "../../styles-forms";
import { Box, Button, Tabs, Text } from "@mantine/core";
import { IconArchive, IconBuildingFortress, IconMail, IconPlus } from "@tabler/icons-react";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { meQuery, workspacesQuery } from "../../api/queries";
import { rightsOf } from "../../api/roles";
import { KeysNeeded } from "../../signing/KeysNeeded";
import { Page } from "../../ui/Page";
import { Empty, Loaded } from "../../ui/states";
import { UseFrom } from "../../ui/UseFrom";
import { listed, TABS, type Tab } from "./groups";
import { Invites } from "./Invites";
import { Listing } from "./Listing";

/** Ids of elements hold no blanks. */
const slug = (name: Tab) => name.toLowerCase().replaceAll(" ", "-");

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
