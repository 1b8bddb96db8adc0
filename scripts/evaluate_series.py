#!/usr/bin/env python3
"""Measures `kentongan score-series`: on real mention counts, on changed copies of them, on made series.

    KENTONGAN_DATA=/path/to/data python3 scripts/evaluate_series.py --scorer /path/to/nab_score.py

--scorer is an implementation of the scoring rule of the Numenta Anomaly Benchmark with the functions
`read_labels`, `Series`, `evaluate`. KENTONGAN_DATA holds nab-real-tweets/ (CSV files, labels.json).
Standard library only; every random number has a fixed seed, so the figures repeat.

What it prints, standard and low-FP score, alerts outside the windows at most 60 min apart as one:
  open       the series as they are. They are DEVELOPMENT data: constants were chosen looking at them.
  left out   the score without one series, for each.
  perturbed  30 runs: ten constants times exp(N(0, 0.2)) at once, counts thinned to 100 .. 15 %.
  halved/doubled  one constant at a time.
  giant      40 copies with one burst of 3 to 15 times the largest usual one outside the windows.
  made       rates, dispersions and generators that are not the model's family: false alerts a day and
             spikes found.
"""
import argparse
import importlib.util
import json
import math
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

CONSTANTS = {
    "level_days": 7.0, "dispersion_days": 4.0, "tail_days": 21.0, "base_surprise": 4.0,
    "episodes_prior": 1.0, "days_prior": 5.0, "excess_prior": 4.0, "excess_weight": 3.0,
    "excess_cap": 6.0, "hold_hours": 2.0, "hold_growth": 0.5, "clip_deviations": 2.0,
    "rhythm_prior_days": 7.0, "dispersion_prior": 1.5, "dispersion_weight": 20.0,
    "slow_share": 0.15, "accept_days": 1.0, "warm_up_days": 0.35,
}
PERTURBED = ("level_days", "dispersion_days", "tail_days", "base_surprise", "days_prior",
             "excess_prior", "excess_weight", "excess_cap", "hold_hours", "clip_deviations")
BURSTS_APART_MIN = 60


class Program:
    """Runs score-series on many series at once."""

    def __init__(self, path, budget):
        self.line = [path, "--quiet", "score-series", "--interval", "5m"]
        if budget is not None:
            self.line += ["--set", "series.false_alerts_per_day=%r" % budget]

    def alerts(self, times, values, settings):
        rows = "".join("%s,%d\n" % (time, value) for time, value in zip(times, values))
        line = self.line + (["--settings", json.dumps(settings)] if settings else [])
        done = subprocess.run(line, input="timestamp,value\n" + rows, text=True,
                              capture_output=True)
        if done.returncode != 0:
            sys.exit("score-series failed: " + done.stderr)
        return [float(row.rsplit(",", 1)[1]) for row in done.stdout.splitlines()[1:]]


class Real:
    """The labelled series and the rule that judges them."""

    def __init__(self, scorer, folder, program):
        spec = importlib.util.spec_from_file_location("nab_score", scorer)
        self.nab = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.nab)
        self.program = program
        self.series = []
        labels = self.nab.read_labels(os.path.join(folder, "labels.json"))
        for name, (windows, points, _) in labels.items():
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                rows = [line.strip().split(",") for line in list(file)[1:]]
            times = [self.nab.parse_time(time) for time, _ in rows]
            judge = self.nab.Series(name, times, windows, points)
            self.series.append((judge, [time for time, _ in rows],
                                [int(value) for _, value in rows]))

    def run(self, settings=None, change=lambda judge, values: values, series=None):
        chosen = series or self.series
        tasks = [(times, change(judge, values)) for judge, times, values in chosen]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            alerts = list(pool.map(lambda task: self.program.alerts(*task, settings), tasks))
        return alerts

    def score(self, alerts, series=None):
        judges = [judge for judge, _, _ in series or self.series]
        return self.nab.evaluate(judges, alerts, "alerts", episode_gap=BURSTS_APART_MIN)


def figures(result):
    standard, low = result["standard"], result["reward_low_FP_rate"]
    return "standard %5.1f  low FP %5.1f  windows %d/%d  other alerts %d  labels within 1 h %d/%d" % (
        standard["score"], low["score"], standard["detected"], standard["windows"],
        standard["fp_episodes"], standard["labels_near"], standard["labels"])


def thin(values, share, rng):
    return [sum(rng.random() < share for _ in range(value)) if value < 50 else
            max(0, round(rng.gauss(value * share, math.sqrt(value * share * (1 - share)))))
            for value in values]


def giant(judge, values, rng):
    usual = sorted(values)[int(len(values) * 0.999)]
    while True:
        at = 300 + rng.randrange(4000)
        if all(at + 60 < first or at > last + 10 for first, last in judge.spans):
            break
    height = usual * rng.uniform(3.0, 15.0)
    changed = list(values)
    for step in range(36):
        changed[at + step] += round(height * math.exp(-step / 8.0))
    return changed


