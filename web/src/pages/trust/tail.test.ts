import { expect, test } from "vitest";
import type { AuditEntry } from "../../api/queries";
import { prepend } from "./tail";

const entry = (n: number, more: Partial<AuditEntry> = {}) =>
  ({
    encoded: `e${n}`,
    index: n,
    actor: "oda@north.example",
    action: "user.add",
    outcome: "done",
    ...more,
  }) as AuditEntry;

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
