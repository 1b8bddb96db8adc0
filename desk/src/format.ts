// Numbers and times as people read them.
import { speech, word } from "./words.svelte";

export const ZONES = [["Asia/Jakarta", "WIB"], ["Asia/Makassar", "WITA"], ["Asia/Jayapura", "WIT"], ["UTC", "UTC"]] as const;

const locale = () => (speech.tongue === "id" ? "id-ID" : "en-GB");

/** A count or a mean; what would round to nothing is told as less than a tenth. */
export function number(value: number): string {
  if (value > 0 && value < 0.05) return `< ${number(0.1)}`;
  const digits = Math.abs(value) < 100 ? 1 : 0;
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** The time of day in one zone. */
export function clock(millis: number, zone: string, seconds = true): string {
  const parts: Intl.DateTimeFormatOptions = { timeZone: zone, hour: "2-digit", minute: "2-digit" };
  if (seconds) parts.second = "2-digit";
  return new Intl.DateTimeFormat("en-GB", parts).format(millis);
}

/** Day and time in Jakarta. */
export function date(text: string): string {
  const parts: Intl.DateTimeFormatOptions = { timeZone: "Asia/Jakarta", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  return `${new Intl.DateTimeFormat(locale(), parts).format(Date.parse(text))} WIB`;
}

/** The same moment on every clock of the country, and in UTC. */
export function everywhere(text: string): string {
  return ZONES.map(([zone, name], at) => `${clock(Date.parse(text), zone, at === 0)} ${name}`).join(" · ");
}

/** The time of day in Jakarta. */
export function timeOfDay(text: string): string {
  return `${clock(Date.parse(text), "Asia/Jakarta", false)} WIB`;
}

/** Western Indonesia has no summer time. */
const WIB_MS = 7 * 3_600_000;

/** A moment as the fields of a form have it: the clock of Jakarta. */
export function toLocal(text: string): string {
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? "" : new Date(moment + WIB_MS).toISOString().slice(0, 19);
}

/** And back. */
export function fromLocal(text: string): string | null {
  const moment = Date.parse(`${text}Z`);
  return Number.isNaN(moment) ? null : new Date(moment - WIB_MS).toISOString();
}

/** A stretch of time in one unit. */
export function duration(seconds: number): string {
  const rounded = Math.max(0, Math.floor(seconds));
  if (rounded < 120) return `${rounded} ${word("s")}`;
  if (rounded < 7200) return `${Math.floor(rounded / 60)} ${word("m")}`;
  if (rounded < 172800) return `${Math.floor(rounded / 3600)} ${word("h")}`;
  return `${Math.floor(rounded / 86400)} ${word("d")}`;
}

/** What a language is called, or its code. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(locale(), { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** The address if it can be followed safely: only web pages. */
export function safeLink(url: string | null): string | null {
  const parsed = url ? URL.parse?.(url) ?? parse(url) : null;
  return parsed && (parsed.protocol === "https:" || parsed.protocol === "http:") ? parsed.href : null;
}

function parse(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}
