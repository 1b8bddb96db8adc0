#!/usr/bin/env python3
"""Measures `kentongan replay`: on real events in real posts, and on streams in which nothing happens.

    KENTONGAN_DATA=/path/to/data python3 scripts/evaluate_posts.py [--set key=value ...]

KENTONGAN_DATA holds corpora/ (posts by event, quiet days). Standard library only; every random number has
a fixed seed, so the figures repeat. The gate is off in event files: they are not about Indonesia.

What it prints:
  events    for each event: the on-topic post with which an incident about it opened or escalated, minutes
            after its begin (the first of ten on-topic posts within six hours); other incidents.
  perturbed with --perturbed N: the same in sum, N times with ten constants times exp(N(0, 0.2)) at once.
  quiet     real streams without an event: incidents a day beside B.
  shuffled  the same posts, blocks of them put at each other's times: incidents a day beside B, pooled, with
            the upper end of the 90 % Poisson interval.

An incident is about an event when at least half of its example posts are on-topic posts of it.
"""
import argparse
import gzip
import json
import math
import os
import random
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

# An event begins with the first of so many on-topic posts within so long: before, nobody talks about it.
BEGIN_POSTS, BEGIN_WITHIN = 10, timedelta(hours=6)
AFTER = timedelta(days=4)
DAY = 86_400.0
QUIET = ("jakarta-corona-day-2020-04-26", "psbb-stream-2020-05", "vaccine-tweets-2021",
         "world-headlines-2021-2022", "traffic-accidents-2019-2020")
SINGLE = (("crisislext6-west-texas-explosion-2013-04", "2013-04-18T00:50:38Z"),
          ("crisislext6-queensland-floods-2013-01", None),
          ("crisislext6-hurricane-sandy-2012-10", None))

PERTURBED = {"base_surprise": 2.75, "prior_posts": 0.5, "prior_total": 1000.0, "prior_dispersion": 1.75,
             "prior_dispersion_posts": 20.0, "clip_deviations": 2.0, "class_prior_per_post": 5e-4,
             "class_prior_excess": 2.0, "own_episodes_per_day": 0.1, "own_prior_days": 5.0}


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def stamp(time):
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(folder, name):
    with gzip.open(os.path.join(folder, name + ".jsonl.gz"), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class Program:
    """Runs a replay over posts."""

    def __init__(self, path, settings):
        self.line = [path, "--quiet"]
        for setting in settings:
            self.line += ["--set", setting]

    def alerts(self, posts, *settings, constants=None):
        line = list(self.line)
        for setting in settings:
            line += ["--set", setting]
        text = "".join(json.dumps(post, ensure_ascii=False) + "\n" for post in posts)
        done = subprocess.run(line + ["replay", "-"] + (["--settings", json.dumps(constants)]
                              if constants else []), input=text, text=True, capture_output=True)
        if done.returncode != 0:
            sys.exit("replay failed: " + done.stderr)
        return [json.loads(alert) for alert in done.stdout.splitlines()]


class Event:
    """One event: its on-topic posts in order."""

    def __init__(self, name, posts, onset=None):
        self.name = name
        self.ids = {post["id"] for post in posts}
        times = [moment(post["created_at"]) for post in posts]
        runs = zip(times, times[BEGIN_POSTS - 1:])
        begins = (first for first, last in runs if last - first <= BEGIN_WITHIN)
        self.onset = moment(onset) if onset else next(begins, times[0])
        self.times = [time for time in times if time >= self.onset]

    def owns(self, alert):
        """Whether at least half of its example posts are on-topic posts of the event."""
        samples = [post["id"] for post in alert["evidence"]]
        return samples and 2 * sum(name in self.ids for name in samples) >= len(samples)

    def found(self, alerts):
        """The first opening or escalation about it: number of the on-topic post, minutes, alert."""
        for alert in alerts:
            at = moment(alert["updated_at"])
            if alert["status"] in ("opened", "escalated") and at >= self.onset and self.owns(alert):
                number = sum(time <= at for time in self.times)
                return number, (at - self.onset).total_seconds() / 60, alert
        return None


def is_on_topic(post):
    label = post.get("label", "")
    return label == "on-topic" or label.startswith("Related")


def report(events, alerts, posts, write):
    """Writes the events of one stream; gives the numbers of their posts and the other incidents."""
    numbers = []
    for event in events:
        found = event.found(alerts)
        numbers.append(found[0] if found else None)
        write("  %-36s %s" % (event.name, "post %4d  %7.1f min  %s" % (
            found[0], found[1], found[2]["topic"]) if found else "none"))
    opened = [alert for alert in alerts if alert["revision"] == 1]
    others = [alert for alert in opened if not any(
        event.onset <= moment(alert["opened_at"]) <= event.onset + AFTER for event in events)]
    of_events = [alert for alert in opened if alert not in others]
    strangers = [alert for alert in of_events if not any(event.owns(alert) for event in events)]
    days = len({post["created_at"][:10] for post in posts})
    write("  incidents %d in %d days with data; outside of all events' first four days %d; inside, about "
          "something else %d" % (len(opened), days, len(others), len(strangers)))
    return numbers, len(others), days


def event_streams(folder):
    posts = read(folder, "crisislext26-dev-16-events")
    by_event = defaultdict(list)
    for post in posts:
        if is_on_topic(post):
            by_event[post["event"]].append(post)
    streams = [([Event(name, own) for name, own in by_event.items()], posts)]
    for name, onset in SINGLE:
        posts = read(folder, name)
        own = [post for post in posts if is_on_topic(post)]
        streams.append(([Event(name, own, onset)], posts))
    return streams


def evaluate_events(streams, program, write=print, constants=None):
    numbers, others, days = [], 0, 0

    def run(stream):
        return program.alerts(stream[1], "relevance.enabled=false", constants=constants)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = list(pool.map(run, streams))
    for (events, posts), alerts in zip(streams, runs):
        found, other, span = report(events, alerts, posts, write)
        numbers, others, days = numbers + found, others + other, days + span
    within = [sum(number is not None and number <= most for number in numbers) for most in (10, 20)]
    return "%d of %d by the 10th, %d by the 20th on-topic post; %d other incidents in %d days" % (
        within[0], len(numbers), within[1], others, days)


def shuffled(posts, block, rng, days):
    """Posts with blocks of contents drawn for the times of `posts`; `days` > 0: so many copies of the day."""
    times = [moment(post["created_at"]) for post in posts]
    if days:
        times = [time + timedelta(days=day) for day in range(days) for time in times]
    made = []
    while len(made) < len(times):
        start = rng.randrange(max(1, len(posts) - block))
        made += posts[start:start + block]
    return [dict(post, id="s%d" % number, created_at=stamp(time))
            for number, (post, time) in enumerate(zip(made, times))]


def exposure(posts):
    """Days with data: gaps count for an hour at most, as in the detector."""
    times = [moment(post["created_at"]) for post in posts]
    gaps = zip(times, times[1:])
    return sum(min((later - time).total_seconds(), 3_600.0) for time, later in gaps) / DAY


def incidents(alerts):
    return sum(alert["revision"] == 1 for alert in alerts)


def upper(count):
    """Upper end of the two-sided 90 % interval of a Poisson mean (Garwood), by bisection."""
    def below(mean):
        term, total = math.exp(-mean), 0.0
        for k in range(count + 1):
            total += term
            term *= mean / (k + 1)
        return total
    low, high = 0.0, 10.0 + 3.0 * count
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) > 0.05 else (low, middle)
    return high


