import { Avatar, Menu, Text, UnstyledButton } from "@mantine/core";
import {
  IconApi,
  IconDeviceDesktop,
  IconInbox,
  IconKey,
  IconLogout,
  IconUserCircle,
} from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Me } from "../api/queries";
import { roleWords } from "../api/roles";
import { signOut } from "../session/session";
import { ProblemAlert } from "../ui/states";

/** Loaded when the menu opens: the first view has no such control. */
const Choices = lazy(() => import("./Choices"));

export function UserMenu({ me }: { me: Me }) {
  const initials = me.user.email.slice(0, 2).toUpperCase();
  const leave = useMutation({ mutationFn: signOut });
  return (
    <Menu width={260} position="bottom-end" shadow="md">
      <Menu.Target>
        <UnstyledButton aria-label={`${initials}, account of ${me.user.email}`} p={4}>
          <Avatar size={28} radius="xl" color="accent" variant="filled" aria-hidden>
            {initials}
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: "6px 10px" }}>
          <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
            {me.user.email}
          </Text>
          <Text size="xs" c="dimmed">
            {me.user.organisation_name}: {roleWords(me.user.roles).join(", ")}
          </Text>
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} to="/profile" leftSection={<IconUserCircle size={15} />}>
          Profile
        </Menu.Item>
        <Menu.Item component={Link} to="/profile/keys" leftSection={<IconKey size={15} />}>
          Keys
        </Menu.Item>
        <Menu.Item component={Link} to="/profile/tokens" leftSection={<IconApi size={15} />}>
          API tokens
        </Menu.Item>
        <Menu.Item component={Link} to="/profile/sessions" leftSection={<IconDeviceDesktop size={15} />}>
          Sessions
        </Menu.Item>
        <Menu.Item component={Link} to="/inbox" leftSection={<IconInbox size={15} />}>
          Inbox
        </Menu.Item>
        <Menu.Divider />
        <Suspense fallback={null}>
          <Choices />
        </Suspense>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={15} />}
          closeMenuOnClick={false}
          onClick={() => leave.mutate()}
          disabled={leave.isPending}
        >
          Sign out
        </Menu.Item>
        {leave.error && <ProblemAlert error={leave.error} title="You are still signed in" />}
      </Menu.Dropdown>
    </Menu>
  );
}
