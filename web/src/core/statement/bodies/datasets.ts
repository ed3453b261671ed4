/** Datasets: manifests, grants and their ends. */
import {
  anyText,
  boolean,
  choice,
  count,
  list,
  object,
  omittedWhen,
  optional,
  type TypeOf,
  words,
} from "../../json/codec";
import { timestamp } from "../../time";
import { datasetName, digest, uuid } from "../names";
import { rules, schema } from "./rules";
import { assurance } from "./workspaces";

/** One encrypted file of a dataset. */
export const ciphertextFile = object({ name: anyText, size: count(), sha256: digest });

/** What the files of a dataset are: encrypted Parquet, or one file as it was, which only its owner's ingest reads. */
export const fileFormat = words("parquet", "raw");

/** The owner says what a dataset is now. `format` is left out where it is encrypted Parquet. */
export const manifest = object({
  dataset: uuid,
  sequence: count(),
  previous: optional(digest),
  version: count(0xffff_ffff),
  name: datasetName,
  schema,
  rules,
  floor: assurance,
  files: list(ciphertextFile),
  format: omittedWhen(fileFormat, "parquet"),
  key_id: digest,
});

/** The owner ends a dataset for good. */
export const datasetDeletion = object({ dataset: uuid, manifest: digest });

/** Which charters a grant holds under. */
export const pin = choice(["follows"], { charter: digest });

/** The owner lets a workspace use a dataset. */
export const grant = object({
  manifest: digest,
  pin,
  allow_simulated: boolean,
  expires: optional(timestamp),
  renew_within: optional(count()),
});

/** The owner ends a grant. */
export const revocation = object({ grant: digest });

export type CiphertextFile = TypeOf<typeof ciphertextFile>;
export type Manifest = TypeOf<typeof manifest>;
export type DatasetDeletion = TypeOf<typeof datasetDeletion>;
export type FileFormat = NonNullable<TypeOf<typeof fileFormat>>;
export type Pin = TypeOf<typeof pin>;
export type Grant = TypeOf<typeof grant>;
export type Revocation = TypeOf<typeof revocation>;
