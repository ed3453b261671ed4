/** What a first visit costs: the page, its scripts and styles, as a browser without brotli gets them. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const app = join(import.meta.dirname, "../../dist/app");
interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
}

test("the first view is at most 250 kB", () => {
  const manifest = JSON.parse(readFileSync(join(app, ".vite/manifest.json"), "utf8")) as Record<
    string,
    Chunk
  >;
  const files = new Set(["index.html"]);
  const take = (key: string) => {
    const chunk = manifest[key];
    if (!chunk || files.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const other of chunk.imports ?? []) take(other);
  };
  for (const part of ["index.html", "src/shell/Layout.tsx", "src/pages/home/Home.tsx"]) take(part);
  expect(files.size).toBeGreaterThan(5);
  const sizes = [...files].map((file) => [file, statSync(join(app, `${file}.gz`)).size] as const);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  expect(total, JSON.stringify(sizes)).toBeLessThan(250_000);
});
