import { expect, test } from "vitest";
import { constraintProblem, variablesProblem } from "../acts/constraints";
import { inputProblem, inputsOf, variablesOf } from "../acts/variables";

const TABLES = ["measurements"];
const one = (type: string, any_of: unknown[] = [], more = {}) => {
  const [found] = variablesOf([{ name: "x", type, any_of, ...more }]);
  if (!found) throw new Error("no variable");
  return found;
};

test.each([
  ["integer", [{ range: [1, 9] }], "9", true],
  ["integer", [{ range: [1, 9] }], "10", false],
  ["integer", [{ range: [1, 2] }, { one_of: [7] }], "7", true],
  ["integer", [], "1.0", false],
  ["float", [{ range: [0, 0.5] }], "0.5", true],
  ["float", [], "NaN", false],
  ["boolean", [], "yes", false],
  ["boolean", [{ one_of: [true] }], "false", false],
  ["string", [{ characters: "a-z_" }], "ab_c", true],
  ["string", [{ characters: "a-z_" }], "ab;c", false],
  ["string", [{ characters: "a-" }], "-a", true],
  ["string", [{ length: [2, 3] }], "abcd", false],
  ["string", [{ length: [2, 2] }], "😀😀", true],
  ["string", [{ one_of: ["ab"] }], "ab' or 1=1", false],
  ["datetime", [{ range: ["2027-01-01T00:00:00Z", "2027-12-31T00:00:00Z"] }], "2027-06-01T02:00:00Z", true],
  ["datetime", [{ range: ["2027-01-01T00:00:00Z", "2027-12-31T00:00:00Z"] }], "2028-01-01T00:00:00Z", false],
  ["datetime", [], "yesterday", false],
  ["dataset", [], "measurements", true],
  ["dataset", [], "salaries", false],
])("%s under %j takes `%s`: %s", (type, any_of, text, good) => {
  const variable = one(type, any_of);
  expect(variablesProblem([variable], TABLES)).toBeUndefined();
  expect(inputProblem(variable, text, TABLES) === undefined).toBe(good);
  if (good) expect(Object.keys(inputsOf([variable], { x: text }, TABLES))).toEqual(["x"]);
  else expect(() => inputsOf([variable], { x: text }, TABLES)).toThrow("`x`");
});

test.each([
  ["boolean", { range: [false, true] }, "no range"],
  ["integer", { length: [1, 2] }, "no length"],
  ["integer", { range: [2, 1] }, "above"],
  ["integer", { range: [1.5, 2.5] }, "no integer"],
  ["string", { characters: "z-a" }, "upwards"],
  ["string", { one_of: [] }, "no value"],
  ["dataset", { one_of: ["salaries"] }, "no table"],
])("%s does not go with %j", (type, constraint, word) => {
  const variable = one(type, [constraint]);
  expect(variable.any_of.map((found) => constraintProblem(found, variable.type, TABLES))[0]).toMatch(word);
  expect(variablesProblem([variable], TABLES)).toMatch(word);
});

test("names are told apart, and a default meets the constraints", () => {
  const good = one("integer", [{ range: [1, 9] }], { default: 5 });
  expect(variablesProblem([good], TABLES)).toBeUndefined();
  expect(variablesProblem([good, good], TABLES)).toMatch(/same name/);
  expect(variablesProblem([one("integer", [{ range: [1, 9] }], { default: 10 })], TABLES)).toMatch(/default/);
  expect(inputsOf([good], {}, TABLES)).toEqual({});
  expect(() => inputsOf([one("integer")], {}, TABLES)).toThrow("has no value");
});
