// A shift's hand-over in words, for the page and as Markdown.
import type { HandedOver, Handover, HistoryEntry } from "./api";
import { plain } from "./brief";
import { date, number, timeOfDay } from "./format";
import { speech, word } from "./words.svelte";

/** What became of one incident, in a line: only what differs from the revision before. */
export function change(one: HandedOver): string {
  let before: HistoryEntry | null = one.before;
  const told: string[] = [];
  for (const entry of one.changes) {
    const parts: string[] = [];
    if (!before) parts.push(word("opened_as", { level: entry.level.toUpperCase() }));
    if (before && entry.level !== before.level) parts.push(entry.level.toUpperCase());
    if (entry.owner && entry.owner !== before?.owner) parts.push(word("taken_by", { who: entry.owner }));
    const isPlain = entry.reason === "growth" || entry.reason === "spike";
    if (!isPlain && !(parts.length && entry.reason === "level_raised")) parts.push(word(entry.reason));
    if (parts.length) told.push(`${timeOfDay(entry.at)} ${parts.join(", ")}`);
    before = entry;
  }
  if (!one.changes.length) return word("unchanged");
  return told.join(" · ") || word("updates", { n: one.changes.length });
}

/** The whole hand-over as Markdown. */
export function handoverText({ since, at, is_complete, incidents }: Handover): string {
  const line = (one: HandedOver) => {
    const { now } = one;
    const owner = plain(now.acknowledged?.by ?? word("nobody"));
    const begun = one.before ? "" : `${word("began_in_shift")}. `;
    return `- **${now.level.toUpperCase()} (${now.level_number})** ${plain(now.title[speech.tongue])}\n  - ${word("owner")}: ${owner}; ${word(now.character)}; ${number(now.observed)} / ${number(now.expected)}\n  - ${begun}${plain(change(one))}`;
  };
  const part = (name: string, list: HandedOver[]) => (list.length ? [`## ${word(name)}`, "", ...list.map(line), ""] : []);
  return [
    `# ${word("handover")}`,
    "",
    `${date(since)} – ${date(at)}. *${word("not_official")}*`,
    ...(is_complete ? [] : ["", `**${word("handover_gap")}**`]),
    "",
    ...part("still_open", incidents.filter((one) => one.now.status !== "resolved")),
    ...part("over_in_shift", incidents.filter((one) => one.now.status === "resolved")),
  ].join("\n");
}
