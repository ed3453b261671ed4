import { readFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, test } from "vitest";

const here = join(import.meta.dirname, "../..");

test("the types are those of the server's description (`npm run gen` makes them anew)", async () => {
  const document = new URL(`file://${join(here, "../openapi/server.json")}`);
  const now = COMMENT_HEADER + astToString(await openapiTS(document));
  expect(readFileSync(join(here, "src/api/schema.d.ts"), "utf8") === now).toBe(true);
}, 60_000);
