import { Avatar, Menu, SegmentedControl, Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
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
import type { Me } from "../api/queries";
import { roleWords } from "../api/roles";
import { signOut } from "../session/session";
import { ProblemAlert } from "../ui/states";
import { useTimeStyle } from "../ui/Time";

function Choice(props: { label: string; value: string; onChange: (value: string) => void; data: string[] }) {
  return (
    <div style={{ padding: "4px 10px 8px" }}>
      <Text size="xs" c="dimmed" mb={4}>
        {props.label}
      </Text>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={props.label}
        value={props.value}
        onChange={props.onChange}
        data={props.data.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }))}
      />
    </div>
  );
}

export function UserMenu({ me }: { me: Me }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [times, setTimes] = useTimeStyle();
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
        <Choice
          label="Theme"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={["light", "dark", "auto"]}
        />
        <Choice
          label="Times"
          value={times}
          onChange={(value) => setTimes(value as typeof times)}
          data={["relative", "absolute"]}
        />
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
