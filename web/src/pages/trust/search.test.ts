import { expect, test } from "vitest";
import type { AuditEntry } from "../../api/queries";
import { ENOUGH, goesOn, matches, prepend, STRIDE } from "./search";

const entry = (n: number, more: Partial<AuditEntry> = {}) =>
  ({
    encoded: `e${n}`,
    index: n,
    actor: "oda@north.example",
    action: "user.add",
    outcome: "done",
    ...more,
  }) as AuditEntry;

test("a search looks at person, act, target and check, whatever the case", () => {
  expect(matches(entry(1), "ODA@")).toBe(true);
  expect(matches(entry(1), "user.")).toBe(true);
  expect(matches(entry(1, { target: "ab12" }), "AB1")).toBe(true);
  expect(matches(entry(1, { outcome: "refused", check: "csrf" }), "csrf")).toBe(true);
  expect(matches(entry(1), "wim")).toBe(false);
});

test("a search goes on until it has enough, has read its stride, or the log ends", () => {
  const progress = { searched: 100, found: 3, more: true, allowed: STRIDE };
  expect(goesOn(progress)).toBe(true);
  expect(goesOn({ ...progress, found: ENOUGH })).toBe(false);
  expect(goesOn({ ...progress, searched: STRIDE })).toBe(false);
  expect(goesOn({ ...progress, searched: STRIDE, allowed: 2 * STRIDE })).toBe(true);
  expect(goesOn({ ...progress, more: false })).toBe(false);
});

const numbers = (data: ReturnType<typeof prepend>) =>
  data.pages.map((page) => page.items.map((one) => one.encoded).join(" "));

test("new entries come before those that are here, and the older pages stay", () => {
  const old = {
    pages: [{ items: [entry(3), entry(2)], next: "2" }, { items: [entry(1)] }],
    pageParams: ["", "2"],
  };
  const followed = prepend(old, { items: [entry(4), entry(3)], next: "3" });
  expect(numbers(followed)).toEqual(["e4 e3 e2", "e1"]);
  expect(followed.pages[0]?.next).toBe("2");
  expect(followed.pageParams).toEqual(["", "2"]);
});

test("where more came than one page holds, it begins again rather than hide a gap", () => {
  const old = { pages: [{ items: [entry(2), entry(1)] }], pageParams: [""] };
  const begun = prepend(old, { items: [entry(9), entry(8)], next: "8" });
  expect(numbers(begun)).toEqual(["e9 e8"]);
  expect(begun.pages[0]?.next).toBe("8");
});
