import { queryOptions, useQuery } from "@tanstack/react-query";
import type { Job } from "../../api/queries";
import type { HeldDataset } from "../../core/acts/datasets";
import { type HeldWorkspace, holdWorkspace } from "../../core/acts/hold";
import { type HeldSpec, holdSpec, sharedTables } from "../../core/acts/jobs";
import type { Core } from "../../core/core";
import type { Job as WireJob } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useOwnCore } from "../../signing/hooks";
import { historyOf } from "./accepted";

/** A submitted job with everything it names, verified in this browser. */
export interface Held {
  readonly workspace: HeldWorkspace;
  readonly spec: HeldSpec;
}

const heldQuery = (core: () => Promise<Core>, job: Job) =>
  queryOptions({
    queryKey: ["workspaces", job.workspace, "spec", job.id, job.spec_digest, job.state],
    queryFn: async (): Promise<Held> => {
      const own = await core();
      const workspace = await holdWorkspace(own, job.workspace);
      const spec = await holdSpec(own, asWire<WireJob>(job), workspace);
      return { workspace, spec };
    },
    retry: false,
  });

export const useHeld = (job: Job) => useQuery(heldQuery(useOwnCore(), job));

/** What was accepted before, and the newest test. */
export function useHistory(job: Job, { workspace, spec }: Held) {
  const core = useOwnCore();
  return useQuery({
    queryKey: ["runs", "history", job.id, spec.digest],
    queryFn: async () => historyOf(await core(), job.id, spec, workspace),
    retry: false,
  });
}

/** A table of a spec, under the owner's rules as they are now. */
export interface SpecTable {
  readonly name: string;
  /** The dataset; nothing where it is shared no more. */
  readonly shared: HeldDataset | undefined;
  /** Whether it is still the version that the spec names. */
  readonly same: boolean;
}

export function useSpecTables({ workspace, spec }: Held) {
  const core = useOwnCore();
  return useQuery({
    queryKey: ["datasets", "of-spec", spec.digest],
    queryFn: async (): Promise<readonly SpecTable[]> => {
      const shared = await sharedTables(await core(), workspace);
      return Object.entries(spec.spec.tables).map(([name, manifest]) => {
        const found = Object.hasOwn(shared, name) ? shared[name] : undefined;
        return { name, shared: found, same: found?.digest === manifest };
      });
    },
    retry: false,
  });
}
