/** What a dataset still needs before others can use it. */

import type { Schemas } from "../../api/client";
import type { Manifest } from "../../core/statement/bodies/datasets";

/** One thing that is missing, and the act that mends it. */
export type Readiness = "deleted" | "raw" | "expired" | "unshared" | "ready";

export const READINESS: Record<Readiness, { words: string; color: string; fix?: string }> = {
  deleted: { words: "deleted", color: "red" },
  raw: { words: "not converted yet", color: "yellow", fix: "Let a worker make a dataset of the file" },
  expired: { words: "expired", color: "red", fix: "Give it another last day in its rules" },
  unshared: { words: "shared with nobody", color: "gray", fix: "Share it to a workspace" },
  ready: { words: "ready", color: "green" },
};

/** What a dataset is; the manifest where it was verified here. */
export function readinessOf(
  dataset: Schemas["Dataset"],
  manifest: Manifest | undefined,
  now: Date,
): Readiness {
  if (dataset.state === "deleted") return "deleted";
  if (manifest?.format === "raw") return "raw";
  if (manifest?.rules.expires !== undefined && new Date(manifest.rules.expires) < now) return "expired";
  return dataset.shares.some((share) => share.state === "live") ? "ready" : "unshared";
}
