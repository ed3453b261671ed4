import { Box, Button, Group, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, done } from "../../api/client";
import { type User, usersQuery } from "../../api/queries";
import { ProblemAlert } from "../../ui/states";
import { Time } from "../../ui/Time";
import { OneTimeLink } from "./Invite";
import { isPast } from "./members";

/** Who never came in: a fresh link, or none at all. */
export function Invitation({ user, onGone }: { user: User; onGone: () => void }) {
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const params = { path: { id: user.id } };
  const read = () => client.invalidateQueries({ queryKey: usersQuery.queryKey });
  const again = useMutation({
    mutationFn: () => done(api.POST("/api/v1/users/{id}/invitations", { params })),
    onSuccess: read,
  });
  const withdraw = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/users/{id}/invitations", { params })),
    onSuccess: () => {
      notifications.show({ message: `The invitation of ${user.email} is withdrawn.` });
      onGone();
    },
    onSettled: read,
  });
  const { invitation } = user;
  return (
    <Box component="section" aria-label="Invitation">
      <Title order={3} fz="sm" mb={4}>
        Invitation
      </Title>
      <Stack gap="sm">
        <Text size="sm" component="div">
          {invitation ? (
            <>
              Invited <Time at={invitation.sent} />, and never came in. The link{" "}
              {isPast(invitation.expires) ? "expired" : "expires"} <Time at={invitation.expires} />.
            </>
          ) : (
            "Nobody has entered this account, and no link opens it."
          )}
        </Text>
        {again.error && <ProblemAlert error={again.error} />}
        {withdraw.error && <ProblemAlert error={withdraw.error} />}
        {again.data && <OneTimeLink email={user.email} token={again.data.password_token} />}
        <Group gap="xs">
          <Button size="xs" variant="default" loading={again.isPending} onClick={() => again.mutate()}>
            Resend
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={withdraw.isPending}
            onClick={() => (sure ? withdraw.mutate() : setSure(true))}
          >
            {sure ? "Withdraw for good" : "Withdraw"}
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          {sure
            ? "The link opens nothing any more, and the account is removed: the address can be invited again, here or by another organization."
            : "Resend makes a new link to copy; the one before is void."}
        </Text>
      </Stack>
    </Box>
  );
}
