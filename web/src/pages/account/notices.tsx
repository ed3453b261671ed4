/** A notice as a line, and marking as read. */
import { Group, Text, UnstyledButton } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, done } from "../../api/client";
import { type Notice, unreadQuery } from "../../api/queries";
import { sentence } from "../../ui/states";
import { Time } from "../../ui/Time";
import { Words } from "../../ui/Words";
import classes from "./notices.module.css";

export function useMarkRead() {
  const client = useQueryClient();
  const settled = () => client.invalidateQueries({ queryKey: ["notices"] });
  const one = useMutation({
    mutationFn: (id: string) => done(api.POST("/api/v1/notices/{id}/read", { params: { path: { id } } })),
    onMutate: () => {
      client.setQueryData(unreadQuery.queryKey, (old: number | undefined) => Math.max(0, (old ?? 1) - 1));
    },
    onSettled: settled,
  });
  const all = useMutation({
    mutationFn: (newest: string) => done(api.POST("/api/v1/notices/read", { body: { up_to: newest } })),
    onMutate: () => {
      client.setQueryData(unreadQuery.queryKey, 0);
    },
    onSettled: settled,
  });
  return { one, all };
}

/** One notice: opens what it is about, and is read then. */
export function NoticeLine({ notice, onOpen }: { notice: Notice; onOpen?: () => void }) {
  const navigate = useNavigate();
  const { one } = useMarkRead();
  const unread = !notice.read;
  const open = () => {
    if (unread) one.mutate(notice.id);
    onOpen?.();
    void navigate({ href: notice.link } as Parameters<typeof navigate>[0]);
  };
  return (
    <UnstyledButton className={classes.line} data-unread={unread} onClick={open}>
      <Group gap={10} wrap="nowrap" align="flex-start">
        <span
          className={classes.mark}
          data-unread={unread}
          role="img"
          aria-label={unread ? "Unread" : "Read"}
        />
        <div>
          <Text size="sm" fw={unread ? 550 : 400}>
            <Words text={sentence(notice.text)} />
          </Text>
          <Text size="xs" c="dimmed">
            <Time at={notice.at} />
          </Text>
        </div>
      </Group>
    </UnstyledButton>
  );
}
