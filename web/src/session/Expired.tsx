import { Button, Divider, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { onExpired, plain } from "../api/client";
import { type Me, meQuery, providerNamesQuery } from "../api/queries";
import { Rows } from "../ui/states";
import { onOtherTab } from "./session";

const LocalForm = lazy(() => import("./LocalForm").then((part) => ({ default: part.LocalForm })));

interface Waiting {
  promise: Promise<boolean>;
  settle: (signedIn: boolean) => void;
}

function waiting(): Waiting {
  let settle: (signedIn: boolean) => void = () => undefined;
  const promise = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

async function signedInNow(): Promise<boolean> {
  const answer = (await (await plain("GET", "/auth/session")).json()) as { signed_in: boolean };
  return answer.signed_in;
}

/**
 * A session that ended while a page is open: the page stays as it is, requests wait, and go on when the same person
 * signed in again. Another person gets the page anew, with nothing of the one before.
 */
export function Expired({ me }: { me: Me }) {
  const [opened, setOpened] = useState(false);
  const current = useRef<Waiting | undefined>(undefined);
  const client = useQueryClient();
  const providers = useQuery({ ...providerNamesQuery, enabled: opened });

  const finish = useCallback(
    async (signedIn: boolean) => {
      const open = current.current;
      if (!open) return;
      current.current = undefined;
      setOpened(false);
      open.settle(signedIn);
      if (!signedIn) return;
      const now = await client.fetchQuery({ ...meQuery, staleTime: 0 });
      if (now.user.id !== me.user.id) location.assign("/");
    },
    [client, me.user.id],
  );

  useEffect(() => {
    onExpired(() => {
      if (!current.current) {
        current.current = waiting();
        setOpened(true);
      }
      return current.current.promise;
    });
    return () => onExpired(undefined);
  }, []);

  useEffect(() => {
    const look = async () => {
      if (current.current && (await signedInNow().catch(() => false))) await finish(true);
    };
    const leave = onOtherTab((what) => {
      if (what === "signed-in") void look();
      else if (!current.current) location.assign("/sign-in");
    });
    const focused = () => void look();
    window.addEventListener("focus", focused);
    return () => {
      leave();
      window.removeEventListener("focus", focused);
    };
  }, [finish]);

  return (
    <Modal
      opened={opened}
      onClose={() => void finish(false)}
      title="Your session has ended"
      closeOnClickOutside={false}
      zIndex={1000}
    >
      <Stack gap="md">
        <Text size="sm">Sign in again. What you typed is still here, and what you were doing goes on.</Text>
        {(providers.data ?? []).map((provider) => (
          <Button
            key={provider.id}
            component="a"
            href={`${provider.start}?back=/signed-in`}
            target="_blank"
            rel="opener"
          >
            Continue with {provider.name} in a new tab
          </Button>
        ))}
        {(providers.data ?? []).length > 0 && (
          <Divider label="or with a local account" labelPosition="center" />
        )}
        <Suspense fallback={<Rows count={3} />}>
          <LocalForm email={me.user.email} primary onDone={() => void finish(true)} />
        </Suspense>
        <Group justify="center">
          <Button variant="subtle" size="xs" component="a" href="/sign-in">
            Sign in as someone else
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
