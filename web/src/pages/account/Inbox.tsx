import "../../styles-forms";
import {
  Box,
  Button,
  Checkbox,
  Group,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, done } from "../../api/client";
import { noticeSettingsQuery, noticesQuery } from "../../api/queries";
import { Page } from "../../ui/Page";
import { Empty, Loaded, ProblemAlert } from "../../ui/states";
import { UseFrom } from "../../ui/UseFrom";
import { NoticeLine, useMarkRead } from "./notices";

const KINDS: [string, string][] = [
  ["invited", "Someone invites me to a workspace"],
  ["answered", "An invitation of mine is answered"],
  ["workspace_active", "A workspace's charter comes into force"],
  ["workspace_rejected", "A workspace's charter is refused"],
  ["workspace_archived", "A workspace is archived"],
  ["shared", "A dataset is shared to a workspace of mine"],
  ["revoked", "A dataset's share is revoked"],
  ["review_asked", "A job waits for my review"],
  ["decided", "A job of mine is accepted or rejected"],
  ["run_finished", "A run of mine ends"],
  ["role_changed", "My roles change"],
];

function Mail() {
  const settings = useQuery(noticeSettingsQuery);
  const client = useQueryClient();
  const mute = useMutation({
    mutationFn: (muted: string[]) => done(api.PUT("/api/v1/notices/settings", { body: { muted } })),
    onMutate: (muted) => {
      client.setQueryData(noticeSettingsQuery.queryKey, (old) => (old ? { ...old, muted } : old));
    },
    onSettled: () => client.invalidateQueries({ queryKey: noticeSettingsQuery.queryKey }),
  });
  return (
    <Box className="card" p="md" component="section" aria-label="E-mail">
      <Title order={2} fz="sm" mb={4}>
        E-mail
      </Title>
      <Loaded of={settings}>
        {({ mail, muted }) => (
          <Stack gap="xs">
            <Text size="xs" c="dimmed">
              {mail
                ? "The inbox has everything; choose what also comes by e-mail."
                : "This server sends no e-mail: its operator has set no mail server. Your choice is kept for when it does."}
            </Text>
            {mute.error && <ProblemAlert error={mute.error} />}
            {KINDS.map(([kind, label]) => (
              <Checkbox
                key={kind}
                size="sm"
                label={label}
                checked={!muted.includes(kind)}
                onChange={(event) =>
                  mute.mutate(
                    event.currentTarget.checked ? muted.filter((k) => k !== kind) : [...muted, kind],
                  )
                }
              />
            ))}
          </Stack>
        )}
      </Loaded>
    </Box>
  );
}

export function Inbox() {
  const [which, setWhich] = useState<"all" | "unread">("all");
  const notices = useInfiniteQuery(noticesQuery(which === "unread"));
  const { all } = useMarkRead();
  const items = notices.data?.pages.flatMap((page) => page.items) ?? [];
  const newest = items[0];
  return (
    <Page
      title="Inbox"
      lead="What others did that concerns you."
      actions={
        <>
          <UseFrom
            ways={[{ what: "List what you are told", cli: "cloister inbox", api: "{origin}/api/v1/notices" }]}
          />
          <Button
            size="xs"
            variant="default"
            disabled={!newest || items.every((notice) => notice.read)}
            loading={all.isPending}
            onClick={() => newest && all.mutate(newest.id)}
          >
            Mark all as read
          </Button>
        </>
      }
    >
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" style={{ alignItems: "start" }}>
        <Stack gap="sm">
          <Group>
            <SegmentedControl
              size="xs"
              aria-label="Which notices"
              value={which}
              onChange={(value) => setWhich(value as typeof which)}
              data={[
                { value: "all", label: "All" },
                { value: "unread", label: "Unread" },
              ]}
            />
          </Group>
          {all.error && <ProblemAlert error={all.error} />}
          <Box className="card" style={{ overflow: "hidden" }}>
            <Loaded of={notices}>
              {() =>
                items.length === 0 ? (
                  <Empty icon={IconInbox} title={which === "all" ? "Nothing yet" : "All read"}>
                    You are told here when someone invites you, asks for your review, shares a dataset, or a
                    run of yours ends.
                  </Empty>
                ) : (
                  items.map((notice) => <NoticeLine key={notice.id} notice={notice} />)
                )
              }
            </Loaded>
          </Box>
          {notices.hasNextPage && (
            <Button
              variant="default"
              loading={notices.isFetchingNextPage}
              onClick={() => void notices.fetchNextPage()}
            >
              Show older
            </Button>
          )}
        </Stack>
        <Mail />
      </SimpleGrid>
    </Page>
  );
}
