import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { staleKeys } from "./keys";
import { type Liveness, Stream } from "./stream";

const Context = createContext<Liveness>("connecting");

export const useLiveness = () => useContext(Context);

/** How long events are gathered before what they make old is asked for again. */
const GATHER = 150;

/** Keeps what is cached true while somebody is signed in. */
export function LiveUpdates({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>("connecting");
  useEffect(() => {
    const waiting = new Map<string, readonly unknown[]>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      for (const key of waiting.values()) void client.invalidateQueries({ queryKey: key });
      waiting.clear();
    };
    const stream = new Stream({
      onEvent: (event) => {
        for (const key of staleKeys(event)) waiting.set(JSON.stringify(key), key);
        timer ??= setTimeout(flush, GATHER);
        window.dispatchEvent(new CustomEvent("cloister:event", { detail: event }));
      },
      onReset: () => void client.invalidateQueries(),
      onLiveness: setLiveness,
    });
    stream.start();
    return () => {
      clearTimeout(timer);
      stream.stop();
    };
  }, [client]);
  return <Context.Provider value={liveness}>{children}</Context.Provider>;
}
