/** A job's draft as its form holds it, and what is wrong with it. */
import type { Schemas } from "../../api/client";
import { variablesOf } from "../../core/acts/variables";
import { nameProblem } from "../../core/statement/names";
import { sentence } from "../../ui/states";
import { isEmail } from "../workspaces/draft";
import { type VariableForm, variableFormOf, variableOf, variableProblems } from "./variables";

export type JobDraft = Schemas["Draft"];

export interface JobForm {
  name: string;
  source: string;
  readers: string[];
  variables: VariableForm[];
  max_runs: number | string;
  /** As an input of the browser has it, in local time; empty for no end. */
  valid_until: string;
}

/** A moment in UTC as a local one for `<input type="datetime-local">`. */
export function localOf(moment: string | null | undefined): string {
  if (!moment) return "";
  const date = new Date(moment);
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** And back. */
export function utcOf(local: string): string | undefined {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(/\.\d+Z$/, "Z");
}

export const formOf = (draft: JobDraft): JobForm => ({
  name: draft.name,
  source: draft.source,
  readers: draft.readers,
  variables: variablesOf(draft.variables ?? []).map(variableFormOf),
  max_runs: draft.max_runs,
  valid_until: localOf(draft.valid_until),
});

export function draftOf(form: JobForm): JobDraft {
  const until = utcOf(form.valid_until);
  return {
    name: form.name.trim(),
    source: form.source,
    readers: form.readers,
    // The API describes a variable as any object; the server reads it strictly.
    variables: form.variables.map(variableOf) as Record<string, never>[],
    max_runs: Number(form.max_runs),
    ...(until === undefined ? {} : { valid_until: until }),
  };
}

/** What two drafts are compared by: the form's own words, whatever the server leaves out or adds. */
export const sameText = (draft: JobDraft): string => JSON.stringify(draftOf(formOf(draft)));

/** What is wrong, by the form's field. `known` are the tables that the workspace's shares give. */
export function problemsOf(form: JobForm, known: readonly string[], now: number): Record<string, string> {
  const wrong: Record<string, string> = {};
  const name = form.name.trim();
  if (name === "") wrong.name = "Name the job";
  else if (nameProblem.job(name)) wrong.name = sentence((nameProblem.job(name) ?? "").replaceAll("`", ""));
  if (form.source.trim() === "") wrong.source = "Write one query";
  const bad = form.readers.filter((reader) => !isEmail(reader));
  if (form.readers.length === 0) wrong.readers = "A job has at least one reader";
  else if (bad.length > 0) wrong.readers = `No e-mail address: ${bad.join(", ")}`;
  if (!(Number(form.max_runs) >= 1)) wrong.max_runs = "At least one";
  const until = form.valid_until === "" ? undefined : Date.parse(form.valid_until);
  if (until !== undefined && !(until > now)) wrong.valid_until = "This has passed already";
  form.variables.forEach((variable, at) => {
    const others = form.variables.filter((_, other) => other !== at).map((other) => other.name.trim());
    for (const [field, why] of Object.entries(variableProblems(variable, others, known))) {
      wrong[`variables.${at}.${field}`] = sentence(why.replaceAll("`", ""));
    }
  });
  return wrong;
}
