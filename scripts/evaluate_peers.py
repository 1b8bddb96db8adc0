#!/usr/bin/env python3
"""Measures `kentongan score-series` beside five known detectors, on made series whose truth is known.

    python3 scripts/evaluate_peers.py [--program target/release/kentongan] [--plot docs/peers.svg]

Each peer has one threshold for all series, chosen HERE, on these very series, as the lowest that keeps
its false alerts at or under those of Kentongan with its shipped defaults: what a peer could reach at
best. All raise one alert per burst (two hours of calm end it). Standard library only, fixed seeds.

Peers: z-score on the last day; EARS C2 (seven rows, two rows' guard; Hutwagner 2003); SigniTrend
(moving mean and deviation, Schubert 2014); STA/LTA (Allen 1978); Kleinberg's bursts (2002), levels of a
two-state automaton run online.
"""
import argparse
import math
import os
import random
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from evaluate_series import Program, generate, poisson  # noqa: E402

DAY = 288
CALM = 24
DAYS = 30
LEAST_DEVIATION = 0.5


def z_score(values):
    window, total, squares, scores = deque(), 0.0, 0.0, []
    for value in values:
        size = len(window)
        if size < CALM:
            scores.append(0.0)
        else:
            mean = total / size
            deviation = math.sqrt(max(squares / size - mean * mean, 0.0))
            scores.append((value - mean) / max(deviation, LEAST_DEVIATION))
        window.append(value)
        total, squares = total + value, squares + value * value
        if len(window) > DAY:
            old = window.popleft()
            total, squares = total - old, squares - old * old
    return scores


def ears(values):
    scores = []
    for row, value in enumerate(values):
        past = values[max(0, row - 9):max(0, row - 2)]
        if len(past) < 7:
            scores.append(0.0)
            continue
        mean = sum(past) / 7
        deviation = math.sqrt(sum((one - mean) ** 2 for one in past) / 6)
        scores.append((value - mean) / max(deviation, LEAST_DEVIATION))
    return scores


def signi_trend(values, beta=1.0):
    share, mean, variance, scores = 1 - math.exp(math.log(0.5) / DAY), 0.0, 0.0, []
    for value in values:
        scores.append((value - max(mean, beta)) / (math.sqrt(variance) + beta))
        change = value - mean
        mean += share * change
        variance = (1 - share) * (variance + share * change * change)
    return scores


def sta_lta(values):
    long, share, scores = 0.0, 1 / 144, []
    for row, value in enumerate(values):
        scores.append(value / (3 * long + 2) if row > CALM else 0.0)
        long += max(share, 1 / (row + 1)) * (value - long)
    return scores


def kleinberg(values, levels=(2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)):
    """The highest level whose burst state is the cheaper one at each row."""
    gamma = math.log(len(values))
    costs, mean, scores = [[0.0, gamma] for _ in levels], 0.0, []
    for row, value in enumerate(values):
        best, usual = 0.0, max(mean, 0.02)
        for level, cost in zip(levels, costs):
            calm, burst = usual - value * math.log(usual), \
                level * usual - value * math.log(level * usual)
            cost[0], cost[1] = min(cost[0], cost[1]) + calm, min(cost[0] + gamma, cost[1]) + burst
            lowest = min(cost)
            cost[0], cost[1] = cost[0] - lowest, cost[1] - lowest
            if cost[1] < cost[0] and row > CALM:
                best = level
        scores.append(best)
        mean += max(1 / DAY / 7, 1 / (row + 1)) * (value - mean)
    return scores


PEERS = (("z-score, one day", z_score), ("EARS C2", ears), ("SigniTrend", signi_trend),
         ("STA/LTA", sta_lta), ("Kleinberg", kleinberg))


def begins_of(scores, threshold):
    """Rows at which an episode begins: calm ends one."""
    rows, last = [], -CALM - 1
    for row, score in enumerate(scores):
        if score >= threshold:
            if row - last > CALM:
                rows.append(row)
            last = row
    return rows


