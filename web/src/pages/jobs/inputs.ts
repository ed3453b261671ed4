/** What a run is given: from what is typed to the texts that the core takes, and what is wrong with them. */
import { inputProblem } from "../../core/acts/variables";
import type { Spec, Variable } from "../../core/statement/bodies/jobs";
import { sentence } from "../../ui/states";
import { momentOf } from "./variables";

type Texts = Readonly<Record<string, string>>;

/** What was typed for each variable; what was left out is left out. */
export function givenOf(variables: readonly Variable[], typed: Texts): Record<string, string> {
  return Object.fromEntries(
    variables.flatMap(({ name, type, default: standard }) => {
      const text = typed[name] ?? "";
      // Nothing typed means the default where there is one; only a text may be empty on purpose.
      if (text === "" && (standard !== undefined || type !== "string")) return [];
      return [[name, type === "datetime" ? (momentOf(text) ?? text) : text]];
    }),
  );
}

/** What is wrong, by variable. */
export function inputProblems(spec: Pick<Spec, "variables" | "tables">, typed: Texts): Texts {
  const given = givenOf(spec.variables, typed);
  const tables = Object.keys(spec.tables);
  return Object.fromEntries(
    spec.variables.flatMap((variable) => {
      const text = given[variable.name];
      if (text === undefined) return variable.default === undefined ? [[variable.name, "Give a value."]] : [];
      const why = inputProblem(variable, text, tables);
      return why === undefined ? [] : [[variable.name, sentence(why.replaceAll("`", ""))]];
    }),
  );
}
