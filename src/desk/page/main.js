// Ties the live stream to the list, the pane, the feeds and the statement of freshness.
import { showDetail, showProblem } from "./detail.js";
import { clock, duration, element, number } from "./format.js";
import { List } from "./list.js";
import { Live } from "./live.js";
import { currentTongue, speak, word } from "./words.js";

// Events that come together are drawn together.
const DRAW_AFTER_MS = 50;

const byId = (id) => document.getElementById(id);
const pane = byId("detail");
const list = new List(byId("list"), (id) => { location.hash = encodeURIComponent(id); openPane(id); });
let feeds = [];
let opened = null;
let drawing = null;

const live = new Live({
  snapshot(data) {
    list.clear();
    data.incidents.forEach((row) => list.put(row));
    feeds = data.feeds;
    drawAll();
    showFreshness();
    if (opened) openPane(opened);
  },
  reset: () => list.clear(),
  incident(row) {
    if (!list.put(row)) return;
    drawing ??= setTimeout(drawList, DRAW_AFTER_MS);
    if (row.incident === opened) openPane(opened);
  },
  tick(data) {
    feeds = data.feeds;
    drawFeeds();
    showFreshness();
  },
}, () => { byId("sign-in").hidden = false; });

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const headers = { Authorization: `Bearer ${byId("token").value.trim()}` };
  const answer = await fetch("/api/v1/session", { method: "POST", headers }).catch(() => null);
  byId("token").value = "";
  byId("sign-in-problem").textContent = answer?.ok ? "" : word("token_unknown");
  byId("sign-in").hidden = Boolean(answer?.ok);
  if (answer?.ok) live.connect();
});

function drawList() {
  clearTimeout(drawing);
  drawing = null;
  list.draw(live.now());
  const open = list.openRows();
  byId("empty").hidden = byId("list").childElementCount > 0;
  byId("count").textContent = word("open_count", { n: open.length });
  const top = open[0] ? `(${open.length}) ${open[0].level.toUpperCase()} · ` : "";
  document.title = `${top}Kentongan`;
}

function drawFeeds() {
  const rows = feeds.map((feed) => element("tr", {},
    element("td", {}, feed.name), element("td", {}, word(feed.kind)),
    element("td", { class: feed.state }, word(feed.state)),
    element("td", {}, feed.delay_s === null ? "–" : duration(feed.delay_s)),
    element("td", {}, number(feed.received))));
  byId("feeds").tBodies[0].replaceChildren(...rows);
}

function drawAll() {
  drawList();
  drawFeeds();
}

async function openPane(id) {
  opened = id;
  pane.hidden = false;
  document.querySelector("main").classList.add("open");
  try {
    const answer = await fetch(`/api/v1/incidents/${encodeURIComponent(id)}`);
    const detail = answer.ok ? await answer.json() : null;
    // Another one may have been opened while this answer was on its way.
    if (opened !== id) return;
    if (detail) showDetail(pane, detail, closePane);
    else showProblem(pane, answer.status === 404 ? "gone" : "failed", closePane);
  } catch {
    if (opened === id) showProblem(pane, "failed", closePane);
  }
}

function closePane() {
  opened = null;
  pane.hidden = true;
  pane.replaceChildren();
  document.querySelector("main").classList.remove("open");
  history.replaceState(null, "", location.pathname);
  byId("list").focus();
}

function incidentOf(hash) {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return "";
  }
}

function chosenByAddress() {
  const id = incidentOf(location.hash);
  if (id && id !== opened) {
    list.choose(id);
    openPane(id);
  }
}

function showFreshness() {
  const { name, seconds } = live.state();
  const mark = byId("connection");
  mark.className = name;
  const text = word(name, { n: seconds });
  if (mark.textContent !== text) mark.textContent = text;
  byId("clock").textContent = clock(live.now());
  list.tick(live.now());
}

function switchTongue(next) {
  speak(next);
  byId("tongue").textContent = word("other_tongue");
  drawAll();
  showFreshness();
  if (opened) openPane(opened);
}

byId("tongue").addEventListener("click", () => switchTongue(currentTongue() === "id" ? "en" : "id"));
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && opened) closePane(); });
window.addEventListener("hashchange", chosenByAddress);
setInterval(showFreshness, 1000);
switchTongue(currentTongue());
chosenByAddress();
byId("list").focus();
