/** The core as the pages use it: this server, this browser's vault, and the dialog before every signature. */
import { send } from "../api/client";
import { createApi } from "../core/api";
import type { Core, Preview } from "../core/core";
import { openVault } from "../core/keys/vault";
import { randomBytes, requirePlatform } from "../core/platform";
import type { Timestamp } from "../core/time";

type Confirm = (preview: Preview) => Promise<boolean>;

let confirm: Confirm | undefined;

/** Who shows what is to be signed. */
export function onConfirm(ask: Confirm | undefined): void {
  confirm = ask;
}

const opened = new Map<string, Promise<Core>>();

async function make(person: string): Promise<Core> {
  requirePlatform();
  return {
    api: createApi(location.origin, send),
    vault: await openVault(person),
    now: () => `${new Date().toISOString().replace(/\.\d+Z$/, "")}Z` as Timestamp,
    random: randomBytes,
    confirm: (preview) => (confirm ? confirm(preview) : Promise.resolve(false)),
  };
}

/** The core of a person (a user id); fails where the browser gives no cryptography. */
export function coreOf(person: string): Promise<Core> {
  const known = opened.get(person);
  if (known) return known;
  const made = make(person);
  made.catch(() => opened.delete(person));
  opened.set(person, made);
  return made;
}

/** What the API's types show as text or null is the same JSON as the core reads. */
export const asWire = <T>(value: unknown): T => value as T;
