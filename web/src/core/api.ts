/** The REST API as the core calls it: JSON in and out, problems as errors, files with a limit. */
import type { Bytes } from "./bytes";
import { CoreError, messageOf, type Problem } from "./errors";

/** Sends a request; the console passes its own, which asks people to sign in again and repeats the request. */
export type Send = (request: Request) => Promise<Response>;

/** An answer that says whether the broker is still awaited (202), and its tag. */
export interface Answer<T> {
  readonly value: T;
  readonly waiting: boolean;
  readonly tag: string | undefined;
}

/** The server. Paths are below `/api/v1`. */
export interface Api {
  get<T>(path: string): Promise<T>;
  tagged<T>(path: string): Promise<Answer<T>>;
  send<T>(
    method: "POST" | "PUT" | "PATCH",
    path: string,
    body: unknown,
    ifMatch?: string,
  ): Promise<Answer<T>>;
  /** Sends bytes as they are. */
  put<T>(path: string, bytes: Bytes): Promise<T>;
  /** Every item of a list, page by page. */
  all<T>(path: string): Promise<readonly T[]>;
  /** A file of at most `max` bytes; `undefined` where there is none. */
  bytes(path: string, max: number): Promise<Bytes | undefined>;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** The most pages of a list: more is a server that goes round in circles. */
const MAX_PAGES = 10_000;

async function problemOf(response: Response): Promise<CoreError> {
  const body: unknown = await response.json().catch(() => undefined);
  const fields = (typeof body === "object" && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === "string" ? value : undefined;
  };
  const optional = (name: string, value: string | undefined) =>
    value === undefined ? {} : { [name]: value };
  const problem: Problem = {
    status: response.status,
    type: text("type") ?? "about:blank",
    title: text("title") ?? `the server answered ${response.status}`,
    ...optional("detail", text("detail")),
    ...optional("check", text("check")),
    ...optional("requestId", text("request_id") ?? response.headers.get("x-request-id") ?? undefined),
  };
  return new CoreError({ kind: "problem", problem }, problem.detail ?? problem.title);
}

/** The API at an origin. */
export function createApi(origin: string, send: Send): Api {
  const ask = async (method: string, path: string, body?: unknown, ifMatch?: string): Promise<Response> => {
    const headers = new Headers({ accept: "application/json, application/octet-stream" });
    if (body !== undefined) {
      const kind = body instanceof Uint8Array ? "application/octet-stream" : "application/json";
      headers.set("content-type", kind);
    }
    if (ifMatch !== undefined) {
      headers.set("if-match", ifMatch);
    }
    const init: RequestInit = { method, headers };
    if (body !== undefined) {
      init.body = body instanceof Uint8Array ? (body as Bytes) : JSON.stringify(body);
    }
    let response: Response;
    try {
      response = await send(new Request(new URL(`/api/v1${path}`, origin), init));
    } catch (thrown) {
      throw new CoreError({ kind: "unreachable" }, `the server cannot be reached: ${messageOf(thrown)}`);
    }
    if (!response.ok) {
      throw await problemOf(response);
    }
    return response;
  };
  const answer = async <T>(response: Response): Promise<Answer<T>> => ({
    value: (response.status === 204 ? undefined : await response.json()) as T,
    waiting: response.status === 202,
    tag: response.headers.get("etag") ?? undefined,
  });
  return {
    get: async <T>(path: string) => (await answer<T>(await ask("GET", path))).value,
    tagged: async (path) => answer(await ask("GET", path)),
    send: async (method, path, body, ifMatch) => answer(await ask(method, path, body, ifMatch)),
    put: async <T>(path: string, bytes: Bytes) => (await answer<T>(await ask("PUT", path, bytes))).value,
    all: async <T>(path: string) => {
      const items: T[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const mark = path.includes("?") ? "&" : "?";
        const next = cursor === undefined ? "" : `${mark}cursor=${encodeURIComponent(cursor)}`;
        const found = (await answer<Page<T>>(await ask("GET", `${path}${next}`))).value;
        items.push(...found.items);
        cursor = found.next;
        if (cursor === undefined) {
          return items;
        }
      }
      throw new CoreError({ kind: "protocol" }, `the list \`${path}\` does not end`);
    },
    bytes: async (path, max) => {
      try {
        return await limited(await ask("GET", path), max);
      } catch (thrown) {
        if (isAbsent(thrown)) {
          return undefined;
        }
        throw thrown;
      }
    },
  };
}

/** Whether the server said that there is no such thing. */
export function isAbsent(thrown: unknown): boolean {
  return thrown instanceof CoreError && thrown.why.kind === "problem" && thrown.why.problem.status === 404;
}

async function limited(response: Response, max: number): Promise<Bytes> {
  const tooBig = (): CoreError =>
    new CoreError({ kind: "protocol" }, `the server sends more than the ${max} bytes that are taken`);
  if (Number(response.headers.get("content-length") ?? 0) > max) {
    throw tooBig();
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > max) {
    throw tooBig();
  }
  return bytes;
}
