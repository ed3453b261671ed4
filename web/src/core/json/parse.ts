/**
 * A JSON reader for signed bytes. Unlike `JSON.parse` it keeps numbers as they are written (64-bit integers survive, `1`
 * and `1.0` stay two things), refuses duplicate keys, and stops at a depth.
 */

import { isWellFormed } from "../bytes";

/** A number as it is written. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Whether it is a whole number without fraction and exponent. */
  get whole(): boolean {
    return /^-?[0-9]+$/.test(this.text);
  }
}

/** An object, keys in the order written. */
export type JsonObject = ReadonlyMap<string, Json>;

/** A value. */
export type Json = null | boolean | JsonNumber | string | readonly Json[] | JsonObject;

/** A text is not JSON, or not within the limits. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these within a text.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const BLANK = /[ \t\n\r]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Reader {
  private at = 0;
  private readonly text: string;
  private readonly depth: number;

  constructor(text: string, depth: number) {
    this.text = text;
    this.depth = depth;
  }

  whole(): Json {
    const value = this.value(0);
    this.match(BLANK);
    if (this.at !== this.text.length) {
      throw this.error("something follows the value");
    }
    return value;
  }

  private error(what: string): JsonSyntaxError {
    return new JsonSyntaxError(`${what} at character ${this.at}`);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private take(text: string): boolean {
    const there = this.text.startsWith(text, this.at);
    this.at += there ? text.length : 0;
    return there;
  }

  private need(text: string): void {
    if (!this.take(text)) {
      throw this.error(`\`${text}\` is missing`);
    }
  }

  private value(depth: number): Json {
    this.match(BLANK);
    if (this.take("{")) {
      return this.object(this.deeper(depth));
    }
    if (this.take("[")) {
      return this.array(this.deeper(depth));
    }
    if (this.take('"')) {
      return this.string();
    }
    for (const [word, meaning] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.take(word)) {
        return meaning;
      }
    }
    const number = this.match(NUMBER);
    if (number === "") {
      throw this.error("no value");
    }
    return new JsonNumber(number);
  }

  private deeper(depth: number): number {
    if (depth + 1 > this.depth) {
      throw new JsonSyntaxError(`nested deeper than ${this.depth} levels`);
    }
    return depth + 1;
  }

  private object(depth: number): JsonObject {
    const out = new Map<string, Json>();
    this.match(BLANK);
    if (this.take("}")) {
      return out;
    }
    do {
      this.match(BLANK);
      this.need('"');
      const key = this.string();
      if (out.has(key)) {
        throw this.error(`the key \`${key}\` appears twice`);
      }
      this.match(BLANK);
      this.need(":");
      out.set(key, this.value(depth));
      this.match(BLANK);
    } while (this.take(","));
    this.need("}");
    return out;
  }

  private array(depth: number): Json[] {
    const out: Json[] = [];
    this.match(BLANK);
    if (this.take("]")) {
      return out;
    }
    do {
      out.push(this.value(depth));
      this.match(BLANK);
    } while (this.take(","));
    this.need("]");
    return out;
  }

  private string(): string {
    let out = this.match(PLAIN);
    while (!this.take('"')) {
      this.need("\\");
      out += this.escaped() + this.match(PLAIN);
    }
    if (!isWellFormed(out)) {
      throw this.error("half a character");
    }
    return out;
  }

  private escaped(): string {
    const letter = this.text.charAt(this.at);
    this.at += 1;
    if (letter !== "u") {
      const meaning = ESCAPES[letter];
      if (meaning === undefined) {
        throw this.error("an unknown escape");
      }
      return meaning;
    }
    const digits = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
      throw this.error("an unknown escape");
    }
    this.at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
}

/** Reads a JSON text that nests at most `depth` levels. */
export function parseJson(text: string, depth: number): Json {
  return new Reader(text, depth).whole();
}

/** Whether a value is an object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
