// The connection: events in, and an honest statement of how fresh they are.
const LATE_AFTER_MS = 5000;

const REOPEN_AFTER_MS = 10000;

export class Live {
  #source;
  #handlers;
  #heardAt = Date.now();
  #serverAheadMs = 0;
  #opened = false;

  #refused;

  /** `handlers` has snapshot, incident, tick and reset, each gets parsed data; `refused` hears that a token is needed. */
  constructor(handlers, refused) {
    this.#handlers = handlers;
    this.#refused = refused;
    this.connect();
  }

  connect() {
    const source = new EventSource("/api/v1/events");
    this.#source = source;
    source.addEventListener("open", () => {
      this.#opened = true;
      this.#heardAt = Date.now();
    });
    for (const [name, handle] of Object.entries(this.#handlers)) {
      source.addEventListener(name, (event) => {
        this.#heardAt = Date.now();
        const data = JSON.parse(event.data);
        if (data.at) this.#serverAheadMs = Date.parse(data.at) - this.#heardAt;
        handle(data);
      });
    }
    // The browser comes back by itself after a cut, but gives up after an answer that is no stream.
    source.addEventListener("error", async () => {
      if (source.readyState !== EventSource.CLOSED) return;
      const answer = await fetch("/api/v1/session").catch(() => null);
      if (answer?.status === 401) this.#refused();
      else setTimeout(() => this.connect(), REOPEN_AFTER_MS);
    });
  }

  /** The server's time, by the last time that it told. */
  now() {
    return Date.now() + this.#serverAheadMs;
  }

  /** `connecting`, `live`, `late` or `cut`, and for how many seconds nothing was heard. */
  state() {
    const silentMs = Date.now() - this.#heardAt;
    const seconds = Math.floor(silentMs / 1000);
    if (!this.#opened && silentMs < LATE_AFTER_MS) return { name: "connecting", seconds };
    if (this.#source.readyState !== EventSource.OPEN) return { name: "cut", seconds };
    return { name: silentMs < LATE_AFTER_MS ? "live" : "late", seconds };
  }
}
