/** What was trusted once: the broker's key, the log, the workspaces founded or accepted here. */
import type { Digest } from "../bytes";
import { refused } from "../errors";

/** The broker as first seen. */
export interface PinnedBroker {
  readonly signing_key: Digest;
  readonly configuration: Digest;
}

/** The log as first seen, and how far it was. */
export interface PinnedLog {
  readonly origin: string;
  readonly key: Digest;
  /** The newest checkpoint verified, a signed note. */
  readonly checkpoint?: string;
}

/** The pins of a person in this browser. */
export interface Pins {
  readonly broker?: PinnedBroker;
  readonly log?: PinnedLog;
  /** Workspaces by genesis digest, and their names. */
  readonly workspaces: Readonly<Record<Digest, string>>;
}

/** Nothing yet. */
export const NO_PINS: Pins = { workspaces: {} };

/** Pins the broker's key, or refuses another than the pinned one. */
export function pinBroker(pins: Pins, seen: PinnedBroker): Pins {
  const pinned = pins.broker?.signing_key;
  if (pinned !== undefined && pinned !== seen.signing_key) {
    throw refused(
      "broker",
      `the server shows the broker key \`${seen.signing_key}\`, this browser pinned \`${pinned}\`; a new broker needs new charters`,
    );
  }
  return { ...pins, broker: seen };
}

/** Pins the log's name and key, or refuses others than the pinned ones. */
export function pinLog(pins: Pins, origin: string, key: Digest): Pins {
  const { log } = pins;
  if (log === undefined) {
    return { ...pins, log: { origin, key } };
  }
  if (log.origin !== origin || log.key !== key) {
    throw refused(
      "log",
      `the server shows the log \`${origin}\` with key \`${key}\`, this browser pinned \`${log.origin}\` with \`${log.key}\``,
    );
  }
  return pins;
}

/** Remembers a workspace that was founded or accepted here. */
export function pinWorkspace(pins: Pins, genesis: Digest, name: string): Pins {
  return { ...pins, workspaces: { ...pins.workspaces, [genesis]: name } };
}
