import { expect, test } from "vitest";
import { spans } from "./spans";

const shown = (text: string) =>
  spans(text)
    .map((span) => (span.code ? `<${span.text}>` : span.text))
    .join("|");

test("what stands between backticks is code, and no backtick is shown", () => {
  expect(shown("run `cloister key backup`, then wait")).toBe("run |<cloister key backup>|, then wait");
  expect(shown("`a` and `b`")).toBe("<a>| and |<b>");
  expect(shown("`whole`")).toBe("<whole>");
});

test("a sentence without code is one span, and a backtick alone stays what it is", () => {
  expect(shown("nothing to see")).toBe("nothing to see");
  expect(shown("a ` alone")).toBe("a ` alone");
  expect(shown("empty `` pair")).toBe("empty `` pair");
  expect(spans("")).toEqual([]);
});
