import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Liveness, Stream } from "./stream";

class Source extends EventTarget {
  static all: Source[] = [];
  readyState = 0;
  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }
  close() {
    this.readyState = 2;
  }
  say(type: string, id: string, data = "{}") {
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId: id }));
  }
  fail(readyState: number) {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }
}

beforeEach(() => {
  Source.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", { CLOSED: 2 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function started() {
  const told: Liveness[] = [];
  const events: string[] = [];
  let resets = 0;
  const stream = new Stream(
    { onEvent: (e) => events.push(e.action), onReset: () => resets++, onLiveness: (l) => told.push(l) },
    (url) => new Source(url) as unknown as EventSource,
  );
  stream.start();
  return { stream, told, events, resets: () => resets };
}
const source = () => Source.all.at(-1) as Source;

test("events are passed on, and a refused stream goes on where it was", () => {
  const { stream, told, events } = started();
  source().say("ready", "7");
  source().say("message", "9", '{"action":"job.submit","at":""}');
  expect([told, events]).toEqual([["connecting", "live"], ["job.submit"]]);
  source().fail(2);
  vi.advanceTimersByTime(2000);
  expect(Source.all).toHaveLength(2);
  expect(source().url).toBe("/api/v1/events?after=9");
  source().say("ready", "9");
  expect(told.at(-1)).toBe("live");
  stream.stop();
});

test("a stream that stays away is replaced by asking again, until it is back", () => {
  const { stream, told, resets } = started();
  source().fail(2);
  vi.advanceTimersByTime(2000);
  source().fail(2);
  expect(told.at(-1)).toBe("polling");
  const before = resets();
  vi.advanceTimersByTime(40_000);
  expect(resets() - before).toBe(2);
  source().say("ready", "1");
  vi.advanceTimersByTime(60_000);
  expect(resets() - before).toBe(2);
  expect(told.at(-1)).toBe("live");
  stream.stop();
});

test("the browser's own reconnecting is left alone, and a reset makes everything old", () => {
  const { stream, resets } = started();
  source().say("ready", "1");
  source().fail(0);
  vi.advanceTimersByTime(60_000);
  expect(Source.all).toHaveLength(1);
  source().say("reset", "50");
  expect(resets()).toBe(1);
  stream.stop();
});