class Made:
    """Made series with an hour's spike every third day."""

    def __init__(self, seeds):
        self.series = []
        for kind, dispersion in (("poisson", 1), ("lognormal", 3), ("hawkes", 3), ("hawkes", 10),
                                 ("cascades", 5)):
            for rate in (0.01, 0.1, 1.0, 10.0, 100.0):
                for seed in range(seeds):
                    self.series.append((kind, rate) + self.one(kind, dispersion, rate, seed))

    @staticmethod
    def one(kind, dispersion, rate, seed):
        rng = random.Random("peers %s %s %s %s" % (kind, dispersion, rate, seed))
        means = [5 * rate * (1 + 0.6 * math.sin(2 * math.pi * row / DAY))
                 for row in range(DAYS * DAY)]
        values = generate(kind, dispersion, means, rng)
        begins = [d * DAY + rng.randrange(DAY - 40) for d in range(3, DAYS, 3)]
        hour = 60 * rate
        height = max(4 * hour, 6 * math.sqrt(dispersion * hour), 10.0) / 12
        for begin in begins:
            for row in range(begin, begin + 12):
                values[row] += poisson(height, rng)
        return values, begins

    def judge(self, alerts):
        """False alerts a day, share of spikes found, median delay in minutes; shares by generator."""
        false, found, spikes, delays, by_kind = 0, 0, 0, [], {}
        for (kind, _, _, begins), rows in zip(self.series, alerts):
            hits = [next((row - begin for row in rows if begin <= row < begin + 24), None)
                    for begin in begins]
            late = [5 * hit for hit in hits if hit is not None]
            found, spikes, delays = found + len(late), spikes + len(begins), delays + late
            one = by_kind.setdefault(kind, [0, 0])
            one[0], one[1] = one[0] + len(late), one[1] + len(begins)
            false += sum(row > 2 * DAY and not any(begin <= row < begin + 48 for begin in begins)
                         for row in rows)
        days = (DAYS - 2) * len(self.series)
        delays.sort()
        shares = {kind: 100 * one[0] / one[1] for kind, one in by_kind.items()}
        median = delays[len(delays) // 2] if delays else float("nan")
        return false / days, 100 * found / spikes, median, shares


def strictest(made, scores, allowed):
    """The lowest threshold with at most `allowed` false alerts a day, and what it finds."""
    candidates = sorted({score for series in scores for score in series if score > 0})
    low, high = 0, len(candidates) - 1
    while low < high:
        middle = (low + high) // 2
        alerts = [begins_of(series, candidates[middle]) for series in scores]
        low, high = (low, middle) if made.judge(alerts)[0] <= allowed else (middle + 1, high)
    return candidates[low], made.judge([begins_of(series, candidates[low]) for series in scores])


def plot(rows, path):
    """Bars: share of spikes found at the same number of false alerts."""
    width, bar, left = 640, 26, 170
    height = (bar + 10) * len(rows) + 40
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" '
             'font-size="13">' % (width, height),
             '<title>Spikes found at the same number of false alerts</title>']
    for place, (name, (_, found, delay, _)) in enumerate(rows):
        top, length = 10 + place * (bar + 10), (width - left - 150) * found / 100
        colour = "#b3261e" if place == 0 else "#5f6b7a"
        parts.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (left - 10, top + 18, name))
        parts.append('<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (
            left, top, length, bar, colour))
        parts.append('<text x="%.1f" y="%d">%.0f %%, %.0f min</text>' % (
            left + length + 8, top + 18, found, delay))
    parts.append('</svg>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", default="target/release/kentongan")
    parser.add_argument("--seeds", type=int, default=2, help="series of each cell")
    parser.add_argument("--plot", help="write the bars as SVG")
    arguments = parser.parse_args()
    made = Made(arguments.seeds)
    start = datetime(2020, 1, 1)
    times = [(start + timedelta(minutes=5 * row)).strftime("%Y-%m-%d %H:%M:%S")
             for row in range(DAYS * DAY)]
    program = Program(arguments.program, None)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        flags = list(pool.map(lambda one: program.alerts(times, one[2], None), made.series))
    rows = [("Kentongan", made.judge([[row for row, flag in enumerate(one) if flag] for one in flags]))]
    allowed = rows[0][1][0]
    for name, score in PEERS:
        scores = [score(values) for _, _, values, _ in made.series]
        rows.append((name, strictest(made, scores, allowed)[1]))
    print("| detector | false alerts a series and day | spikes found | median delay | by generator |")
    print("|---|--:|--:|--:|---|")
    for name, (false, found, delay, shares) in rows:
        print("| %s | %.3f | %.0f %% | %.0f min | %s |" % (name, false, found, delay, ", ".join(
            "%s %.0f" % pair for pair in shares.items())))
    if arguments.plot:
        plot(rows, arguments.plot)


if __name__ == "__main__":
    main()
