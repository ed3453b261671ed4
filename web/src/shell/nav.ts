/** Where one can go, in the order of the left navigation; the palette and the tests read the same list. */
import {
  type Icon,
  IconApi,
  IconBuildingFortress,
  IconDatabase,
  IconDeviceDesktop,
  IconFileText,
  IconHome,
  IconInbox,
  IconKey,
  IconLogin,
  IconPlugConnected,
  IconPlus,
  IconShieldCheck,
  IconUserCircle,
  IconUsers,
} from "@tabler/icons-react";
import type { Rights } from "../api/roles";

export interface Place {
  label: string;
  to: string;
  icon: Icon;
  about: string;
}

export function placesFor(rights: Rights): Place[] {
  const places: (Place | false)[] = [
    { label: "Home", to: "/", icon: IconHome, about: "What waits for you, and recent runs" },
    rights.member && {
      label: "Workspaces",
      to: "/workspaces",
      icon: IconBuildingFortress,
      about: "Members, policies, jobs and runs",
    },
    rights.member && {
      label: "Data",
      to: "/data",
      icon: IconDatabase,
      about: "Datasets, their rules and shares",
    },
    rights.member && {
      label: "Integrations",
      to: "/integrations",
      icon: IconPlugConnected,
      about: "Connections of agentic workspaces",
    },
    rights.orgAdmin && {
      label: "Admin",
      to: "/admin",
      icon: IconUsers,
      about: "Members, roles, invitations, sign-in",
    },
    { label: "Trust", to: "/trust", icon: IconShieldCheck, about: "Attestation and the audit log" },
  ];
  return places.filter((place) => place !== false);
}

/** What is a tab or a step away from there; the palette goes to it at once. */
export function morePlaces(rights: Rights): Omit<Place, "about">[] {
  const places: (Omit<Place, "about"> | false)[] = [
    rights.workspaceAdmin && { label: "New Workspace", to: "/workspaces/new", icon: IconPlus },
    rights.audit && { label: "Audit log", to: "/trust/log", icon: IconFileText },
    rights.orgAdmin && { label: "Sign-in settings", to: "/admin/sign-in", icon: IconLogin },
    { label: "Inbox", to: "/inbox", icon: IconInbox },
    { label: "Profile", to: "/profile", icon: IconUserCircle },
    { label: "Keys", to: "/profile/keys", icon: IconKey },
    { label: "API tokens", to: "/profile/tokens", icon: IconApi },
    { label: "Sessions", to: "/profile/sessions", icon: IconDeviceDesktop },
  ];
  return places.filter((place) => place !== false);
}
