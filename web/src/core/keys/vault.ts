/**
 * What this browser keeps for a person at a deployment: keys, and what was trusted once.
 *
 * One IndexedDB database a person; browsers keep databases apart by origin, so a deployment is the origin. Keys are
 * never removed by themselves: old ones open what was sealed to them.
 */
import { CoreError, messageOf } from "../errors";
import type { MemberKeys } from "./member";
import { NO_PINS, type Pins } from "./pins";

/** Keys and pins of one person. */
export interface Vault {
  /** Every pair of keys kept here. */
  keys(): Promise<readonly MemberKeys[]>;
  /** Keeps a pair of keys. */
  saveKeys(keys: MemberKeys): Promise<void>;
  /** What was trusted once. */
  pins(): Promise<Pins>;
  /** Changes the pins in one step: another tab's change is seen, not overwritten. An error changes nothing. */
  changePins(change: (pins: Pins) => Pins): Promise<Pins>;
  /** Forgets keys and pins, for a browser that is given away. */
  clear(): Promise<void>;
  close(): void;
}

const KEYS = "keys";
const PINS = "pins";
const ONLY = "only";

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(storage(request.error));
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(storage(transaction.error));
    transaction.onerror = () => reject(storage(transaction.error));
  });
}

function storage(error: unknown): CoreError {
  return new CoreError(
    { kind: "unsupported", what: "indexedDB" },
    `this browser does not store keys (a private window, or storage that is full or blocked): ${messageOf(error)}`,
  );
}

/** Opens the vault of a person (a user id). */
export async function openVault(person: string, factory: IDBFactory = indexedDB): Promise<Vault> {
  const request = factory.open(`cloister/${person}`, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(KEYS, { keyPath: "signingKey" });
    request.result.createObjectStore(PINS);
  };
  const database = await settled(request);
  // Another tab that upgrades must not wait for this one.
  database.onversionchange = () => database.close();

  const store = (name: string, mode: IDBTransactionMode): IDBObjectStore =>
    database.transaction(name, mode, { durability: "strict" }).objectStore(name);

  return {
    keys: () => settled(store(KEYS, "readonly").getAll()) as Promise<readonly MemberKeys[]>,
    saveKeys: async (keys) => {
      const target = store(KEYS, "readwrite");
      target.put(keys);
      await finished(target.transaction);
    },
    pins: async () => ((await settled(store(PINS, "readonly").get(ONLY))) as Pins | undefined) ?? NO_PINS,
    changePins: async (change) => {
      const target = store(PINS, "readwrite");
      const before = ((await settled(target.get(ONLY))) as Pins | undefined) ?? NO_PINS;
      let after: Pins;
      try {
        after = change(before);
      } catch (thrown) {
        target.transaction.abort();
        throw thrown;
      }
      target.put(after, ONLY);
      await finished(target.transaction);
      return after;
    },
    clear: async () => {
      const transaction = database.transaction([KEYS, PINS], "readwrite");
      transaction.objectStore(KEYS).clear();
      transaction.objectStore(PINS).clear();
      await finished(transaction);
    },
    close: () => database.close(),
  };
}
