/**
 * Codecs: a type, its one JSON text, and the way back. They write what Rust's `serde_json` writes, byte for byte.
 *
 * `decode` reads shapes; that a text is the one encoding of its value is decided by writing the value again and comparing
 * (see `decodeStrict`), which refuses spaces, reordered or unknown fields, other number forms and unsorted sets at once.
 */
import { byCodePoint, fromUtf8, isWellFormed, utf8 } from "../bytes";
import { messageOf } from "../errors";
import { isList, isObject, type Json, JsonNumber, parseJson } from "./parse";

/** Bytes or a value that have no place in the encoding. */
export class EncodingError extends Error {
  override readonly name = "EncodingError";
}

/** How values of a type are written and read. */
export interface Codec<T> {
  encode(value: T): string;
  decode(json: Json): T;
}

/** The type of a codec's values. */
export type TypeOf<C> = C extends Codec<infer T> ? T : never;

function expected(what: string): EncodingError {
  return new EncodingError(`${what} was expected`);
}

/** Text, with a check that says what is wrong with it. */
export function text<T extends string = string>(check: (text: string) => string | undefined): Codec<T> {
  const checked = (value: string): T => {
    const wrong = isWellFormed(value) ? check(value) : "half a character";
    if (wrong !== undefined) {
      throw new EncodingError(wrong);
    }
    return value as T;
  };
  return {
    encode: (value) => JSON.stringify(checked(value)),
    decode: (json) => {
      if (typeof json !== "string") {
        throw expected("a text");
      }
      return checked(json);
    },
  };
}

/** Any text. */
export const anyText: Codec<string> = text(() => undefined);

/** True or false. */
export const boolean: Codec<boolean> = {
  encode: (value) => (value ? "true" : "false"),
  decode: (json) => {
    if (typeof json !== "boolean") {
      throw expected("true or false");
    }
    return json;
  },
};

/** A whole number from zero up to `max`, never above what a JavaScript number holds exactly. */
export function count(max = Number.MAX_SAFE_INTEGER): Codec<number> {
  const checked = (value: number): number => {
    if (!Number.isSafeInteger(value) || value < 0 || value > max) {
      throw expected(`a whole number from 0 to ${max}`);
    }
    return value;
  };
  return {
    encode: (value) => String(checked(value)),
    decode: (json) => {
      if (!(json instanceof JsonNumber) || !json.whole) {
        throw expected("a whole number");
      }
      return checked(Number(json.text));
    },
  };
}

/** One of some words. */
export function words<const W extends string>(...all: readonly W[]): Codec<W> {
  return text<W>((value) =>
    (all as readonly string[]).includes(value) ? undefined : `no such word: ${value}`,
  );
}

/** A list. */
export function list<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    encode: (value) => `[${value.map((one) => item.encode(one)).join(",")}]`,
    decode: (json) => {
      if (!isList(json)) {
        throw expected("a list");
      }
      return json.map((one) => item.decode(one));
    },
  };
}

/** A set of texts, written in `order`; each once. */
export function set<T extends string>(
  item: Codec<T>,
  order: (a: T, b: T) => number = byCodePoint,
): Codec<readonly T[]> {
  const plain = list(item);
  return {
    encode: (value) => plain.encode([...new Set(value)].sort(order)),
    decode: (json) => plain.decode(json),
  };
}

/** A map from texts, written in the order of the keys. */
export function map<K extends string, V>(key: Codec<K>, value: Codec<V>): Codec<Readonly<Record<K, V>>> {
  return {
    encode: (record) => {
      const keys = (Object.keys(record) as K[]).sort(byCodePoint);
      return `{${keys.map((name) => `${key.encode(name)}:${value.encode(record[name])}`).join(",")}}`;
    },
    decode: (json) => {
      if (!isObject(json)) {
        throw expected("an object");
      }
      // No prototype: a key may be `__proto__`.
      const out: Record<K, V> = Object.create(null);
      for (const [name, one] of json) {
        out[key.decode(name)] = value.decode(one);
      }
      return out;
    },
  };
}

