/** Adding a dataset in a browser, from a file to what others can use: sealed, uploaded, signed for, converted, signed for. */
import { fromBase64 } from "../bytes";
import type { Core, Preview } from "../core";
import { CoreError } from "../errors";
import { uuidV4 } from "../platform";
import { openFile } from "../sealing/files";
import { keyId } from "../sealing/keys";
import { beginRaw, rawSealer } from "../sealing/raw";
import type { Manifest } from "../statement/bodies/datasets";
import type { Dataset, Run } from "../wire";
import { addManifest, newDataKey, sealToOwner } from "./datasets";
import { type Ingested, ingestDataset, type Reading } from "./ingest";
import type { Addition, Parcel, Shelf } from "./shelf";
import { signatory } from "./signatory";
import { type Moved, type Sent, uploadRaw } from "./upload";

/** What is told on the way. */
export interface AdditionEvents {
  moved(now: Moved): void;
  /** The upload is done; the owner is asked to sign. */
  uploaded(): void;
  /** It is there, and a worker is asked to convert it. */
  added(dataset: Dataset): void;
  signed(preview: Preview): void;
  run(run: Run): void;
}

/** A new parcel, remembered before the first byte leaves. */
export async function beginParcel(core: Core, shelf: Shelf, file: File, addition: Addition): Promise<Parcel> {
  const me = await signatory(core);
  const all = await core.api.all<Dataset>("/datasets");
  if (all.some((one) => one.own && one.state !== "deleted" && one.name === addition.name)) {
    throw new CoreError(
      { kind: "conflict" },
      `you have a dataset named \`${addition.name}\`: choose another name`,
    );
  }
  const dataset = uuidV4(core.random(16));
  const key = newDataKey(core);
  const seal = await beginRaw(key, dataset, 1, core.random);
  const parcel: Parcel = {
    dataset,
    addition,
    file: { name: file.name, size: file.size, modified: file.lastModified },
    ...seal,
    ownerKey: await sealToOwner(me, key),
    begun: core.now(),
  };
  await shelf.keep(parcel);
  return parcel;
}

/** The data key of a parcel; its owner's keys open it. */
async function keyOf(core: Core, parcel: Parcel): Promise<Uint8Array> {
  const openers = (await core.vault.keys()).map((keys) => keys.opener);
  const key = await openFile(openers, fromBase64(parcel.ownerKey));
  if (key === undefined) {
    throw new CoreError(
      { kind: "no_certificate" },
      "no key of this browser opens the key of the half uploaded file: discard it and add it anew",
    );
  }
  return key;
}

function rawManifest({ dataset, addition }: Parcel, sent: Sent, key: Uint8Array): Manifest {
  return {
    dataset,
    sequence: 1,
    version: 1,
    name: addition.name,
    schema: addition.columns,
    rules: addition.rules,
    floor: addition.floor,
    files: [sent.file],
    format: "raw",
    key_id: keyId(key),
  };
}

/** How the file of an addition is read. */
export const readingOf = ({ header, skipBadRows, fixed, columns }: Addition): Reading => ({
  header,
  skipBadRows,
  ...(fixed ? { columns } : {}),
});

/** What the server has of it already: it may have been cut after the manifest was stored. */
async function there(core: Core, parcel: Parcel): Promise<Dataset | undefined> {
  return (await core.api.all<Dataset>("/datasets")).find((one) => one.id === parcel.dataset);
}

/** Takes a parcel to its end. Cut anywhere and called again with the same file, it goes on where it was. */
export async function addParcel(
  core: Core,
  shelf: Shelf,
  parcel: Parcel,
  file: File,
  events: AdditionEvents,
  signal: AbortSignal,
): Promise<Ingested> {
  let dataset = await there(core, parcel);
  let plaintext: Sent["plaintext"] | undefined;
  if (dataset === undefined) {
    const key = await keyOf(core, parcel);
    const sealer = await rawSealer(key, parcel.dataset, 1, parcel);
    const sent = await uploadRaw(core, parcel, file, sealer, events.moved, signal);
    events.uploaded();
    plaintext = sent.plaintext;
    dataset = await addManifest(core, rawManifest(parcel, sent, key), key);
  }
  // From here on it is the dataset's page that goes on.
  await shelf.forget(parcel.dataset);
  events.added(dataset);
  return ingestDataset(core, parcel.dataset, readingOf(parcel.addition), events, plaintext);
}
