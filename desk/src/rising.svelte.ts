// What is rising, asked now and then: it is of the moment, so nothing is kept of it.
import { risingNow, type Rising } from "./api";

const ASK_AFTER_MS = 10_000;

class RisingTopics {
  topics = $state.raw<Rising[]>([]);
  at = $state<string | null>(null);

  start() {
    void this.#ask();
    setInterval(() => void this.#ask(), ASK_AFTER_MS);
  }

  async #ask() {
    const found = await risingNow().catch(() => ({ at: null, topics: [] }));
    [this.topics, this.at] = [found.topics, found.at];
  }
}

export const rising = new RisingTopics();
