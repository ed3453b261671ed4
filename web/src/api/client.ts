/**
 * The typed client. The session is a cookie that no script can read; a request that comes back unauthenticated waits
 * until the person signed in again, and is then sent once more: what was typed is not lost.
 */
import createClient from "openapi-fetch";
import { noteDate } from "./clock";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

/** Why a request was not done; `status` 0 when no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
    readonly requestId?: string,
  ) {
    super(problem.detail ?? problem.title ?? `the server answered ${status}`);
    this.name = "ApiError";
  }

  get check(): string | undefined {
    return this.problem.check ?? undefined;
  }

  /** The last part of the problem's type, which is stable. */
  get slug(): string {
    return this.problem.type?.split("/").pop() ?? "";
  }
}

type Reauthenticate = () => Promise<boolean>;
let reauthenticate: Reauthenticate | undefined;

/** Who asks the person to sign in again; tells whether that was done. */
export function onExpired(ask: Reauthenticate | undefined): void {
  reauthenticate = ask;
}

/** A key that makes a repeated POST one act. `randomUUID` is missing on plain HTTP from another host. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function reached(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    noteDate(response);
    return response;
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw new ApiError(0, {
      title: "The server cannot be reached",
      detail: "the server cannot be reached; check your connection and try again",
    });
  }
}

export async function send(request: Request): Promise<Response> {
  if (request.method === "POST" && !request.headers.has("idempotency-key")) {
    request.headers.set("idempotency-key", randomKey());
  }
  const again = request.clone();
  const response = await reached(request);
  if (response.status !== 401 || !reauthenticate) return response;
  return (await reauthenticate()) ? reached(again) : response;
}

export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "", fetch: send });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export function failure(response: Response, body: unknown): ApiError {
  const problem = (typeof body === "object" && body !== null ? body : {}) as Partial<Problem>;
  const id = problem.request_id ?? response.headers.get("x-request-id") ?? undefined;
  return new ApiError(response.status, problem, id);
}

/** The answer's body, or an [`ApiError`]. */
export async function done<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (!response.ok) throw failure(response, error);
  return data as T;
}

/** A request outside the described API (`/auth/...`), answered by a problem when it fails. */
export async function plain(method: string, path: string, body?: unknown): Promise<Response> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  const response = await reached(new Request(new URL(path, location.origin), init));
  if (!response.ok) throw failure(response, await response.json().catch(() => undefined));
  return response;
}
