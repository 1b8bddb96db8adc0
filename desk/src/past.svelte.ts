// Time travel: the list as it was at an earlier time. The address names the time, `?at=`.
import { incidentsAt, Refused, type Row } from "./api";
import { setAddress } from "./address";

class Past {
  /** The time that is shown; null: now. */
  at = $state<string | null>(null);
  rows = $state.raw<Row[]>([]);
  /** From when on the program can tell; null: everything that it has read. */
  keptFrom = $state<string | null>(null);
  problem = $state<"past_gone" | "failed" | null>(null);

  constructor() {
    const asked = new URLSearchParams(location.search).get("at");
    if (asked) void this.go(asked);
  }

  /** Shows the list as it was at `time`. */
  async go(time: string) {
    const moment = Date.parse(time);
    if (Number.isNaN(moment)) return;
    const at = new Date(moment).toISOString();
    this.at = at;
    setAddress({ at });
    try {
      const found = await incidentsAt(at);
      if (this.at !== at) return;
      [this.rows, this.keptFrom, this.problem] = [found.incidents, found.kept_from, null];
    } catch (error) {
      if (this.at !== at) return;
      this.rows = [];
      this.problem = error instanceof Refused && error.status === 410 ? "past_gone" : "failed";
    }
  }

  /** Moves the time by so many minutes; forward beyond `now` it is now. */
  step(minutes: number, now: number) {
    const moment = Date.parse(this.at ?? new Date(now).toISOString()) + minutes * 60_000;
    if (moment >= now) this.leave();
    else void this.go(new Date(moment).toISOString());
  }

  /** Back to now. */
  leave() {
    [this.at, this.rows, this.problem] = [null, [], null];
    setAddress({ at: null });
  }
}

export const past = new Past();
