// The connection: rows and feeds as the program tells them, and an honest statement of how fresh they are.
import { mayRead, type Feed, type Row } from "./api";

const LATE_AFTER_MS = 5_000;
const REOPEN_AFTER_MS = 5_000;
/** Events that come together are shown together. */
const SHOW_AFTER_MS = 50;

export type Freshness = "connecting" | "live" | "late" | "cut";

/** Open before resolved, higher level first, newest first: the order of the API. */
function byUrgency(left: Row, right: Row): number {
  return Number(left.status === "resolved") - Number(right.status === "resolved")
    || right.level_number - left.level_number
    || right.updated_at.localeCompare(left.updated_at)
    || left.incident.localeCompare(right.incident);
}

class Live {
  rows = $state.raw<Row[]>([]);
  feeds = $state.raw<Feed[]>([]);
  /** The program's time, told by its last tick and carried on by this machine's clock. */
  now = $state(Date.now());
  freshness = $state<Freshness>("connecting");
  silentSeconds = $state(0);
  needsToken = $state(false);

  #known = new Map<string, Row>();
  #source: EventSource | null = null;
  #heardAt = Date.now();
  #aheadMs = 0;
  #opened = false;
  #showing: ReturnType<typeof setTimeout> | undefined;

  start() {
    this.#connect();
    setInterval(() => this.#look(), 1000);
  }

  /** Once a token was given. */
  restart() {
    this.needsToken = false;
    this.#connect();
  }

  #connect() {
    this.#source?.close();
    const source = new EventSource("/api/v1/events");
    this.#source = source;
    source.addEventListener("open", () => {
      this.#opened = true;
      this.#heardAt = Date.now();
    });
    this.#on<{ at: string; incidents: Row[]; feeds: Feed[] }>("snapshot", (data) => {
      this.#known.clear();
      data.incidents.forEach((row) => this.#known.set(row.incident, row));
      this.feeds = data.feeds;
      this.#tellTime(data.at);
      this.#show();
    });
    this.#on("reset", () => this.#known.clear());
    this.#on<Row>("incident", (row) => {
      if ((this.#known.get(row.incident)?.revision ?? 0) >= row.revision) return;
      this.#known.set(row.incident, row);
      this.#showing ??= setTimeout(() => this.#show(), SHOW_AFTER_MS);
    });
    this.#on<{ at: string; feeds: Feed[] }>("tick", (data) => {
      this.feeds = data.feeds;
      this.#tellTime(data.at);
      this.#look();
    });
    // The browser comes back by itself after a cut, but gives up after an answer that is no stream.
    source.addEventListener("error", async () => {
      if (source.readyState !== EventSource.CLOSED) return;
      if (await mayRead()) setTimeout(() => this.#connect(), REOPEN_AFTER_MS);
      else this.needsToken = true;
    });
  }

  #on<Data>(name: string, handle: (data: Data) => void) {
    this.#source?.addEventListener(name, (event) => {
      this.#heardAt = Date.now();
      handle(JSON.parse(event.data) as Data);
    });
  }

  #tellTime(at: string) {
    this.#aheadMs = Date.parse(at) - this.#heardAt;
  }

  #show() {
    clearTimeout(this.#showing);
    this.#showing = undefined;
    this.rows = [...this.#known.values()].sort(byUrgency);
    this.#look();
  }

  #look() {
    const silentMs = Date.now() - this.#heardAt;
    this.now = Date.now() + this.#aheadMs;
    this.silentSeconds = Math.floor(silentMs / 1000);
    this.freshness = this.#judge(silentMs);
  }

  #judge(silentMs: number): Freshness {
    if (!this.#opened && silentMs < LATE_AFTER_MS) return "connecting";
    if (this.#source?.readyState !== EventSource.OPEN) return "cut";
    return silentMs < LATE_AFTER_MS ? "live" : "late";
  }
}

/** The one connection of this page. */
export const live = new Live();
