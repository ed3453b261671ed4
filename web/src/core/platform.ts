/** What the browser must offer before anything of this folder works. */
import { CoreError } from "./errors";

/** What the check looks at; the global object of a browser has it. */
export interface Platform {
  readonly isSecureContext?: boolean;
  readonly crypto?: Partial<Crypto>;
  readonly indexedDB?: IDBFactory;
}

/**
 * Throws when the page cannot hold keys: `insecure_context` when it came over plain HTTP from another host (browsers give
 * WebCrypto to HTTPS and to this machine only), `unsupported` when the browser lacks something.
 */
export function requirePlatform(platform: Platform = globalThis): void {
  if (platform.isSecureContext === false) {
    throw new CoreError(
      { kind: "insecure_context" },
      "this page came over plain HTTP from another host, and browsers give no cryptography to such pages: open it by HTTPS, or on the machine that serves it",
    );
  }
  for (const what of ["crypto", "indexedDB"] as const) {
    if (platform[what] === undefined || (what === "crypto" && platform.crypto?.subtle === undefined)) {
      throw new CoreError({ kind: "unsupported", what }, `this browser offers no ${what}, which keys need`);
    }
  }
}

/** Random bytes of cryptographic quality. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** A UUID of version 7: time first, so that runs sort by when they were asked for. */
export function uuidV7(nowMillis: number, random: Uint8Array): string {
  const bytes = Uint8Array.from(random.subarray(0, 16));
  new DataView(bytes.buffer).setBigUint64(
    0,
    (BigInt(nowMillis) << 16n) | BigInt(((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0)),
  );
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return hyphenated(bytes);
}

/** A random UUID. */
export function uuidV4(random: Uint8Array): string {
  const bytes = Uint8Array.from(random.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return hyphenated(bytes);
}

function hyphenated(bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
