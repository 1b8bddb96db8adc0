#!/usr/bin/env python3
"""How long after a post was written is the alert that it made readable, at a share of the highest rate?

    python3 latency.py --brokers ADDRESS --data FOLDER [--rate N] [--shares 10,50,90] [--seconds 90]

In: a broker, made posts (make_posts.py). Out: a table of p50 and p99. The service runs as it is shipped: all roles,
transactions, a flush every 500 ms. Without --rate the highest rate is measured first: how fast a backlog is read.
Every two seconds a hashtag that nobody has used before gets twenty posts a second among the others. Its alert says how many
posts it had counted (`observed`): the delay is the time from the writing of the last of these, until a
reader of committed records holds the alert.
"""
import argparse
import json
import os
import re
import tempfile
import threading
import time
import urllib.request

from broker import PARTITIONS, Broker
from confluent_kafka import Consumer, Producer
from engines import ROOT, Job, Kentongan

BURST_EVERY_S, BURST_POSTS, BURST_GAP_S = 2.0, 40, 0.05
STEP_S = 0.01
WARM_UP_S = 10
# What came before: hours, because an episode opens on what is known of closed ones.
BEFORE_S, BEFORE_RATE = 8_000, 10
BACKLOG = 300_000


def now_text(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + ".%03dZ" % (at % 1 * 1000)


def parts(line):
    """What stands around the id and the time of a made post."""
    head, rest = line.rstrip("\n").split('"created_at":"', 1)
    return head.split(",", 1)[1] + '"created_at":"', rest[rest.index('"'):]


class Writer(threading.Thread):
    """Writes posts at a rate, and bursts among them; notes when each post of a burst was written."""

    def __init__(self, address, topic, lines, rate, seconds):
        super().__init__()
        self.producer = Producer({"bootstrap.servers": address, "compression.type": "lz4", "linger.ms": 5,
                                  "queue.buffering.max.messages": 500_000})
        self.topic, self.lines, self.rate, self.seconds = topic, lines, rate, seconds
        self.bursts, self.written, self.late_s = {}, 0, 0.0

    def text(self, n):
        """Other words for each post, so that they are no copies."""
        tail = self.lines[(len(self.bursts) * BURST_POSTS + n) % len(self.lines)][1]
        return " ".join(tail.split('"text":"', 1)[1].split('"', 1)[0].split("#")[0].split()[:12])

    def write(self, value):
        self.producer.produce(self.topic, value.encode(), partition=self.written % PARTITIONS)
        self.written += 1

    def post(self, number, at):
        head, tail = self.lines[number % len(self.lines)]
        self.write('{"id":"w%d-%d",%s%s%s' % (self.written, number, head, now_text(at), tail))

    def fill(self):
        """The minutes before the measurement."""
        began = time.time() - BEFORE_S
        for number in range(BEFORE_S * BEFORE_RATE):
            self.post(number, began + number / BEFORE_RATE)
            self.producer.poll(0)
        self.producer.flush()

    def run(self):
        began, sent, due = time.time(), 0, []
        next_burst = began + WARM_UP_S
        while (now := time.time()) < began + self.seconds:
            if now >= next_burst and now < began + self.seconds - 5:
                tag = "laju%d" % len(self.bursts)
                self.bursts[tag] = []
                due += [(next_burst + n * BURST_GAP_S, tag, n) for n in range(BURST_POSTS)]
                next_burst += BURST_EVERY_S
            for at, tag, n in [one for one in due if one[0] <= now]:
                self.write(json.dumps({"id": "%s-%d" % (tag, n), "kind": "social", "platform": "x", "lang": "id",
                                       "author": "warga%d" % (n * 7919 % 10_007), "created_at": now_text(time.time()),
                                       "text": "%s #%s" % (self.text(n), tag)}))
                self.bursts[tag].append(time.time())
            due = [one for one in due if one[0] > now]
            wanted = int((now - began) * self.rate)
            while sent < wanted:
                self.post(sent, now)
                sent += 1
            self.producer.poll(0)
            self.late_s = max(self.late_s, time.time() - now)
            time.sleep(STEP_S)
        self.producer.flush()


class Reader(threading.Thread):
    """When the first alert of each burst could be read, and how many posts it had counted."""

    def __init__(self, address, topic):
        super().__init__(daemon=True)
        self.consumer = Consumer({"bootstrap.servers": address, "group.id": "latency", "fetch.wait.max.ms": 10,
                                  "isolation.level": "read_committed", "auto.offset.reset": "earliest"})
        self.consumer.subscribe([topic])
        self.alerts, self.ends = {}, False

    def run(self):
        while not self.ends:
            message = self.consumer.poll(0.2)
            if message is None or message.error():
                continue
            at, alert = time.time(), json.loads(message.value())
            for topic in alert.get("topics", []):
                if topic.startswith("tag:laju") and alert["topic"] == topic:
                    self.alerts.setdefault(topic[4:], (at, alert["observed"]))
        self.consumer.close()


def metrics(engine, process):
    """The ledger's posts, as the service tells them."""
    while process.poll() is None:
        with open(engine.log) as log:
            found = re.search(r"\"address\":\"[^\"]*:(\d+)\"", log.read())
        if found:
            with urllib.request.urlopen("http://127.0.0.1:%s/metrics" % found.group(1), timeout=10) as page:
                return sum(map(int, re.findall(r"^kentongan_detect_ledger_posts\{[^}]*\} (\d+)", page.read().decode(), re.M)))
        time.sleep(0.1)
    raise RuntimeError("it ended by itself: see " + engine.log)


def started(args, broker, name, posts_topic):
    job = Job(broker, os.path.join(args.data, "full"), 0, name, tempfile.mkdtemp(prefix="latency-"))
    job.input = posts_topic
    engine = Kentongan(name, args.program, gate=False)
    return job, engine, engine.start(job)


def ended(broker, process, name):
    process.terminate()
    process.wait()
    broker.delete(name)


def highest_rate(args, broker):
    """Posts a second while a backlog is read, after its first fifth."""
    name = "latency-%d-backlog" % os.getpid()
    broker.load(name + "-posts", os.path.join(args.data, "full/posts.jsonl"), BACKLOG)
    _, engine, process = started(args, broker, name, name + "-posts")
    while (first := metrics(engine, process)) < BACKLOG / 5:
        time.sleep(0.1)
    began = time.monotonic()
    while (last := metrics(engine, process)) < BACKLOG:
        time.sleep(0.1)
    rate = (last - first) / (time.monotonic() - began)
    ended(broker, process, name)
    return rate


def delays(args, broker, lines, rate):
    """The delays at one rate, sorted; how many bursts there were, how late the writer once was."""
    name = "latency-%d-%d" % (os.getpid(), rate)
    broker.create(name + "-posts")
    # Every broker has to know of it before the service asks.
    while len(broker.partitions(name + "-posts")) < PARTITIONS:
        time.sleep(0.2)
    time.sleep(2)
    job, engine, process = started(args, broker, name, name + "-posts")
    reader = Reader(broker.address, job.alerts)
    writer = Writer(broker.address, name + "-posts", lines, rate, args.seconds)
    writer.fill()
    while metrics(engine, process) < writer.written:
        time.sleep(0.5)
    reader.start()
    writer.start()
    writer.join()
    time.sleep(5)
    behind = writer.written - metrics(engine, process)
    reader.ends = True
    reader.join()
    found = [at - writer.bursts[tag][observed - 1] for tag, (at, observed) in reader.alerts.items()]
    ended(broker, process, name)
    return sorted(found), len(writer.bursts), writer.late_s, behind


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--data", required=True, help="with the folder full")
    parser.add_argument("--program", default=os.path.join(ROOT, "target/release/kentongan"))
    parser.add_argument("--rate", type=float)
    parser.add_argument("--shares", default="10,50,90")
    parser.add_argument("--seconds", type=float, default=90)
    args = parser.parse_args()
    broker = Broker(args.brokers)
    with open(os.path.join(args.data, "full/posts.jsonl")) as posts:
        lines = [parts(line) for line, _ in zip(posts, range(20_000))]
    highest = args.rate or highest_rate(args, broker)
    print("highest rate: %d posts/s" % highest)
    print("| share | posts/s | alerts of bursts | p50 ms | p99 ms | most | not read after 5 s |\n|--:|--:|--:|--:|--:|--:|--:|")
    for share in map(int, args.shares.split(",")):
        rate = highest * share / 100
        found, bursts, late_s, behind = delays(args, broker, lines, rate)
        at = lambda part: 1000 * found[min(len(found) - 1, int(len(found) * part))]  # noqa: E731
        if found:
            print("| %d %% | %d | %d of %d | %.0f | %.0f | %.0f | %d |" % (
                share, rate, len(found), bursts, at(0.5), at(0.99), 1000 * found[-1], behind), flush=True)
        else:
            print("| %d %% | %d | none of %d | | | | %d |" % (share, rate, bursts, behind), flush=True)


main()
