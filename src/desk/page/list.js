// The list of incidents: one line each, chosen by keyboard or pointer.
import { level, sparkline } from "./drawing.js";
import { duration, element, number } from "./format.js";
import { currentTongue, word } from "./words.js";

const RESOLVED = "resolved";

/** Open before resolved, higher level first, newest first: the order of the API. */
function byUrgency(left, right) {
  return (left.status === RESOLVED) - (right.status === RESOLVED)
    || right.level_number - left.level_number
    || right.updated_at.localeCompare(left.updated_at)
    || left.incident.localeCompare(right.incident);
}

export class List {
  #rows = new Map();
  #items = new Map();
  #chosen = null;
  #root;
  #open;

  constructor(root, open) {
    this.#root = root;
    this.#open = open;
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("click", (event) => {
      const item = event.target.closest("[data-incident]");
      if (item) this.choose(item.dataset.incident, true);
    });
  }

  clear() {
    this.#rows.clear();
  }

  /** Takes in a row unless a newer revision is here; says whether it did. */
  put(row) {
    if ((this.#rows.get(row.incident)?.revision ?? 0) >= row.revision) return false;
    this.#rows.set(row.incident, row);
    return true;
  }

  openRows() {
    return [...this.#rows.values()].filter((row) => row.status !== RESOLVED).sort(byUrgency);
  }

  draw(now) {
    const rows = [...this.#rows.values()].sort(byUrgency);
    this.#items.clear();
    const items = rows.map((row, place) => {
      const item = this.#item(row);
      item.id = `row-${place}`;
      this.#items.set(row.incident, item);
      return item;
    });
    this.#root.replaceChildren(...items);
    this.#mark();
    this.tick(now);
  }

  /** Only the ages change with time. */
  tick(now) {
    for (const [id, item] of this.#items) {
      const row = this.#rows.get(id);
      const end = row.resolved_at ? Date.parse(row.resolved_at) : now;
      item.querySelector(".age").textContent = duration((end - Date.parse(row.onset_at)) / 1000);
    }
  }

  choose(id, open = false) {
    this.#chosen = id;
    this.#mark();
    if (open) this.#open(id);
  }

  #item(row) {
    const line = row.title[currentTongue()];
    const place = row.place?.name[currentTongue()];
    const beside = [word(row.character)];
    if (place && !line.includes(place)) beside.unshift(place);
    if (row.acknowledged) beside.push(row.acknowledged.by);
    const marks = [];
    if (row.exercise) marks.push(word("exercise"));
    if (row.status === RESOLVED) marks.push(word(RESOLVED));
    if (row.data_state !== "live") marks.push(word(row.data_state));
    const title = element("span", { class: "title", title: line }, line, element("small", {}, [...marks, ...beside].join(" · ")));
    const numbers = `${number(row.observed)} / ${number(row.expected)}`;
    const item = element("li", { role: "option", class: row.status === RESOLVED ? "over" : "" },
      level(row), title, element("span", { class: "numbers" }, numbers), element("span", { class: "age" }),
      sparkline(row.series, word("chart")));
    item.dataset.incident = row.incident;
    return item;
  }

  #mark() {
    this.#root.removeAttribute("aria-activedescendant");
    for (const [id, item] of this.#items) {
      item.setAttribute("aria-selected", String(id === this.#chosen));
      if (id !== this.#chosen) continue;
      this.#root.setAttribute("aria-activedescendant", item.id);
    }
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ids = [...this.#items.keys()];
    const at = ids.indexOf(this.#chosen);
    const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
    if (event.key in steps && ids.length) {
      const next = ids[Math.min(ids.length - 1, Math.max(0, at + steps[event.key]))];
      this.choose(next);
      this.#items.get(next).scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && at >= 0) {
      this.choose(this.#chosen, true);
    } else {
      return;
    }
    event.preventDefault();
  }
}
