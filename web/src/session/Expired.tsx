import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { onExpired, plain } from "../api/client";
import { type Me, meQuery } from "../api/queries";
import { onOtherTab } from "./session";

const ExpiredDialog = lazy(() => import("./ExpiredDialog").then((part) => ({ default: part.ExpiredDialog })));

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

  return opened ? (
    <Suspense fallback={null}>
      <ExpiredDialog email={me.user.email} onDone={(signedIn) => void finish(signedIn)} />
    </Suspense>
  ) : null;
}