/** A field that may be absent, or is left out when empty. */
export interface Optional<T> {
  readonly codec: Codec<T>;
  readonly fallback: T;
  omit(value: T): boolean;
}

/** Left out when absent. */
export function optional<T>(codec: Codec<T>): Optional<T | undefined> {
  const all: Codec<T | undefined> = {
    encode: (value) => {
      if (value === undefined) {
        throw expected("a value");
      }
      return codec.encode(value);
    },
    decode: (json) => codec.decode(json),
  };
  return { codec: all, fallback: undefined, omit: (value) => value === undefined };
}

/** A list that is left out when empty. */
export function omittedWhenEmpty<T>(codec: Codec<readonly T[]>): Optional<readonly T[]> {
  return { codec, fallback: [], omit: (value) => value.length === 0 };
}

/** Left out when it is the usual value. */
export function omittedWhen<T extends string, const U extends T>(
  codec: Codec<T>,
  usual: U,
): Optional<T | undefined> {
  const all: Codec<T | undefined> = {
    encode: (value) => codec.encode(value ?? usual),
    decode: (json) => codec.decode(json),
  };
  return { codec: all, fallback: undefined, omit: (value) => value === undefined || value === usual };
}

type Field = Codec<unknown> | Optional<unknown>;
type ValueOf<F> = F extends Optional<infer T> ? T : F extends Codec<infer T> ? T : never;
type OptionalKeys<F> = { [K in keyof F]: undefined extends ValueOf<F[K]> ? K : never }[keyof F];

/** The type of an object with these fields. */
export type ObjectOf<F> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: ValueOf<F[K]>;
};

function asOptional(field: Field): Optional<unknown> | undefined {
  return "codec" in field ? (field as unknown as Optional<unknown>) : undefined;
}

function encodeFields(fields: Readonly<Record<string, Field>>, value: object): string[] {
  const record = value as Readonly<Record<string, unknown>>;
  const stray = Object.keys(record).find((name) => !Object.hasOwn(fields, name));
  if (stray !== undefined) {
    throw new EncodingError(`\`${stray}\` is no field here`);
  }
  return Object.entries(fields).flatMap(([name, field]) => {
    const maybe = asOptional(field);
    const one = record[name];
    try {
      if (maybe !== undefined) {
        return maybe.omit(one) ? [] : [`${JSON.stringify(name)}:${maybe.codec.encode(one)}`];
      }
      return [`${JSON.stringify(name)}:${(field as unknown as Codec<unknown>).encode(one)}`];
    } catch (thrown) {
      throw new EncodingError(`${name}: ${messageOf(thrown)}`);
    }
  });
}

function decodeFields(
  fields: Readonly<Record<string, Field>>,
  json: Json,
  tag?: string,
): Record<string, unknown> {
  if (!isObject(json)) {
    throw expected("an object");
  }
  for (const name of json.keys()) {
    if (!Object.hasOwn(fields, name) && name !== tag) {
      throw new EncodingError(`the field \`${name}\` is unknown`);
    }
  }
  const out: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const one = json.get(name);
    const maybe = asOptional(field);
    try {
      if (one !== undefined) {
        out[name] = (maybe?.codec ?? (field as unknown as Codec<unknown>)).decode(one);
      } else if (maybe === undefined) {
        throw expected("a value");
      } else if (maybe.fallback !== undefined) {
        out[name] = maybe.fallback;
      }
    } catch (thrown) {
      throw new EncodingError(`${name}: ${messageOf(thrown)}`);
    }
  }
  return out;
}

/** An object with exactly these fields, in this order. */
export function object<const F extends Readonly<Record<string, Field>>>(fields: F): Codec<ObjectOf<F>> {
  return {
    encode: (value) => `{${encodeFields(fields, value).join(",")}}`,
    decode: (json) => decodeFields(fields, json) as ObjectOf<F>,
  };
}

