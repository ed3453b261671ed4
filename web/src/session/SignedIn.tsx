import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Frame } from "./Frame";
import { entered } from "./session";

/** Where a provider sends the tab back that was opened to sign in again: the other tab goes on by itself. */
export function SignedIn() {
  const client = useQueryClient();
  useEffect(() => {
    void entered(client);
    window.close();
  }, [client]);
  return (
    <Frame
      title="Signed in"
      lead="Go back to the other tab: it goes on where you were. You can close this one."
    >
      {null}
    </Frame>
  );
}
