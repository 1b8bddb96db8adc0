// Numbers and times as people read them, and the one way to make elements: text is only ever text.
import { currentTongue, word } from "./words.js";

const locale = () => (currentTongue() === "id" ? "id-ID" : "en-GB");

/** A count or a mean; what would round to nothing is told as less than a tenth. */
export function number(value) {
  if (value > 0 && value < 0.05) return `< ${number(0.1)}`;
  const digits = Math.abs(value) < 100 ? 1 : 0;
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

/** The time of day in Jakarta and in UTC. */
export function clock(millis) {
  const at = (timeZone) => new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(millis);
  return `${at("Asia/Jakarta")} WIB · ${at("UTC")} UTC`;
}

/** Day and time in Jakarta. */
export function date(text) {
  const parts = { timeZone: "Asia/Jakarta", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  return `${new Intl.DateTimeFormat(locale(), parts).format(Date.parse(text))} WIB`;
}

/** A stretch of time in one unit. */
export function duration(seconds) {
  const rounded = Math.max(0, Math.floor(seconds));
  if (rounded < 120) return `${rounded} ${word("s")}`;
  if (rounded < 7200) return `${Math.floor(rounded / 60)} ${word("m")}`;
  if (rounded < 172800) return `${Math.floor(rounded / 3600)} ${word("h")}`;
  return `${Math.floor(rounded / 86400)} ${word("d")}`;
}

/** An element with attributes and children; strings become text nodes. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A link that can be followed safely, or null: only web pages, and they learn nothing of this one. */
export function safeLink(url, text) {
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return null;
  return element("a", { href: parsed.href, rel: "noopener noreferrer", target: "_blank" }, text);
}