def evaluate_quiet(folder, program, budget, rounds):
    tasks = []
    for name in QUIET:
        posts = read(folder, name)
        posts.sort(key=lambda post: moment(post["created_at"]))
        tasks.append((name, "as it is", posts))
        for block in (1, 20, 100):
            for seed in range(rounds):
                rng = random.Random("%s %d %d" % (name, block, seed))
                days = 14 if name.startswith("jakarta") else 0
                tasks.append((name, "blocks of %d" % block, shuffled(posts, block, rng, days)))
    settings = ["detect.false_incidents_per_day=%r" % budget]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = list(pool.map(lambda task: incidents(program.alerts(task[2], *settings)), tasks))
    cells, pooled = defaultdict(lambda: [0, 0.0]), [0, 0.0]
    for (name, form, posts), count in zip(tasks, counts):
        days = exposure(posts)
        for cell in [cells[name, form]] + ([pooled] if form != "as it is" else []):
            cell[0] += count
            cell[1] += days
    for (name, form), (count, days) in cells.items():
        print("  %-32s %-14s %3d in %6.1f days: %.2f x B" % (name, form, count, days, count / days / budget))
    count, days = pooled
    print("quiet      B %g: shuffled %d false incidents, %.0f promised: %.2f, at most %.2f x B (90 %%)" % (
        budget, count, days * budget, count / days / budget, upper(count) / days / budget))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", default="target/release/kentongan")
    parser.add_argument("--set", action="append", default=[], help="key=value of the configuration")
    parser.add_argument("--budget", type=float, action="append", help="B of the quiet streams (default 1)")
    parser.add_argument("--rounds", type=int, default=1, help="shuffles of each quiet stream")
    parser.add_argument("--perturbed", type=int, default=0, help="runs with other constants")
    parser.add_argument("--only", choices=("events", "quiet"))
    arguments = parser.parse_args()
    folder = os.path.join(os.environ.get("KENTONGAN_DATA", "../shared/data"), "corpora")
    if not os.path.isdir(folder):
        print("no real posts: %s is absent (set KENTONGAN_DATA)" % folder)
        return
    program = Program(arguments.program, arguments.set)
    if arguments.only != "quiet":
        streams = event_streams(folder)
        print("events     " + evaluate_events(streams, program))
        rng = random.Random(1)
        for _ in range(arguments.perturbed):
            constants = {key: value * math.exp(rng.gauss(0, 0.2)) for key, value in PERTURBED.items()}
            print("perturbed  " + evaluate_events(streams, program, lambda _: None, constants), flush=True)
    if arguments.only != "events":
        for budget in arguments.budget or [1.0]:
            evaluate_quiet(folder, program, budget, arguments.rounds)


if __name__ == "__main__":
    main()
