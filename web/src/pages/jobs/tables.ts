/** The tables that a query of the workspace can read: what completion, underlining and templates know of them. */
import { queryOptions } from "@tanstack/react-query";
import { holdWorkspace } from "../../core/acts/hold";
import { sharedTables } from "../../core/acts/jobs";
import type { Core } from "../../core/core";
import type { Analysis, Column, Rules } from "../../core/statement/bodies/rules";

export interface TableInfo {
  /** Its SQL name in the workspace. */
  readonly name: string;
  readonly dataset: string;
  readonly owner: string;
  readonly columns: readonly Column[];
  readonly analysis: Analysis;
}

/** The columns that exist for jobs. */
export function visible(columns: readonly Column[], rules: Rules): readonly Column[] {
  const { allowed_columns: allowed } = rules;
  return allowed === undefined ? columns : columns.filter((column) => allowed.includes(column.name));
}

/** Manifests and grants are verified here, so what completes is what the owners signed. */
export const tablesQuery = (core: () => Promise<Core>, workspace: string) =>
  queryOptions({
    queryKey: ["datasets", "tables", workspace],
    queryFn: async (): Promise<readonly TableInfo[]> => {
      const own = await core();
      const shared = await sharedTables(own, await holdWorkspace(own, workspace));
      return Object.entries(shared)
        .map(([name, { manifest, owner }]) => ({
          name,
          dataset: manifest.name,
          owner: owner.certificate.email,
          columns: visible(manifest.schema, manifest.rules),
          analysis: manifest.rules.analysis,
        }))
        .sort((a, b) => a.name.localeCompare(b.name));
    },
    retry: false,
  });