type Variants = Readonly<Record<string, Readonly<Record<string, Field>>>>;
type TaggedOf<T extends string, V extends Variants> = {
  [K in keyof V & string]: { readonly [P in T]: K } & ObjectOf<V[K]>;
}[keyof V & string];

/** One of several objects, told apart by the word in the field `tag`, which comes first. */
export function tagged<const T extends string, const V extends Variants>(
  tag: T,
  variants: V,
): Codec<TaggedOf<T, V>> {
  const fieldsOf = (word: unknown): Readonly<Record<string, Field>> => {
    const fields = typeof word === "string" && Object.hasOwn(variants, word) ? variants[word] : undefined;
    if (fields === undefined) {
      throw expected(`${tag}: one of ${Object.keys(variants).join(", ")}`);
    }
    return fields;
  };
  return {
    encode: (value) => {
      const { [tag]: word, ...rest } = value as Readonly<Record<string, unknown>>;
      const fields = encodeFields(fieldsOf(word), rest);
      return `{${[`${JSON.stringify(tag)}:${JSON.stringify(word)}`, ...fields].join(",")}}`;
    },
    decode: (json) => {
      const word = isObject(json) ? json.get(tag) : undefined;
      return { [tag]: word, ...decodeFields(fieldsOf(word), json, tag) } as TaggedOf<T, V>;
    },
  };
}

type Payloads = Readonly<Record<string, Codec<unknown>>>;
type ChoiceOf<U extends string, P extends Payloads> =
  | U
  | { [K in keyof P & string]: { readonly [N in K]: TypeOf<P[K]> } }[keyof P & string];

/** A bare word, or an object with one field that says which value it is. */
export function choice<const U extends string, const P extends Payloads>(
  units: readonly U[],
  payloads: P,
): Codec<ChoiceOf<U, P>> {
  const unit = words(...units);
  const payload = (name: string): Codec<unknown> => {
    const codec = Object.hasOwn(payloads, name) ? payloads[name] : undefined;
    if (codec === undefined) {
      throw expected(`one of ${[...units, ...Object.keys(payloads)].join(", ")}`);
    }
    return codec as unknown as Codec<unknown>;
  };
  return {
    encode: (value) => {
      if (typeof value === "string") {
        return unit.encode(value as U);
      }
      const entries = Object.entries(value as object);
      const [first] = entries;
      if (first === undefined || entries.length !== 1) {
        throw expected("one field");
      }
      return `{${JSON.stringify(first[0])}:${payload(first[0]).encode(first[1])}}`;
    },
    decode: (json) => {
      if (typeof json === "string") {
        return unit.decode(json);
      }
      const entries = isObject(json) ? [...json] : [];
      const [first] = entries;
      if (first === undefined || entries.length !== 1) {
        throw expected("one field");
      }
      return { [first[0]]: payload(first[0]).decode(first[1]) } as ChoiceOf<U, P>;
    },
  };
}

/** A list of exactly two. */
export function pair<A, B>(first: Codec<A>, second: Codec<B>): Codec<readonly [A, B]> {
  return {
    encode: ([a, b]) => `[${first.encode(a)},${second.encode(b)}]`,
    decode: (json) => {
      const [a, b] = isList(json) && json.length === 2 ? json : [];
      if (a === undefined || b === undefined) {
        throw expected("a list of two");
      }
      return [first.decode(a), second.decode(b)];
    },
  };
}

/** The one encoding, as bytes. */
export function encodeBytes<T>(codec: Codec<T>, value: T): Uint8Array {
  return utf8(codec.encode(value));
}

/** Reads the one encoding of a value within limits; anything else is refused. */
export function decodeStrict<T>(codec: Codec<T>, bytes: Uint8Array, maxBytes: number, depth: number): T {
  if (bytes.length > maxBytes) {
    throw new EncodingError(`${bytes.length} bytes are more than the ${maxBytes} allowed`);
  }
  const source = fromUtf8(bytes);
  const value = codec.decode(parseJson(source, depth));
  if (codec.encode(value) !== source) {
    throw new EncodingError("not the one deterministic encoding");
  }
  return value;
}
