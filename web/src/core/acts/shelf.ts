/** Files on their way: what must be remembered so that a reload, or a cut, costs nothing of what was uploaded. */
import type { Bytes } from "../bytes";
import { CoreError, messageOf } from "../errors";
import type { Column, Rules } from "../statement/bodies/rules";
import type { Assurance } from "../statement/bodies/workspaces";

/** What the owner wants a file to become. */
export interface Addition {
  readonly name: string;
  /** Guessed from the file's beginning, or the owner's. */
  readonly columns: readonly Column[];
  /** Whether the columns are the owner's word; else the worker finds them out over the whole file. */
  readonly fixed: boolean;
  readonly header: boolean;
  readonly skipBadRows: boolean;
  readonly rules: Rules;
  readonly floor: Assurance;
}

/** A file that is being added. The data key is sealed to its owner; nothing of the content stands here. */
export interface Parcel {
  readonly dataset: string;
  readonly addition: Addition;
  readonly file: { readonly name: string; readonly size: number; readonly modified: number };
  readonly header: Bytes;
  readonly nonce: Bytes;
  readonly ownerKey: string;
  readonly begun: string;
}

/** The parcels of one person in this browser. */
export interface Shelf {
  all(): Promise<readonly Parcel[]>;
  keep(parcel: Parcel): Promise<void>;
  forget(dataset: string): Promise<void>;
  close(): void;
}

const PARCELS = "parcels";

function told(error: unknown): CoreError {
  return new CoreError(
    { kind: "unsupported", what: "indexedDB" },
    `this browser stores nothing (a private window, or storage that is full or blocked): ${messageOf(error)}`,
  );
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(told(request.error));
  });
}

/** Opens the shelf of a person (a user id). */
export async function openShelf(person: string, factory: IDBFactory = indexedDB): Promise<Shelf> {
  const request = factory.open(`cloister-parcels/${person}`, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(PARCELS, { keyPath: "dataset" });
  };
  const database = await settled(request);
  database.onversionchange = () => database.close();
  const store = (mode: IDBTransactionMode) =>
    database.transaction(PARCELS, mode, { durability: "strict" }).objectStore(PARCELS);
  return {
    all: () => settled(store("readonly").getAll()) as Promise<readonly Parcel[]>,
    keep: async (parcel) => {
      await settled(store("readwrite").put(parcel));
    },
    forget: async (dataset) => {
      await settled(store("readwrite").delete(dataset));
    },
    close: () => database.close(),
  };
}

/** What is wrong with a file chosen to go on with; nothing when it is the same, as far as can be told without reading it. */
export function otherFile(parcel: Parcel, file: File): string | undefined {
  if (file.size !== parcel.file.size) {
    return `this file has ${file.size} bytes, the one half uploaded has ${parcel.file.size}: choose \`${parcel.file.name}\` as it was`;
  }
  return file.lastModified === parcel.file.modified
    ? undefined
    : "this file was changed since the upload began: discard the upload and add it anew";
}
