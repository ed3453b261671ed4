/** The core as the pages use it: this server, this browser's vault, and the dialog before every signature. */
import { send } from "../api/client";
import { createApi } from "../core/api";
import type { Core, Preview } from "../core/core";
import { openVault } from "../core/keys/vault";
import { randomBytes, requirePlatform } from "../core/platform";
import type { Timestamp } from "../core/time";

type Confirm = (preview: Preview) => Promise<boolean>;

let confirm: Confirm | undefined;
let wanted: (() => void) | undefined;
const waiting: (() => void)[] = [];

/** Who loads the dialog, the first time something is to be signed. */
export function onWanted(load: (() => void) | undefined): void {
  wanted = load;
}

async function shown(preview: Preview): Promise<boolean> {
  if (!confirm) {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      wanted?.();
    });
  }
  return confirm ? confirm(preview) : false;
}

/** Who shows what is to be signed. */
export function onConfirm(ask: Confirm | undefined): void {
  confirm = ask;
  if (ask) for (const go of waiting.splice(0)) go();
}

const opened = new Map<string, Promise<Core>>();

async function make(person: string): Promise<Core> {
  requirePlatform();
  return {
    api: createApi(location.origin, send),
    vault: await openVault(person),
    now: () => `${new Date().toISOString().replace(/\.\d+Z$/, "")}Z` as Timestamp,
    random: randomBytes,
    confirm: shown,
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
