"""The results as a table and as a plot, in docs/benchmarks.md."""
import math
import os
import re
from html import escape

BEGIN, END = "<!-- peers: written by make bench-peers -->", "<!-- /peers -->"
OURS, LIMIT = "Kentongan, gate off", "loop that only decodes"


def table(medians):
    ours = medians.get(OURS, {}).get("cpu_s_per_million")
    rows = ["| engine | CPU s per million posts | beside Kentongan | broker's CPU s per million | posts/s | peak memory |",
            "|---|--:|--:|--:|--:|--:|"]
    for name, one in sorted(medians.items(), key=lambda pair: pair[1]["cpu_s_per_million"]):
        ratio = "%.2f" % (one["cpu_s_per_million"] / ours) if ours else "-"
        rows.append("| %s | %.1f | %s | %.1f | %s | %d MB |" % (
            name, one["cpu_s_per_million"], ratio, one["broker_cpu_s_per_million"],
            format(round(one["posts_per_s"], -2), ",.0f"), one["peak_mb"]))
    return "\n".join(rows)


def plot(medians):
    """Bars on a logarithmic scale, the cheapest on top."""
    pairs = sorted(medians.items(), key=lambda pair: pair[1]["cpu_s_per_million"])
    left, width, height, top = 250, 420, 22, 44
    most = max(one["cpu_s_per_million"] for _, one in pairs)
    exponent = math.ceil(math.log10(most))
    span = exponent + 1
    place = lambda value: left + width * (math.log10(max(value, 0.1)) + 1) / span  # noqa: E731
    end = top + height * len(pairs)
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 %d" font-family="sans-serif" font-size="12">' % (end + 30),
             '<rect width="100%" height="100%" fill="#fff"/>',
             '<text x="10" y="20" font-weight="bold">CPU seconds for a million posts (logarithmic; less is better)</text>']
    for power in range(-1, exponent + 1):
        x = place(10 ** power)
        parts.append('<path d="M%.1f %dV%d" stroke="#ccc"/>' % (x, top - 6, end))
        parts.append('<text x="%.1f" y="%d" text-anchor="middle" fill="#555">%g</text>' % (x, end + 16, 10 ** power))
    for row, (name, one) in enumerate(pairs):
        y, value = top + row * height, one["cpu_s_per_million"]
        color = "#b3261e" if name.startswith("Kentongan") else "#777" if name.startswith("loop") else "#3b6ea5"
        parts.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (left - 8, y + 14, escape(name)))
        parts.append('<rect x="%d" y="%d" width="%.1f" height="15" fill="%s"/>' % (left, y + 2, place(value) - left, color))
        parts.append('<text x="%.1f" y="%d">%.1f</text>' % (place(value) + 5, y + 14, value))
    return "\n".join(parts + ["</svg>"]) + "\n"


def write(root, medians):
    with open(os.path.join(root, "docs/peers-cost.svg"), "w") as out:
        out.write(plot(medians))
    path = os.path.join(root, "docs/benchmarks.md")
    with open(path) as page:
        text = page.read()
    body = "%s\n%s\n\n![CPU seconds for a million posts](peers-cost.svg)\n%s" % (BEGIN, table(medians), END)
    text, found = re.subn(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: body, text, flags=re.S)
    if not found:
        raise SystemExit("docs/benchmarks.md has no place for the table: %s" % BEGIN)
    with open(path, "w") as page:
        page.write(text)
