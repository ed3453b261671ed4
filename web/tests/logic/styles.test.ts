import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const here = join(import.meta.dirname, "../..");

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.name.endsWith(".tsx")) yield readFileSync(path, "utf8");
  }
}

test("every Mantine component in use has its styles", () => {
  const styles = ["styles.ts", "styles-forms.ts"]
    .map((name) => readFileSync(join(here, "src", name), "utf8"))
    .join("");
  const used = new Set<string>();
  for (const source of sources(join(here, "src"))) {
    for (const [, names] of source.matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)) {
      for (const name of names?.split(",") ?? []) used.add(name.trim());
    }
  }
  expect(used.size).toBeGreaterThan(20);
  const missing = [...used].filter(
    (name) =>
      existsSync(join(here, `node_modules/@mantine/core/styles/${name}.css`)) &&
      !styles.includes(`styles/${name}.css"`),
  );
  expect(missing).toEqual([]);
});