def real(real, quick):
    alerts = real.run()
    print("open       " + figures(real.score(alerts)))
    for left, (judge, _, _) in enumerate(real.series):
        rest = [series for place, series in enumerate(real.series) if place != left]
        kept = [flags for place, flags in enumerate(alerts) if place != left]
        print("  left out %-24s %s" % (judge.name, figures(real.score(kept, rest))))
        print("  alone    %-24s %s" % (judge.name, figures(
            real.score([alerts[left]], [real.series[left]]))))
    rng = random.Random(1)
    runs = []
    for run in range(10 if quick else 30):
        settings = {key: CONSTANTS[key] * math.exp(rng.gauss(0, 0.2)) for key in PERTURBED}
        share = (1.0, 0.7, 0.5, 0.3, 0.15)[run % 5]
        change = (lambda _, values: values) if share == 1.0 else \
            (lambda _, values: thin(values, share, rng))
        result = real.score(real.run(settings, change))
        runs.append((result["standard"]["score"], result["reward_low_FP_rate"]["score"]))
    runs.sort()
    count = len(runs)
    print("perturbed  standard %.1f  low FP %.1f  (mean of %d); worst tenth: standard %.1f" % (
        sum(run[0] for run in runs) / count, sum(run[1] for run in runs) / count, count,
        runs[count // 10 - 1][0]))
    series, flags = [], []
    for _ in range(2 if quick else 8):
        flags += real.run(change=lambda judge, values: giant(judge, values, rng))
        series += real.series
    print("giant      " + figures(real.score(flags, series)))
    if not quick:
        for key, value in CONSTANTS.items():
            line = ["%s %s" % (word, "%.1f / %.1f" % (
                result["standard"]["score"], result["reward_low_FP_rate"]["score"]))
                for word, factor in (("half", 0.5), ("double", 2.0))
                for result in [real.score(real.run({key: value * factor}))]]
            print("  %-18s %s" % (key, "   ".join(line)))


def poisson(mean, rng):
    if mean > 400:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def generate(kind, dispersion, means, rng):
    """Counts with these means; `kind` says why they vary more than Poisson's."""
    counts = [0] * len(means)
    log_rate = 0.0
    for row, mean in enumerate(means):
        if kind == "lognormal":
            sigma = math.sqrt(math.log1p((dispersion - 1.0) / max(mean, 1e-9)))
            sigma = min(sigma, 1.5)
            log_rate = log_rate * math.exp(-1 / 12) + rng.gauss(0, math.sqrt(1 - math.exp(-1 / 6)))
            counts[row] += poisson(mean * math.exp(sigma * log_rate - sigma * sigma / 2), rng)
        elif kind == "hawkes":
            branching = 1.0 - 1.0 / math.sqrt(dispersion)
            born = poisson(mean * (1.0 - branching), rng) + counts[row]
            counts[row] = born
            for _ in range(poisson(born * branching, rng)):
                later = row + 1 + int(rng.expovariate(0.5))
                if later < len(counts):
                    counts[later] += 1
        elif kind == "cascades":
            size_mean = 1.7 / 0.7
            for _ in range(poisson(mean / size_mean, rng)):
                for _ in range(min(int(rng.paretovariate(1.7)), 2000)):
                    later = row + int(rng.expovariate(0.5))
                    if later < len(counts):
                        counts[later] += 1
        else:
            counts[row] += poisson(mean, rng)
    return counts


def made(program, quick):
    rows, day = 288 * 30, 288
    start = datetime(2020, 1, 1)
    times = [(start + timedelta(minutes=5 * row)).strftime("%Y-%m-%d %H:%M:%S") for row in range(rows)]
    print("made       30 days of 5-min rows, daily rhythm +-60 %, a spike of an hour every 3 days")
    rates = (0.01, 0.1, 1.0, 10.0) if quick else (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
    for kind, dispersion in (("poisson", 1), ("lognormal", 3), ("lognormal", 10), ("hawkes", 3),
                             ("hawkes", 10), ("cascades", 5)):
        cells = []
        for rate in rates:
            false, found, spikes, days = 0, 0, 0, 0.0
            for seed in range(2 if rate > 50 else 4):
                rng = random.Random("%s %s %s %s" % (kind, dispersion, rate, seed))
                means = [5 * rate * (1 + 0.6 * math.sin(2 * math.pi * row / day))
                         for row in range(rows)]
                values = generate(kind, dispersion, means, rng)
                begins = [d * day + rng.randrange(day - 40) for d in range(3, 30, 3)]
                hour = 60 * rate
                height = max(4 * hour, 6 * math.sqrt(dispersion * hour), 10.0) / 12
                for begin in begins:
                    for row in range(begin, begin + 12):
                        values[row] += poisson(height, rng)
                flags = program.alerts(times, values, None)
                hits = [row for row, flag in enumerate(flags) if flag]
                found += sum(any(begin <= row < begin + 24 for row in hits) for begin in begins)
                false += sum(not any(begin <= row < begin + 48 for begin in begins)
                             for row in hits)
                spikes += len(begins)
                days += 30
            cells.append("%.3f/%3.0f" % (false / days, 100 * found / spikes))
        print("  %-10s %2d   %s" % (kind, dispersion, "  ".join(
            "%g: %s" % pair for pair in zip(rates, cells))))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--scorer", required=True, help="nab_score.py")
    parser.add_argument("--program", default="target/release/kentongan")
    parser.add_argument("--budget", type=float, help="series.false_alerts_per_day (default: built in)")
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    arguments = parser.parse_args()
    program = Program(arguments.program, arguments.budget)
    folder = os.path.join(os.environ.get("KENTONGAN_DATA", "../shared/data"), "nab-real-tweets")
    if os.path.isdir(folder):
        real(Real(arguments.scorer, folder, program), arguments.quick)
    else:
        print("no real series: %s is absent (set KENTONGAN_DATA)" % folder)
    made(program, arguments.quick)


if __name__ == "__main__":
    main()
