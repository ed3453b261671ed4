/** One file on its way to be a dataset: what is known of it, and what can be done. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Ingested, Report } from "../../core/acts/ingest";
import type { Parcel } from "../../core/acts/shelf";
import type { Moved } from "../../core/acts/upload";
import type { Preview } from "../../core/core";
import { CoreError } from "../../core/errors";
import type { Dataset, Run } from "../../core/wire";
import { useOwnCore } from "../../signing/hooks";
import { useShelf } from "./useShelf";

/** Where it is. */
export type Phase = "upload" | "sign" | "convert" | "adopt" | "done" | "fault" | "halted";

export interface Adding {
  phase: Phase;
  moved?: Moved;
  dataset?: Dataset;
  run?: Run;
  report?: Report;
  signed: Preview[];
  error?: unknown;
}

const declined = (thrown: unknown) => thrown instanceof CoreError && thrown.why.kind === "declined";

/** Takes a parcel to its end, and again after it was halted. */
export function useAdding() {
  const core = useOwnCore();
  const shelf = useShelf();
  const client = useQueryClient();
  const [state, setState] = useState<Adding>();
  const halt = useRef(new AbortController());
  // Whoever leaves the page halts the upload; what is there stays there.
  useEffect(() => () => halt.current.abort(), []);
  const set = (part: Partial<Adding>) =>
    setState((old) => ({ signed: [], phase: "upload", ...old, ...part }));

  const begin = async (parcel: Parcel, file: File) => {
    halt.current = new AbortController();
    setState({ phase: "upload", signed: [] });
    try {
      const { addParcel } = await import("../../core/acts/addition");
      const done: Ingested = await addParcel(
        await core(),
        await shelf(),
        parcel,
        file,
        {
          moved: (moved) => set({ moved }),
          uploaded: () => set({ phase: "sign" }),
          added: (dataset) => set({ phase: "convert", dataset }),
          signed: (preview) => setState((old) => (old ? { ...old, signed: [...old.signed, preview] } : old)),
          run: (run) => set({ run, phase: run.state === "succeeded" ? "adopt" : "convert" }),
        },
        halt.current.signal,
      );
      set({
        phase: done.dataset ? "done" : "fault",
        report: done.report,
        ...(done.dataset && { dataset: done.dataset }),
      });
    } catch (thrown) {
      set(declined(thrown) ? { phase: "halted" } : { phase: "halted", error: thrown });
    } finally {
      void client.invalidateQueries({ queryKey: ["datasets"] });
      void client.invalidateQueries({ queryKey: ["parcels"] });
    }
  };
  return { state, begin, halt: () => halt.current.abort() };
}
