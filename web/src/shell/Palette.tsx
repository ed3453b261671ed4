import { useMantineColorScheme } from "@mantine/core";
import {
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
  spotlight,
} from "@mantine/spotlight";
import { IconBuildingFortress, IconLogout, IconMoon, IconSearch, IconSun } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type Me, type Workspace, workspacesQuery } from "../api/queries";
import { rightsOf } from "../api/roles";
import { signOut } from "../session/session";
import { morePlaces, placesFor } from "./nav";

/** The newest first: those are gone to most. */
const latest = (workspaces: Workspace[]) =>
  workspaces.toSorted((left, right) => right.created.localeCompare(left.created));

/** Ctrl-K: pages, workspaces, acts. */
export function Palette({ me, open }: { me: Me; open: number }) {
  useEffect(() => {
    if (open > 0) spotlight.open();
  }, [open]);
  const router = useRouter();
  const { setColorScheme } = useMantineColorScheme();
  const [opened, setOpened] = useState(false);
  const rights = rightsOf(me);
  const workspaces = useQuery({ ...workspacesQuery, enabled: opened && rights.member });
  const go = (href: string) => () => router.history.push(href);
  const pages: SpotlightActionData[] = [
    ...placesFor(rights).map((place) => ({
      id: place.to,
      label: place.label,
      description: place.about,
      leftSection: <place.icon size={17} stroke={1.7} />,
      onClick: go(place.to),
    })),
    ...morePlaces(rights).map((place) => ({
      id: place.to,
      label: place.label,
      leftSection: <place.icon size={17} stroke={1.7} />,
      onClick: go(place.to),
    })),
  ];
  const acts: SpotlightActionData[] = [
    {
      id: "light",
      label: "Light theme",
      leftSection: <IconSun size={17} stroke={1.7} />,
      onClick: () => setColorScheme("light"),
    },
    {
      id: "dark",
      label: "Dark theme",
      leftSection: <IconMoon size={17} stroke={1.7} />,
      onClick: () => setColorScheme("dark"),
    },
    {
      id: "out",
      label: "Sign out",
      leftSection: <IconLogout size={17} stroke={1.7} />,
      onClick: () => void signOut(),
    },
  ];
  const groups: SpotlightActionGroupData[] = [
    { group: "Go to", actions: pages },
    {
      group: "Workspaces",
      actions: latest(workspaces.data ?? []).map((workspace) => ({
        id: workspace.id,
        label: workspace.name,
        description: `${workspace.state}, ${workspace.members.length} members`,
        leftSection: <IconBuildingFortress size={17} stroke={1.7} />,
        onClick: go(`/workspaces/${workspace.id}`),
      })),
    },
    { group: "Do", actions: acts },
  ];
  return (
    <Spotlight
      actions={groups.filter((group) => group.actions.length > 0)}
      shortcut={null}
      attributes={{ content: { "aria-label": "Command palette" } }}
      nothingFound="Nothing found"
      highlightQuery
      limit={24}
      scrollable
      onSpotlightOpen={() => setOpened(true)}
      searchProps={{
        placeholder: "Search pages, workspaces, acts",
        leftSection: <IconSearch size={17} />,
        "aria-label": "Search",
      }}
    />
  );
}
