/**
 * The server's one stream of events. The browser comes again by itself with `Last-Event-ID`; where the stream is
 * refused or stays away, everything on the page is asked for again now and then until it is back.
 */
import type { Event } from "./keys";

export type Liveness = "live" | "connecting" | "polling";

interface Hooks {
  onEvent: (event: Event) => void;
  /** Too much happened since: everything is old. Also while polling. */
  onReset: () => void;
  onLiveness: (liveness: Liveness) => void;
}

const POLL = 20_000;
const LONGEST = 60_000;

export class Stream {
  private source: EventSource | undefined;
  private last = "";
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private poll: ReturnType<typeof setInterval> | undefined;
  private wasLive = false;

  constructor(
    private readonly hooks: Hooks,
    private readonly open: (url: string) => EventSource = (url) => new EventSource(url),
  ) {}

  start(): void {
    this.hooks.onLiveness("connecting");
    this.connect();
  }

  stop(): void {
    clearTimeout(this.timer);
    clearInterval(this.poll);
    this.poll = undefined;
    this.source?.close();
    this.source = undefined;
  }

  private connect(): void {
    const source = this.open(`/api/v1/events${this.last ? `?after=${this.last}` : ""}`);
    this.source = source;
    source.addEventListener("ready", (message) => {
      this.note(message);
      this.alive();
    });
    source.addEventListener("reset", (message) => {
      this.note(message);
      this.hooks.onReset();
    });
    source.addEventListener("message", (message) => {
      this.note(message);
      this.hooks.onEvent(JSON.parse(message.data) as Event);
    });
    source.addEventListener("error", () => this.failed(source));
  }

  private note(message: MessageEvent): void {
    if (message.lastEventId) this.last = message.lastEventId;
  }

  private alive(): void {
    this.failures = 0;
    clearInterval(this.poll);
    this.poll = undefined;
    this.wasLive = true;
    this.hooks.onLiveness("live");
  }

  private failed(source: EventSource): void {
    this.failures += 1;
    if (this.failures >= 2 && this.poll === undefined) {
      this.hooks.onLiveness("polling");
      this.hooks.onReset();
      this.poll = setInterval(() => this.hooks.onReset(), POLL);
    } else if (this.poll === undefined) {
      this.hooks.onLiveness(this.wasLive ? "connecting" : "polling");
    }
    // Not `CLOSED`: the browser tries again by itself.
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), Math.min(LONGEST, 2000 * 2 ** (this.failures - 1)));
  }
}
