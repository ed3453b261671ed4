/** What differs between two versions of a job, field by field, in words. */
import { variablesOf } from "../../core/acts/variables";
import { variableWords } from "../../core/describe/jobs";
import { CoreError } from "../../core/errors";
import type { Variable } from "../../core/statement/bodies/jobs";
import type { JobDraft } from "./form";

export interface Difference {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** The terms of a job, as a reader compares them. */
export interface Terms {
  readonly name: string;
  readonly source: string;
  readonly variables: readonly string[];
  readonly readers: readonly string[];
  readonly tables?: readonly string[];
  readonly max_runs: number;
  readonly valid_until?: string | null | undefined;
}

/** A variable that is not finished yet has no words: it is shown as it stands. */
function wordsOf(variable: Record<string, unknown>): string {
  try {
    return variablesOf([variable]).map(variableText).join();
  } catch (thrown) {
    if (thrown instanceof CoreError) return JSON.stringify(variable);
    throw thrown;
  }
}

/** A variable in a line. */
export const variableText = (variable: Variable): string =>
  `$${variable.name}, ${variableWords(variable)}${variable.description ? ` (${variable.description})` : ""}`;

export const termsOf = (draft: JobDraft): Terms => ({
  ...draft,
  variables: (draft.variables ?? []).map(wordsOf),
});

/** Every field whose words differ. */
export function termDifferences(before: Terms, after: Terms): readonly Difference[] {
  const lines = (list: readonly string[] | undefined) => (list ?? []).join("\n");
  const fields: readonly (readonly [string, (terms: Terms) => string])[] = [
    ["Name", (terms) => terms.name],
    ["Text", (terms) => terms.source],
    ["Tables", (terms) => lines(terms.tables)],
    ["Input variables", (terms) => lines(terms.variables)],
    ["Readers", (terms) => lines([...terms.readers].sort())],
    ["May run", (terms) => (terms.max_runs === 1 ? "once" : `${terms.max_runs} times`)],
    ["May run until", (terms) => terms.valid_until ?? ""],
  ];
  return fields
    .map(([field, read]) => ({ field, before: read(before), after: read(after) }))
    .filter((one) => one.before !== one.after);
}

export const differences = (before: JobDraft, after: JobDraft): readonly Difference[] =>
  termDifferences(termsOf(before), termsOf(after));
