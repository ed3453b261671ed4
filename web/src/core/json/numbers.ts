/**
 * Numbers whose JSON form Rust and JavaScript write differently.
 *
 * A `bigint` is Rust's `i64`, a `number` its `f64`: `1n` is written `1`, `1` is written `1.0`.
 */
import { isWellFormed } from "../bytes";
import { type Codec, EncodingError } from "./codec";
import { type Json, JsonNumber } from "./parse";

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;

/** A finite 64-bit number as Rust writes it: shortest digits that read back, exponent from 1e16 and below 1e-5. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) {
    throw new EncodingError("a number must be finite");
  }
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) {
    return `${sign}0.0`;
  }
  const [mantissa = "", power = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  // Where the point stands, counted from the first digit.
  const point = Number(power) + 1;
  if (digits.length <= point && point <= 16) {
    return `${sign}${digits.padEnd(point, "0")}.0`;
  }
  if (0 < point && point <= 16) {
    return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  }
  if (-5 < point && point <= 0) {
    return `${sign}0.${"0".repeat(-point)}${digits}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${sign}${digits.slice(0, 1)}${fraction}e${point > 0 ? "+" : ""}${point - 1}`;
}

/** A finite 64-bit number. */
export const float: Codec<number> = {
  encode: floatText,
  decode: (json) => {
    if (!(json instanceof JsonNumber)) {
      throw new EncodingError("a number was expected");
    }
    return Number(json.text);
  },
};

/** What a value in a rule or an input can be, lists apart: a `bigint` is a whole number, a `number` any other. */
export type Scalar = boolean | bigint | number | string;

/** A scalar, told apart by its JSON form alone. */
export const scalar: Codec<Scalar> = {
  encode: (value) => {
    switch (typeof value) {
      case "bigint":
        if (value < LOWEST || value > HIGHEST) {
          throw new EncodingError("a whole number has at most 64 bits");
        }
        return value.toString();
      case "number":
        return floatText(value);
      case "string":
        if (!isWellFormed(value)) {
          throw new EncodingError("half a character");
        }
        return JSON.stringify(value);
      default:
        return String(value);
    }
  },
  decode: (json: Json) => {
    if (typeof json === "boolean" || typeof json === "string") {
      return json;
    }
    if (!(json instanceof JsonNumber)) {
      throw new EncodingError("true, false, a number or a text was expected");
    }
    const whole = json.whole && json.text !== "-0" ? BigInt(json.text) : undefined;
    return whole !== undefined && whole >= LOWEST && whole <= HIGHEST ? whole : Number(json.text);
  },
};
