/** What was typed and not saved: kept in this browser, for the person who typed it, until it is saved or given up. */
import type { JobForm } from "./form";

export interface Kept {
  /** The draft it was begun from, as `sameText` writes it. */
  base: string;
  form: JobForm;
  at: string;
}

/** Under which name; `of` is a job's id, or a workspace's for a job that is not made yet. */
export const keptKey = (person: string, of: string) => `cloister.draft.${person}.${of}`;

/** What was kept, if it still has the shape of a form. */
export function readKept(key: string, store: Storage = localStorage): Kept | undefined {
  try {
    const kept = JSON.parse(store.getItem(key) ?? "") as Partial<Kept>;
    const form = kept.form;
    const fits =
      typeof kept.base === "string" &&
      typeof kept.at === "string" &&
      typeof form?.name === "string" &&
      typeof form.source === "string" &&
      Array.isArray(form.readers) &&
      Array.isArray(form.variables);
    return fits ? (kept as Kept) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it; a browser without room for it goes on without. */
export function keep(key: string, kept: Kept, store: Storage = localStorage): void {
  try {
    store.setItem(key, JSON.stringify(kept));
  } catch {
    store.removeItem(key);
  }
}

export const forget = (key: string, store: Storage = localStorage): void => store.removeItem(key);
