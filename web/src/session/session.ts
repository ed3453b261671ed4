/** Beginning and ending the browser's session. Its secret is in a cookie that scripts cannot read. */
import type { QueryClient } from "@tanstack/react-query";
import { plain } from "../api/client";
import { meQuery, sessionQuery } from "../api/queries";

const channel =
  typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("cloister-session");

export const signIn = (email: string, password: string) =>
  plain("POST", "/auth/session", { email, password });

export interface SetUp {
  token: string;
  organisation: string;
  email: string;
  password: string;
}
export const setUp = (wanted: SetUp) => plain("POST", "/auth/setup", wanted);

export async function signOut(): Promise<void> {
  await plain("DELETE", "/auth/session");
  channel?.postMessage("signed-out");
  location.assign("/sign-in");
}

/** Another tab signed out, or in. */
export function onOtherTab(act: (what: "signed-in" | "signed-out") => void): () => void {
  const listen = (message: MessageEvent) => act(message.data);
  channel?.addEventListener("message", listen);
  return () => channel?.removeEventListener("message", listen);
}

/** Tells other tabs, and forgets whose session it was before. */
export async function entered(client: QueryClient): Promise<void> {
  client.setQueryData(sessionQuery.queryKey, true);
  await client.invalidateQueries({ queryKey: meQuery.queryKey });
  channel?.postMessage("signed-in");
}
