import { expect, test } from "vitest";
import { clockSkew, noteDate, onSkew, skewOf, skewWords } from "./clock";

const SERVER = "Thu, 26 Nov 2026 12:00:00 GMT";
const AT = Date.parse(SERVER);

test("a clock that is near enough is fine, and an answer without a date says nothing", () => {
  expect(skewOf(SERVER, AT + 60_000)).toBe(0);
  expect(skewOf(null, AT)).toBe(0);
  expect(skewOf("yesterday", AT)).toBe(0);
  expect(skewOf(SERVER, AT + 86_400_000)).toBe(86_400_000);
  expect(skewOf(SERVER, AT - 600_000)).toBe(-600_000);
});

test("who listens is told when the clock goes wrong and when it is right again, once each", () => {
  let told = 0;
  const leave = onSkew(() => {
    told += 1;
  });
  const answer = (ago: number) => {
    const date = new Date(Date.now() - ago).toUTCString();
    noteDate(new Response(null, { headers: { date } }));
  };
  answer(86_400_000);
  answer(86_400_000);
  expect(told).toBe(1);
  expect(Math.round(clockSkew() / 86_400_000)).toBe(1);
  answer(0);
  expect(clockSkew()).toBe(0);
  expect(told).toBe(2);
  leave();
});

test("how far it is off is said in words", () => {
  expect(skewWords(86_400_000)).toBe("about 24 hours ahead of");
  expect(skewWords(3 * 86_400_000)).toBe("about 3 days ahead of");
  expect(skewWords(-600_000)).toBe("about 10 minutes behind");
});
