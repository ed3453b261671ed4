import { expect, test } from "vitest";
import { safeBack } from "./back";

test("signing in leads to a page of the console and nowhere else", () => {
  for (const good of ["/", "/trust/log?action=run.end", "/workspaces/ab#x"])
    expect(safeBack(good)).toBe(good);
  for (const bad of [
    undefined,
    "",
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "/sign-in?back=/",
    "/auth/x",
  ]) {
    expect(safeBack(bad)).toBe("/");
  }
});
