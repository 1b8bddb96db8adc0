// Shapes of the levels and the line of the last hour, drawn by DOM calls.
const SVG = "http://www.w3.org/2000/svg";
const ROMAN = { 2: "II", 3: "III", 4: "IV" };
const SHAPES = { waspada: "8,1 15,15 1,15", siaga: "2,2 14,2 14,14 2,14", awas: "5,0 11,0 16,5 16,11 11,16 5,16 0,11 0,5" };

function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Word, number, shape and colour: the level is told four times. */
export function level(row) {
  const mark = document.createElement("span");
  mark.className = `level ${row.level in SHAPES ? row.level : ""}`;
  const picture = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
  picture.append(svg("polygon", { points: SHAPES[row.level] ?? "" }));
  mark.append(picture, `${row.level.toUpperCase()} ${ROMAN[row.level_number] ?? ""}`);
  return mark;
}

/** Observed posts against expected and critical ones. */
export function sparkline(series, label) {
  const width = 100;
  const height = 30;
  const top = Math.max(1, ...series.observed, ...series.expected, ...series.critical);
  const step = width / Math.max(1, series.observed.length - 1);
  const points = (values) => values.map((value, at) => `${(at * step).toFixed(1)},${(height - (value / top) * (height - 2) - 1).toFixed(1)}`).join(" ");
  const picture = svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": label });
  for (const name of ["critical", "expected", "observed"]) picture.append(svg("polyline", { class: name, points: points(series[name]) }));
  return picture;
}
