import { afterEach, expect, test, vi } from "vitest";
import { ApiError, done, failure, onExpired, send } from "./client";

afterEach(() => {
  onExpired(undefined);
  vi.unstubAllGlobals();
});

const answers = (...statuses: number[]) => {
  const seen: { key: string | null; body: string }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    seen.push({ key: request.headers.get("idempotency-key"), body: await request.text() });
    return new Response("{}", { status: statuses.shift() ?? 500 });
  });
  return seen;
};
const post = () => new Request("http://a.example/api/v1/x", { method: "POST", body: "typed" });

test("a request of an ended session waits for the sign-in and is sent once more, as the same act", async () => {
  const seen = answers(401, 200);
  onExpired(async () => true);
  expect((await send(post())).status).toBe(200);
  expect(seen.map((s) => s.body)).toEqual(["typed", "typed"]);
  expect(seen[0]?.key).toMatch(/^[0-9a-f]{32}$/);
  expect(seen[1]?.key).toBe(seen[0]?.key);
});

test("who does not sign in again gets the refusal", async () => {
  const seen = answers(401, 200);
  onExpired(async () => false);
  expect((await send(post())).status).toBe(401);
  expect(seen).toHaveLength(1);
});

test("an unreachable server is an error of its own", async () => {
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(send(post())).rejects.toMatchObject({ status: 0 });
});

test("a problem keeps check, slug and request id", async () => {
  const problem = {
    type: "https://cloister.dev/problems/refused",
    title: "Refused",
    status: 403,
    detail: "only a workspace admin may",
    check: "permission",
    request_id: "r-1",
  };
  const error = failure(new Response(null, { status: 403 }), problem);
  expect([error.message, error.check, error.slug, error.requestId]).toEqual([
    "only a workspace admin may",
    "permission",
    "refused",
    "r-1",
  ]);
  const plain = failure(new Response(null, { status: 502, headers: { "x-request-id": "r-2" } }), "<html>");
  expect([plain.status, plain.requestId]).toEqual([502, "r-2"]);
  const refused = done(Promise.resolve({ error: problem, response: new Response(null, { status: 403 }) }));
  await expect(refused).rejects.toBeInstanceOf(ApiError);
});
