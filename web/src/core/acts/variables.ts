/** Variables and inputs: from what JSON and forms hold to the typed values that are signed. */
import { CoreError, invalid } from "../errors";
import type { Scalar } from "../json/numbers";
import { parseJson } from "../json/parse";
import { type Variable, type VariableType, variable } from "../statement/bodies/jobs";
import { isTimestamp } from "../time";
import { valueProblem } from "./constraints";

/** The number in a JSON text of a variable: whole numbers stay whole, also where the type is `float`. */
export function variablesOf(draft: readonly unknown[]): readonly Variable[] {
  return draft.map((one) => {
    try {
      return variable.decode(parseJson(JSON.stringify(one), 16));
    } catch (thrown) {
      throw invalid(
        `a variable of the draft cannot be read: ${thrown instanceof Error ? thrown.message : thrown}`,
      );
    }
  });
}

/** The value that a text means in a variable's type. */
export function inputValue(kind: VariableType, name: string, text: string): Scalar {
  const bad = () => invalid(`\`${text}\` is not a value of the variable \`${name}\``);
  switch (kind) {
    case "string":
    case "dataset":
      return text;
    case "datetime":
      if (!isTimestamp(text)) {
        throw bad();
      }
      return text;
    case "integer":
      if (!/^-?[0-9]{1,19}$/.test(text.trim())) {
        throw bad();
      }
      return BigInt(text.trim());
    case "float": {
      const number = Number(text);
      if (text.trim() === "" || !Number.isFinite(number)) {
        throw bad();
      }
      return number;
    }
    case "boolean":
      if (text !== "true" && text !== "false") {
        throw bad();
      }
      return text === "true";
  }
}

/** Why a text cannot be the value of a variable, for its form field; nothing when it can. */
export function inputProblem(
  variable: Variable,
  text: string,
  tables: readonly string[],
): string | undefined {
  try {
    return valueProblem(variable, inputValue(variable.type, variable.name, text), tables);
  } catch (thrown) {
    if (thrown instanceof CoreError) return `not a value of the type ${variable.type}`;
    throw thrown;
  }
}

/** The inputs of a run: texts by variable name, in the types and within the constraints that the reviewers approved. */
export function inputsOf(
  variables: readonly Variable[],
  given: Readonly<Record<string, string>>,
  tables: readonly string[],
): Readonly<Record<string, Scalar>> {
  const out: Record<string, Scalar> = {};
  for (const [name, text] of Object.entries(given)) {
    const found = variables.find((one) => one.name === name);
    if (found === undefined) {
      throw invalid(`the job has no variable \`${name}\``);
    }
    const value = inputValue(found.type, name, text);
    const wrong = valueProblem(found, value, tables);
    if (wrong !== undefined) {
      throw invalid(`\`${text}\` is not a value of the variable \`${name}\`: ${wrong}`);
    }
    out[name] = value;
  }
  const missing = variables.find((one) => one.default === undefined && !Object.hasOwn(out, one.name));
  if (missing !== undefined) {
    throw invalid(`the variable \`${missing.name}\` has no value`);
  }
  return out;
}
