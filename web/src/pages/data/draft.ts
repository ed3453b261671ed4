/** What is typed while a dataset is added. It survives a reload; the file itself does not, browsers keep none. */
import type { Addition } from "../../core/acts/shelf";
import type { Column, ColumnType } from "../../core/statement/bodies/rules";
import { nameProblem } from "../../core/statement/names";
import { rulesProblem } from "../../core/verify/rules";
import type { Look } from "./file";
import { OPEN_FORM, type RulesForm, rulesOf } from "./rulesForm";

export interface Draft {
  name: string;
  /** Of the file that was chosen. */
  file: string;
  header: boolean;
  skipBadRows: boolean;
  /** Types that the owner corrected, by column. */
  types: Record<string, ColumnType>;
  rules: RulesForm;
  floor: "hardware" | "simulated";
}

export const EMPTY: Draft = {
  name: "",
  file: "",
  header: true,
  skipBadRows: false,
  types: {},
  rules: OPEN_FORM,
  floor: "hardware",
};

/** What was kept, if it still has the shape of a draft. */
export function readDraft(text: string | undefined): Draft {
  try {
    const kept = JSON.parse(text ?? "") as Partial<Draft>;
    return typeof kept.name === "string" && typeof kept.rules === "object" ? { ...EMPTY, ...kept } : EMPTY;
  } catch {
    return EMPTY;
  }
}

/** A name for a file, as far as its own makes one. */
export function nameOf(file: string): string {
  const base = file.replace(/\.[^.]*$/, "");
  return base
    .replace(/[^\p{Alphabetic}\p{N} _-]/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 80)
    .trim();
}

/** The columns as the owner wants them. One that was corrected may be empty: what fits is the worker's to find out. */
export function columnsOf(draft: Draft, look: Look): readonly Column[] {
  return look.columns.map((column) => {
    const type = draft.types[column.name];
    return type === undefined || type === column.type ? column : { ...column, type, nullable: true };
  });
}

const corrected = (draft: Draft, look: Look) =>
  look.columns.some((column) => (draft.types[column.name] ?? column.type) !== column.type);

/** What is asked for. */
export function additionOf(draft: Draft, look: Look): Addition {
  const columns = columnsOf(draft, look);
  const fixed = corrected(draft, look);
  return {
    name: draft.name.trim(),
    // All may be empty where the owner's word goes beyond what was looked at.
    columns: fixed ? columns.map((column) => ({ ...column, nullable: true })) : columns,
    fixed,
    header: draft.header,
    skipBadRows: draft.skipBadRows,
    rules: rulesOf(draft.rules, columns),
    floor: draft.floor,
  };
}

/** What keeps a step from being left; nothing when it is done. */
export function problemOf(step: number, draft: Draft, look: Look | undefined): string | undefined {
  if (look === undefined) return "choose a file";
  const name = nameProblem.dataset(draft.name.trim());
  if (name !== undefined) return name;
  const columns = columnsOf(draft, look);
  return step === 0 ? undefined : rulesProblem(rulesOf(draft.rules, columns), columns);
}
