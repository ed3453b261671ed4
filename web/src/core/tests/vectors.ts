/** Vectors that Rust wrote (`cargo xtask gen`), and the one file that the console writes for Rust. */
import { readFileSync } from "node:fs";
import { fromHex } from "../bytes";
import { isObject, type Json, type JsonObject, parseJson } from "../json/parse";
import { type MemberKeys, memberKeys } from "../keys/member";

const FOLDER = new URL("../../../vectors/", import.meta.url);

/** A file of vectors as the language reads it. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as T;
}

/** A file of vectors with its numbers as they are written. */
export function exactVectors(name: string): JsonObject {
  return object(parseJson(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"), 64));
}

export const CONSOLE_VECTORS = new URL("console.json", FOLDER);

export function object(json: Json | undefined): JsonObject {
  if (!isObject(json)) {
    throw new Error("not an object");
  }
  return json;
}

export function list(json: Json | undefined): readonly Json[] {
  if (!Array.isArray(json)) {
    throw new Error("not a list");
  }
  return json;
}

export function string(json: Json | undefined): string {
  if (typeof json !== "string") {
    throw new Error("not a text");
  }
  return json;
}

/** A member of the vectors. */
export interface VectorMember {
  readonly name: string;
  readonly seed: string;
  readonly public: string;
  readonly certificate: unknown;
}

/** The people of the vectors. */
export interface VectorPeople {
  readonly broker: {
    readonly seed: string;
    readonly public: string;
    readonly sealing_seed: string;
    readonly sealing_public: string;
  };
  readonly members: readonly VectorMember[];
}

/** The keys of a seed; the age half is the one that all members of the vectors share. */
export function keysOf(seed: string): Promise<MemberKeys> {
  const scalar = Uint8Array.from({ length: 32 }, (_, at) => at + 1);
  return memberKeys({ seed: fromHex(seed), scalar });
}

/** A log that Rust wrote. */
export interface LogVectors {
  readonly origin: string;
  readonly key: string;
  readonly checkpoints: readonly { readonly size: number; readonly root: string; readonly note: string }[];
  readonly forked: string;
  readonly other_key: string;
  readonly entries: Readonly<Record<string, string>>;
  readonly inclusions: readonly {
    readonly size: number;
    readonly index: number;
    readonly leaf: string;
    readonly hashes: readonly string[];
  }[];
  readonly consistencies: readonly {
    readonly from: number;
    readonly to: number;
    readonly hashes: readonly string[];
  }[];
  readonly tiles: Readonly<Record<string, string>>;
}
