/** A server that answers from a table, and a core that talks to it. */
import { createApi } from "../api";
import type { Core, Preview } from "../core";
import type { MemberKeys } from "../keys/member";
import { NO_PINS, type Pins } from "../keys/pins";
import type { Vault } from "../keys/vault";
import { randomBytes } from "../platform";

/** An answer: a status and a JSON body, or bytes. */
export interface Scripted {
  readonly status?: number;
  readonly body?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly ifMatch: string | null;
}

/** Answers by `METHOD /path`, functions for those that depend on what is asked. */
export type Script = Readonly<Record<string, Scripted | ((asked: Asked) => Scripted)>>;

/** A vault in memory. */
export function memoryVault(keys: MemberKeys[], start: Pins = NO_PINS): Vault {
  let pins = start;
  return {
    keys: async () => keys,
    saveKeys: async (pair) => {
      keys.push(pair);
    },
    pins: async () => pins,
    changePins: async (change) => {
      pins = change(pins);
      return pins;
    },
    clear: async () => {
      keys.length = 0;
      pins = NO_PINS;
    },
    close: () => undefined,
  };
}

/** A core over a script, with everything that was asked and shown. */
export function scripted(
  script: Script,
  vault: Vault,
  sign = true,
): { core: Core; asked: Asked[]; shown: Preview[] } {
  const asked: Asked[] = [];
  const shown: Preview[] = [];
  const send = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const text = await request.text();
    const path = `${url.pathname.replace("/api/v1", "")}${url.search}`;
    const one = {
      method: request.method,
      path,
      body: text === "" ? undefined : JSON.parse(text),
      ifMatch: request.headers.get("if-match"),
    };
    asked.push(one);
    const found = script[`${request.method} ${path}`];
    const answer =
      typeof found === "function" ? found(one) : (found ?? { status: 404, body: { title: "absent" } });
    const { status = 200, body, bytes, headers = {} } = answer;
    const content = bytes === undefined ? JSON.stringify(body) : Uint8Array.from(bytes);
    return new Response(status === 204 ? null : content, { status, headers });
  };
  const core: Core = {
    api: createApi("https://cloister.test", send),
    vault,
    now: () => "2027-01-15T08:00:00Z",
    random: randomBytes,
    confirm: async (preview) => {
      shown.push(preview);
      return sign;
    },
  };
  return { core, asked, shown };
}
