// A tone for what is new, only after somebody has asked for it: browsers want a click, people too.
import type { Row } from "./api";

/** Hertz: the more urgent, the higher. */
const TONES: Record<string, number> = { waspada: 440, siaga: 660, awas: 880 };
const SECONDS = 0.25;
const REPEAT_AFTER_MS = 30_000;

class Sound {
  on = $state(false);
  /** How many tones were asked for, so that a test can tell silence from sound. */
  played = $state(0);

  #context: AudioContext | null = null;
  #known: Map<string, number> | null = null;
  #repeatedAt = 0;

  async turn() {
    this.on = !this.on;
    if (!this.on) return;
    this.#context ??= new AudioContext();
    await this.#context.resume();
    this.#play("siaga");
  }

  /** Looks at the list: an incident that is new or has risen sounds; awas that nobody has taken over, again and again. */
  hear(open: Row[], now: number) {
    const before = this.#known;
    this.#known = new Map(open.map((row) => [row.incident, row.level_number]));
    if (!this.on || !before) return;
    const risen = open.filter((row) => row.level_number > (before.get(row.incident) ?? 0) && !row.snoozed);
    const waiting = open.filter((row) => row.level === "awas" && !row.acknowledged && !row.snoozed);
    const top = risen.sort((left, right) => right.level_number - left.level_number)[0];
    if (top) this.#play(top.level);
    else if (waiting.length && now - this.#repeatedAt >= REPEAT_AFTER_MS) this.#play("awas");
  }

  #play(level: string) {
    this.played += 1;
    this.#repeatedAt = Date.now();
    const context = this.#context;
    if (!context) return;
    const times = level === "awas" ? 3 : level === "siaga" ? 2 : 1;
    for (let at = 0; at < times; at += 1) this.#beep(context, TONES[level] ?? 440, at * SECONDS * 1.5);
  }

  #beep(context: AudioContext, hertz: number, after: number) {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    const start = context.currentTime + after;
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.2, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + SECONDS);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + SECONDS);
  }
}

export const sound = new Sound();
