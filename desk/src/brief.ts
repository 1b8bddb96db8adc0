// An incident as a page of Markdown, for a mail or a meeting.
import type { Alert, Detail, Done } from "./api";
import { date, everywhere, languageName, number } from "./format";
import { speech, word } from "./words.svelte";

/** Text of strangers, without what Markdown or HTML would take for an instruction. */
export function plain(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]()#+!|<>&~-]/g, (sign) => `\\${sign}`);
}

function most(counts: [string, number][]): string {
  return counts.sort((left, right) => right[1] - left[1]).slice(0, 5).map(([name, posts]) => `${plain(name)} (${number(posts)})`).join(", ") || "–";
}

/** The counts that decided, in one line. */
export function summary(alert: Alert): string {
  const { observed, expected, critical, ratio, surprise } = alert;
  const told = Object.entries({ observed, expected, critical, ratio, surprise }).map(([name, value]) => [name, number(value)]);
  return word("summary", { ...Object.fromEntries(told), window: word(alert.window) });
}

/** What people did, under a heading of its own. */
function deeds({ actions }: Alert): string[] {
  if (!actions?.length) return [];
  const line = ({ do: what, by, at, until, note }: Done) =>
    `- ${date(at)}: ${word(`do_${what}`)}, ${plain(by)}${until ? `, ${word("until", { date: date(until) })}` : ""}${note ? `: ${plain(note)}` : ""}`;
  return [`## ${word("actions")}`, "", ...actions.map(line), ""];
}

export function brief({ alert, history }: Detail): string {
  const title = alert.title[speech.tongue];
  const lines = [
    `# ${alert.level.toUpperCase()} (${alert.level_number}): ${plain(title)}`,
    "",
    `*${word("not_official")}*`,
    "",
    summary(alert),
    "",
    `- ${word("onset_at")}: ${everywhere(alert.onset_at)}`,
    `- ${word("updated_at")}: ${date(alert.updated_at)}`,
    `- ${word(alert.status)}; ${word(alert.character)}`,
    ...alert.character_why.map((one) => `  - ${word(one.what)}: ${number(one.observed)} / ${number(one.expected)} (${word("expected")})`),
    `- ${word("by_place")}: ${most(alert.places.map((place) => [place.name[speech.tongue], place.posts]))}`,
    `- ${word("by_language")}: ${most(Object.entries(alert.languages).map(([code, posts]) => [languageName(code), posts]))}`,
    `- ${word("by_term")}: ${most(alert.terms.map((term) => [term.term, term.posts]))}`,
    "",
    `## ${word("evidence")}`,
    "",
    ...(alert.evidence.length ? alert.evidence.map((post) => `- ${date(post.created_at)}, ${plain(post.platform || word(post.kind))}: ${plain(post.text)}`) : [word("no_evidence")]),
    "",
    ...deeds(alert),
    `## ${word("history")}`,
    "",
    ...history.map((entry) => `- ${date(entry.at)}: ${entry.level.toUpperCase()}, ${word(entry.status)} (${word(entry.reason)}), ${number(entry.observed)} / ${number(entry.expected)}`),
    "",
    `${alert.url} · ${alert.program} · ${alert.config_digest}`,
    "",
  ];
  return lines.join("\n");
}

/** Hands a text to the browser as a file. */
export function save(name: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
