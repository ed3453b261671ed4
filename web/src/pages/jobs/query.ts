/** What keeps a query from being submitted, told while it is written. */
import { tablesOf } from "../../core/acts/sql";
import { CoreError } from "../../core/errors";
import { sentence } from "../../ui/states";

/** Why `source` cannot be submitted on these tables, and what to do; nothing when it can, or is not written yet. */
export function queryProblem(source: string, tables: readonly string[]): string | undefined {
  if (source.trim() === "") return undefined;
  try {
    // Only names are looked at here; what is signed holds the manifests' digests.
    tablesOf(source, Object.fromEntries(tables.map((name) => [name, name])));
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof CoreError)) throw thrown;
    const way =
      tables.length === 0
        ? "Let the owner of a dataset share it to this workspace first"
        : "Read at least one of the tables listed here, and no other";
    return `This can be saved, not submitted: ${thrown.message}. ${sentence(way)}`;
  }
}
