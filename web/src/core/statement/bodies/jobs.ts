/** Specs, reviews, run requests, receipts. */
import {
  anyText,
  boolean,
  choice,
  count,
  list,
  map,
  object,
  omittedWhenEmpty,
  optional,
  pair,
  set,
  type TypeOf,
  words,
} from "../../json/codec";
import { scalar } from "../../json/numbers";
import { timestamp } from "../../time";
import { digest, jobName, sqlName, uuid } from "../names";
import { assurance } from "./workspaces";

const MAX_U32 = 0xffff_ffff;

/** The type of a variable. */
export const variableType = words("string", "integer", "float", "boolean", "datetime", "dataset");

/** A constraint on a whole value. */
export const constraint = choice([], {
  range: pair(scalar, scalar),
  length: pair(count(MAX_U32), count(MAX_U32)),
  one_of: list(scalar),
  characters: anyText,
});

/** An input that reviewers approve with its constraints. */
export const variable = object({
  name: sqlName,
  type: variableType,
  description: optional(anyText),
  default: optional(scalar),
  any_of: omittedWhenEmpty(list(constraint)),
});

/** What kind of program a spec holds. */
export const environmentKind = words("sql", "ingest");

/** Exactly what will run. */
export const spec = object({
  charter: digest,
  name: jobName,
  kind: environmentKind,
  source: anyText,
  tables: map(sqlName, digest),
  variables: list(variable),
  readers: set(digest),
  environment: digest,
  max_runs: count(MAX_U32),
  valid_until: optional(timestamp),
  schedule: optional(anyText),
  test: boolean,
});

/** A reviewer's decision. */
export const decision = words("approve", "reject");

/** A member decides on a spec. */
export const review = object({
  spec: digest,
  charter: digest,
  decision,
  comment: optional(anyText),
  expires: optional(timestamp),
});

/** A spec or a review no longer counts. */
export const withdrawal = object({ target: choice([], { spec: digest, review: digest }) });

/** A member asks for one run. */
export const runRequest = object({
  run: uuid,
  spec: digest,
  charter: digest,
  inputs: map(sqlName, scalar),
  not_after: timestamp,
});

/** One sealed output. */
export const output = object({ name: anyText, size: count(), sha256: digest });

/** The worker says what it did. */
export const receipt = object({
  run: uuid,
  release: digest,
  outputs: list(output),
  outcome: anyText,
  started: timestamp,
  finished: timestamp,
  assurance,
  worker: digest,
});

export type VariableType = TypeOf<typeof variableType>;
export type Constraint = TypeOf<typeof constraint>;
export type Variable = TypeOf<typeof variable>;
export type Spec = TypeOf<typeof spec>;
export type Review = TypeOf<typeof review>;
export type Withdrawal = TypeOf<typeof withdrawal>;
export type RunRequest = TypeOf<typeof runRequest>;
export type Receipt = TypeOf<typeof receipt>;
