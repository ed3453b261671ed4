import { AppShell, Burger, Group, Kbd, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconSearch } from "@tabler/icons-react";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { meQuery } from "../api/queries";
import { rightsOf } from "../api/roles";
import { LiveUpdates } from "../live/LiveUpdates";
import { Expired } from "../session/Expired";
import { SignDoor } from "../signing/SignDoor";
import { Mark } from "../ui/Mark";
import { Bell } from "./Bell";
import { ClockSkew } from "./ClockSkew";
import { Help } from "./Help";
import { LiveDot } from "./LiveDot";
import { placesFor } from "./nav";
import { Offline } from "./Offline";
import { openPalette, PaletteDoor } from "./PaletteDoor";
import classes from "./Shell.module.css";
import { UserMenu } from "./UserMenu";

function Navigation({ onGo }: { onGo: () => void }) {
  const { data: me } = useSuspenseQuery(meQuery);
  return (
    <>
      {placesFor(rightsOf(me)).map((place) => (
        <Link
          key={place.to}
          to={place.to}
          className={classes.link}
          activeOptions={{ exact: place.to === "/" }}
          onClick={onGo}
        >
          <place.icon size={17} stroke={1.7} aria-hidden />
          {place.label}
        </Link>
      ))}
    </>
  );
}

/** The frame of every page once one is signed in. */
export function Layout() {
  const { data: me } = useSuspenseQuery(meQuery);
  const [opened, menu] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page begins at its top, with the focus there
  useEffect(() => {
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [path]);
  const simulated = me.notices.includes("simulated");
  return (
    <LiveUpdates>
      <a href="#main" className="skip">
        Skip to content
      </a>
      <AppShell
        header={{ height: 52 }}
        navbar={{ width: 224, breakpoint: "sm", collapsed: { mobile: !opened } }}
        padding={0}
      >
        <AppShell.Header className={classes.header}>
          <Burger
            opened={opened}
            onClick={menu.toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={opened ? "Close navigation" : "Open navigation"}
          />
          <Link to="/" style={{ textDecoration: "none", color: "inherit" }} aria-label="Cloister, home">
            <Group gap={9} wrap="nowrap" w={{ base: "auto", sm: 196 }}>
              <Mark size={24} />
              <Text fw={650} visibleFrom="xs" style={{ letterSpacing: "-0.01em" }}>
                Cloister
              </Text>
            </Group>
          </Link>
          <UnstyledButton className={classes.search} onClick={openPalette} aria-keyshortcuts="Control+K">
            <IconSearch size={15} aria-hidden />
            <span style={{ flex: 1 }}>Search or jump to</span>
            <Kbd size="xs">Ctrl K</Kbd>
          </UnstyledButton>
          <Group gap={4} ml="auto" wrap="nowrap">
            <LiveDot />
            <Help />
            <Bell />
            <UserMenu me={me} />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar} aria-label="Main">
          <Navigation onGo={menu.close} />
        </AppShell.Navbar>
        <AppShell.Main className={classes.main} id="main" tabIndex={-1} style={{ outline: "none" }}>
          {simulated && (
            <div className="simulated" role="note">
              <IconAlertTriangle size={16} aria-hidden style={{ flexShrink: 0 }} />
              Simulated: this server has no trusted hardware. Try things out; protect nothing with it.
            </div>
          )}
          <Offline />
          <ClockSkew />
          <Outlet />
        </AppShell.Main>
      </AppShell>
      <PaletteDoor me={me} />
      <SignDoor />
      <Expired me={me} />
    </LiveUpdates>
  );
}
