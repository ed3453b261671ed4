import {
  ActionIcon,
  Anchor,
  Box,
  Button,
  Group,
  Indicator,
  Popover,
  ScrollArea,
  Text,
  Tooltip,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBell } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { noticesQuery, unreadQuery } from "../api/queries";
import { NoticeLine, useMarkRead } from "../pages/account/notices";
import { ProblemAlert, Rows } from "../ui/states";

/** The newest notices; the page "Inbox" has all of them. */
export function Bell() {
  const [opened, popover] = useDisclosure(false);
  const unread = useQuery(unreadQuery);
  const notices = useInfiniteQuery({ ...noticesQuery(false), enabled: opened });
  const { all } = useMarkRead();
  const count = unread.data ?? 0;
  const items = notices.data?.pages.flatMap((page) => page.items).slice(0, 12) ?? [];
  const label = count > 0 ? `Notifications, ${count} unread` : "Notifications";
  const newest = items[0];
  return (
    <Popover
      opened={opened}
      onChange={popover.toggle}
      width={380}
      position="bottom-end"
      shadow="md"
      trapFocus
    >
      <Popover.Target>
        <Tooltip label={label}>
          <Indicator
            disabled={count === 0}
            label={count > 99 ? "99+" : count}
            size={16}
            offset={5}
            color="accent"
          >
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={popover.toggle}>
              <IconBell size={18} stroke={1.7} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Notifications">
        <Group
          justify="space-between"
          px="md"
          py="xs"
          style={{ borderBottom: "1px solid var(--cloister-line)" }}
        >
          <Text fw={600} size="sm">
            Notifications
          </Text>
          <Button
            variant="subtle"
            size="compact-xs"
            disabled={count === 0 || !newest}
            onClick={() => newest && all.mutate(newest.id)}
          >
            Mark all as read
          </Button>
        </Group>
        <ScrollArea.Autosize mah={400} viewportProps={{ tabIndex: 0 }}>
          {notices.error && (
            <Box p="sm">
              <ProblemAlert error={notices.error} retry={() => void notices.refetch()} />
            </Box>
          )}
          {opened && notices.isPending && !notices.error && <Rows count={3} />}
          {notices.data && items.length === 0 && (
            <Text size="sm" c="dimmed" p="md">
              Nothing yet. You are told here when someone invites you, asks for your review, or a run of yours
              ends.
            </Text>
          )}
          {items.map((notice) => (
            <NoticeLine key={notice.id} notice={notice} onOpen={popover.close} />
          ))}
        </ScrollArea.Autosize>
        <Box px="md" py="xs" style={{ borderTop: "1px solid var(--cloister-line)" }}>
          <Anchor component={Link} to="/inbox" size="sm" onClick={popover.close}>
            Open inbox
          </Anchor>
        </Box>
      </Popover.Dropdown>
    </Popover>
  );
}
