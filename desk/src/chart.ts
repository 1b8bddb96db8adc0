// The last hour of one incident, drawn by uPlot: observed against expected and critical, with marks.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import type { Alert } from "./api";
import { clock, number } from "./format";
import { word } from "./words.svelte";

const HEIGHT = 190;
const MARKS = ["onset_at", "opened_at", "resolved_at"] as const;

/** A colour of the style sheet as a canvas understands it. */
function colour(place: HTMLElement, name: string): string {
  const probe = place.appendChild(document.createElement("span"));
  probe.style.color = `var(${name})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** A vertical line with its word, at each moment that the incident has had. */
function drawMarks(plot: uPlot, alert: Alert, ink: string) {
  const { ctx: pen, bbox } = plot;
  pen.save();
  pen.strokeStyle = pen.fillStyle = ink;
  pen.font = `${11 * devicePixelRatio}px system-ui`;
  MARKS.forEach((name, at) => {
    const time = alert[name];
    if (!time) return;
    const x = plot.valToPos(Date.parse(time) / 1000, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    pen.setLineDash([2, 3]);
    pen.beginPath();
    pen.moveTo(x, bbox.top);
    pen.lineTo(x, bbox.top + bbox.height);
    pen.stroke();
    pen.textAlign = x > bbox.left + bbox.width / 2 ? "right" : "left";
    const beside = pen.textAlign === "right" ? -4 : 4;
    pen.fillText(word(name), x + beside, bbox.top + 12 * devicePixelRatio * (at + 1));
  });
  pen.restore();
}

/** Draws the series of `alert` into `place`; gives back how to take it away. */
export function draw(place: HTMLElement, alert: Alert): () => void {
  const { series } = alert;
  const start = Date.parse(series.from) / 1000;
  const times = series.observed.map((_, at) => start + at * series.pane);
  const [ink, soft, line, warm] = ["--ink", "--soft", "--line", "--siaga"].map((name) => colour(place, name)) as [string, string, string, string];
  const time = (_: unknown, values: number[]) => values.map((value) => clock(value * 1000, "Asia/Jakarta", false));
  const value = (_: unknown, one: number | null) => (one === null ? "–" : number(one));
  const plot = new uPlot({
    width: place.clientWidth,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
    axes: [
      { stroke: soft, grid: { show: false }, ticks: { stroke: line }, values: time },
      { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { show: false }, size: 44, values: (_, values) => values.map(number) },
    ],
    series: [
      { label: "WIB", value: (_, one) => (one === null ? "–" : clock(one * 1000, "Asia/Jakarta")) },
      { label: word("observed"), stroke: ink, width: 2, fill: `color-mix(in srgb, ${ink} 12%, transparent)`, paths: uPlot.paths.stepped?.({ align: 1 }), points: { show: false }, value },
      { label: word("expected"), stroke: soft, width: 1.5, dash: [4, 3], points: { show: false }, value },
      { label: word("critical"), stroke: warm, width: 1, points: { show: false }, value },
    ],
    hooks: { draw: [(self) => drawMarks(self, alert, soft)] },
  }, [times, series.observed, series.expected, series.critical], place);
  const watcher = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  watcher.observe(place);
  return () => {
    watcher.disconnect();
    plot.destroy();
  };
}
