import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import type { HeldDataset } from "../../core/acts/datasets";
import type { Dataset } from "../../core/wire";
import { asWire } from "../../signing/core";
import { useOwnCore } from "../../signing/hooks";

/** A dataset with its manifest, whose signature was verified here. */
export function useHeld(dataset: Schemas["Dataset"] | undefined) {
  const core = useOwnCore();
  return useQuery<HeldDataset>({
    queryKey: ["datasets", dataset?.id ?? "", "held", dataset?.manifest ?? ""],
    queryFn: async () => {
      const { verifyDataset } = await import("../../core/acts/datasets");
      return verifyDataset(await core(), asWire<Dataset>(dataset));
    },
    enabled: dataset !== undefined,
    retry: false,
    // A manifest of this digest stays what it is.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const useManifest = (dataset: Schemas["Dataset"]) => useHeld(dataset).data?.manifest;
