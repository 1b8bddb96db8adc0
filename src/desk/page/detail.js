// The pane of one incident. What strangers wrote goes in as text nodes only.
import { level, sparkline } from "./drawing.js";
import { date, element, number, safeLink } from "./format.js";
import { currentTongue, word } from "./words.js";

const COUNTS = ["posts", "originals", "accounts", "texts", "domains", "tag_sets"];
const WHY_ROWS = 12;

function table(head, rows) {
  const cell = (text) => element("td", {}, text);
  const column = (text) => (text ? element("th", { scope: "col" }, text) : cell(""));
  const line = (kind, row) => element("tr", {}, ...row.map(kind));
  return element("table", {}, element("thead", {}, line(column, head)), element("tbody", {}, ...rows.map((row) => line(cell, row))));
}

function facts(alert) {
  const rows = [
    [word("observed"), `${number(alert.observed)} (${alert.window})`],
    [word("expected"), number(alert.expected)],
    [word("critical"), number(alert.critical)],
    [word("ratio"), number(alert.ratio)],
    [word("surprise"), number(alert.surprise)],
    [word("topic"), alert.topics.join(", ")],
    [word("owner"), alert.acknowledged?.by ?? word("nobody")],
  ];
  for (const name of ["onset_at", "opened_at", "updated_at", "resolved_at"]) if (alert[name]) rows.push([word(name), date(alert[name])]);
  return element("table", {}, element("tbody", {}, ...rows.map(([name, value]) => element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)))));
}

function counts(alert) {
  const rows = COUNTS.map((name) => [word(name), number(alert.counts[name].observed), number(alert.counts[name].expected)]);
  return table(["", word("observed"), word("expected")], rows);
}

function why(alert) {
  const largest = [...alert.why].sort((left, right) => right.surprise - left.surprise).slice(0, WHY_ROWS);
  const rows = largest.map((share) => [word(`by_${share.by}`), share.value || word("everything_else"), number(share.surprise)]);
  return table(["", "", word("surprise")], rows);
}

function evidence(alert) {
  if (!alert.evidence.length) return [element("p", {}, word("no_evidence"))];
  return alert.evidence.map((post) => {
    const source = element("div", { class: "source" }, `${post.platform || word(post.kind)} · ${date(post.created_at)}`);
    const link = post.url && safeLink(post.url, word("open_post"));
    if (link) source.append(" · ", link);
    return element("blockquote", { dir: "auto" }, post.text, source);
  });
}

function claims(alert) {
  const found = alert.claims ?? [];
  if (!found.length) return [];
  const rows = found.map((claim) => {
    const source = element("div", { class: "source" }, `${claim.line[currentTongue()]} · ${word("matched_posts", { n: number(claim.matched_posts) })}`);
    if (claim.fraud) source.append(` · ${word("fraud_kind")}`);
    const link = claim.url && safeLink(claim.url, word("open_check"));
    source.append(" · ", link || word("no_check_link"));
    return element("blockquote", { dir: "auto" }, `“${claim.title}”`, source);
  });
  return [element("h3", {}, word("claims")), ...rows, element("p", { class: "hint" }, word("claims_hint"))];
}

function voices(alert) {
  const heard = alert.voices ?? [];
  if (!heard.length) return [];
  const rows = heard.map((voice) => [`${word(voice.who)} ${voice.language ?? ""}`.trim(), `+${number(voice.after_s)} ${word("s")}`, date(voice.first_at), voice.claimed_at === voice.first_at ? "" : date(voice.claimed_at), date(voice.half_at), number(voice.posts)]);
  return [element("h3", {}, word("voices")), table(["", "", word("first_post"), word("claimed_first"), word("half_time"), word("posts")], rows)];
}

function divergence(alert) {
  const sides = alert.divergence ?? [];
  if (!sides.length) return [];
  const words = (side) => side.terms.map((term) => `${term.term} (${number(term.posts)})`).join(", ") || word("no_own_words");
  const rows = sides.map((side) => [word(side.who), word("sampled", { n: number(side.sampled) }), words(side)]);
  return [element("h3", {}, word("divergence")), table(["", "", ""], rows), element("p", { class: "hint" }, word("divergence_hint"))];
}

/** Who came first, and by claimed times where these say something else. */
function lead(first) {
  const told = word("lead", { n: number(first.seconds), kind: word(first.kind) });
  const claimed = word("by_claim", { n: number(first.claimed.seconds), kind: word(first.claimed.kind) });
  const same = first.claimed.kind === first.kind && first.claimed.seconds === first.seconds;
  return [element("p", {}, same ? told : `${told} (${claimed})`)];
}

function history(entries) {
  const rows = [...entries].reverse().map((entry) => [
    date(entry.at), `${entry.level.toUpperCase()}, ${word(entry.status)}: ${word(entry.reason)}`, `${number(entry.observed)} / ${number(entry.expected)}`,
  ]);
  return table(["", "", `${word("observed")} / ${word("expected")}`], rows);
}

/** Fills `pane` with one incident. */
export function showDetail(pane, { alert, history: entries }, close) {
  const title = (key) => element("h3", {}, word(key));
  const button = element("button", { type: "button" }, word("close"));
  button.addEventListener("click", close);
  const character = element("p", {}, word(alert.character));
  for (const one of alert.character_why) character.append(` · ${word(one.what)} ${number(one.observed)} / ${number(one.expected)}`);
  const first = alert.lead ? lead(alert.lead) : [];
  pane.replaceChildren(
    button, element("h2", {}, level(alert), " ", alert.title[currentTongue()]), character, ...first, ...claims(alert), ...voices(alert), ...divergence(alert),
    element("p", { class: "hint" }, word("chart")), sparkline(alert.series, word("chart")),
    facts(alert), title("counts"), counts(alert), title("why"), why(alert),
    title("evidence"), ...evidence(alert), title("history"), history(entries),
  );
}

/** Says in the pane that there is nothing to show. */
export function showProblem(pane, key, close) {
  const button = element("button", { type: "button" }, word("close"));
  button.addEventListener("click", close);
  pane.replaceChildren(button, element("p", {}, word(key)));
}
