#!/usr/bin/env python3
"""The same job on every engine: CPU seconds for a million posts, posts a second, peak memory, ratios.

    python3 run.py --brokers ADDRESS [--broker-pid PID] --data FOLDER [--runs 3] [--only NAME]...
                   [--results FILE] [--report]

`make bench-peers` makes the posts, starts a broker and calls this. Each engine runs alone, several times, in
a process of its own whose CPU time the system counts; a run whose counts are wrong ends the whole. --report
writes the medians into docs/benchmarks.md and draws docs/peers-cost.svg. The Python engines get the first
tenth of the posts: what a post costs them does not change with their number.
"""
import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time

import report
from broker import Broker
from engines import ROOT, Job, Kentongan, Loop, Python, Streams


def engines(program):
    bytewax = ["-m", "bytewax.run", "bytewax_peer:flow"]
    return [
        Loop("fetch", "loop that only reads"),
        Loop("decode", "loop that only decodes"),
        Kentongan("Kentongan, gate off", program, gate=False),
        Kentongan("Kentongan, full job", program, gate=True),
        Streams("Kafka Streams"),
        Streams("Kafka Streams, Parallel GC", "-XX:+UseParallelGC", "-Xmx1g"),
        Streams("Kafka Streams, RocksDB", "store=rocksdb"),
        Streams("Kafka Streams, exactly once", "guarantee=exactly_once_v2", "commit_ms=500"),
        Streams("Kafka Streams, hits summed before", "sum_ms=500", "-XX:+UseParallelGC", "-Xmx1g"),
        Python("Bytewax", bytewax),
        Python("Bytewax, hits not summed", bytewax, SUM="0"),
        Python("Quix Streams", ["quix_peer.py"], CHANGELOG="0"),
        Python("Quix Streams, changelog", ["quix_peer.py"]),
        Python("Quix Streams, state as JSON", ["quix_peer.py"], PACK="0"),
    ]


def measure(engine, job):
    """One run: the process's own CPU, the broker's, memory, time."""
    if not isinstance(engine, (Loop, Kentongan)):
        job.broker.create(job.alerts, 1)
    broker_before, begun = job.broker.cpu(), time.monotonic()
    engine.done_at = None
    process = engine.start(job)
    output = engine.wait(job, process)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = (engine.done_at or time.monotonic()) - begun - getattr(engine, "quiet_s", 0)
    broker = job.broker.cpu() - broker_before
    if process.returncode:
        raise RuntimeError("%s: exit code %d" % (engine.name, process.returncode))
    checked = engine.check(job, output)
    million = job.posts / 1e6
    return {
        "cpu_s_per_million": (used.ru_utime + used.ru_stime) / million,
        "broker_cpu_s_per_million": broker / million,
        "posts_per_s": job.posts / wall,
        "peak_mb": used.ru_maxrss / 1024,
        "posts": job.posts,
        "checked": checked,
        "said": output.strip().splitlines()[-1] if output.strip() else "",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--broker-pid", type=int)
    parser.add_argument("--data", required=True, help="with the folders full and tenth")
    parser.add_argument("--program", default=os.path.join(ROOT, "target/release/kentongan"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--results", default=os.path.join(ROOT, "target/peers/results.json"))
    parser.add_argument("--report", action="store_true")
    args = parser.parse_args()
    broker = Broker(args.brokers, args.broker_pid)
    results = json.load(open(args.results)) if os.path.exists(args.results) else {}
    for place, engine in enumerate(engines(args.program)):
        if args.only and engine.name not in args.only:
            continue
        data = os.path.join(args.data, "tenth" if engine.python else "full")
        with open(os.path.join(data, "posts.jsonl"), "rb") as lines:
            posts = sum(1 for _ in lines)
        broker.load("posts-%d" % posts, os.path.join(data, "posts.jsonl"), posts)
        runs = []
        for number in range(args.runs):
            work = tempfile.mkdtemp(prefix="peers-")
            name = "peer-%d-%d-%d-" % (os.getpid(), place, number)
            try:
                runs.append(measure(engine, Job(broker, data, posts, name, work)))
            finally:
                broker.delete(name)
                shutil.rmtree(work, ignore_errors=True)
            print("%-36s %s" % (engine.name, json.dumps(runs[-1])), file=sys.stderr, flush=True)
        results[engine.name] = runs
        os.makedirs(os.path.dirname(args.results), exist_ok=True)
        with open(args.results, "w") as out:
            json.dump(results, out, indent=1)
    medians = {name: {key: statistics.median(run[key] for run in runs)
                      for key in ("cpu_s_per_million", "broker_cpu_s_per_million", "posts_per_s", "peak_mb")}
               for name, runs in results.items()}
    print(report.table(medians))
    if args.report:
        report.write(ROOT, medians)


main()
