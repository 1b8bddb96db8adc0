"""Each engine: how it is started, which settings were tried, how its counts are checked.

Rule: settings that were tried stand here as variants; run.py measures all of them and the report names the best.
"""
import os
import re
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


class Job:
    """One run: the broker, the posts, a name that no other run has."""

    def __init__(self, broker, data, posts, name, work):
        self.broker, self.data, self.posts, self.name, self.work = broker, data, posts, name, work
        self.input = "posts-%d" % posts
        self.alerts = name + "-alerts"
        self.terms = os.path.join(data, "terms.txt")

    def expected(self, name):
        with open(os.path.join(self.data, name)) as lines:
            return {line.rstrip("\n") for line in lines}


def told_windows(job, _output):
    """The windows that were told are those of the truth, each once."""
    told = sorted(value.decode() for value in job.broker.values(job.alerts))
    expected = job.expected("windows.tsv")
    if set(told) == expected:
        return "%d windows told, as expected" % len(expected)
    wrong = set(told) ^ expected
    raise ValueError("%d windows told, %d expected, %d differ, such as %s"
                     % (len(told), len(expected), len(wrong), sorted(wrong)[:3]))


class Loop:
    """A librdkafka loop in Rust."""

    python = False

    def __init__(self, mode, name):
        self.mode, self.name = mode, name

    def start(self, job):
        program = os.path.join(ROOT, "target/release/examples/peer_loop")
        return subprocess.Popen([program, self.mode, job.broker.address, job.input], stderr=subprocess.PIPE)

    def wait(self, job, process):
        return process.stderr.read().decode()

    def check(self, job, output):
        read = int(re.search(r"posts=(\d+)", output).group(1))
        if read != job.posts:
            raise ValueError("%d posts read" % read)
        return "%d posts read" % read


class Streams:
    """Kafka Streams."""

    python = False

    def __init__(self, name, *settings):
        self.name, self.settings = name, settings

    def start(self, job):
        jars = os.path.join(ROOT, "target/peers/kafka-streams/jars/*")
        flags = [flag if flag.startswith("-X") else "-D" + flag for flag in self.settings]
        return subprocess.Popen(
            ["java", "-Djava.io.tmpdir=" + job.work, "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", *flags,
             "-cp", jars, "Peer", job.broker.address, job.input, job.alerts, str(job.posts), job.terms, job.name],
            stdout=subprocess.PIPE)

    def wait(self, job, process):
        return process.stdout.read().decode()

    check = staticmethod(told_windows)


class Python:
    """A Python engine."""

    python = True

    def __init__(self, name, arguments, **settings):
        self.name, self.arguments, self.settings = name, arguments, settings
        # Quix Streams ends when nothing has come for so long: that is no part of its work.
        self.quiet_s = 10 if "quix_peer.py" in arguments else 0

    def start(self, job):
        values = dict(BROKERS=job.broker.address, INPUT=job.input, ALERTS=job.alerts, POSTS=str(job.posts),
                      TERMS=job.terms, NAME=job.name, **self.settings)
        env = dict(os.environ, TMPDIR=job.work, **{"PEER_" + key: value for key, value in values.items()})
        return subprocess.Popen([sys.executable, *self.arguments], env=env, cwd=HERE, stdout=subprocess.PIPE)

    def wait(self, job, process):
        return process.stdout.read().decode()

    check = staticmethod(told_windows)


class Kentongan:
    """The service as it ships, all roles in one process."""

    python = False

    def __init__(self, name, program, gate):
        self.name, self.program, self.gate = name, program, gate

    def start(self, job):
        path = os.path.join(job.work, job.name + ".toml")
        names = "\n".join('%s = "%s-%s"' % (key, job.name, key)
                          for key in ("counts", "signals", "actions", "snapshots", "pulse"))
        with open(path, "w") as config:
            config.write(CONFIG % dict(brokers=job.broker.address, name=job.name, names=names, alerts=job.alerts,
                                       lists=os.path.join(job.data, "lists"), gate=str(self.gate).lower(),
                                       input=job.input))
        base = [self.program, "--config", path, "--log", "json"]
        subprocess.run([*base, "topics", "--create"], check=True, stdout=subprocess.DEVNULL)
        self.log = os.path.join(job.work, job.name + ".log")
        with open(self.log, "wb") as log:
            return subprocess.Popen([*base, "run"], stdout=log, stderr=log)

    def wait(self, job, process):
        """Until every post is in the ledger of detect, then it is told to stop."""
        port = None
        while process.poll() is None:
            time.sleep(0.25)
            if port is None:
                with open(self.log) as log:
                    found = re.search(r"\"address\":\"[^\"]*:(\d+)\"", log.read())
                port = found and found.group(1)
                continue
            with urllib.request.urlopen("http://127.0.0.1:%s/metrics" % port, timeout=10) as page:
                metrics = page.read().decode()
            held = re.findall(r"^kentongan_detect_ledger_posts\{[^}]*\} (\d+)", metrics, re.M)
            if sum(map(int, held)) >= job.posts:
                self.done_at = time.monotonic()
                process.terminate()
                return ""
        raise RuntimeError("it ended by itself: see " + self.log)

    def check(self, job, _output):
        program = os.path.join(ROOT, "target/release/examples/peer_loop")
        sums = subprocess.run([program, "sums", job.broker.address, job.name + "-counts"], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
        found = {line for line in sums.splitlines() if line.startswith(("watch:", "tag:"))}
        alerts = sum(b'"opened"' in value for value in job.broker.values(job.alerts))
        if not self.gate and found != job.expected("expected.tsv"):
            wrong = found ^ job.expected("expected.tsv")
            raise ValueError("%d sums differ, such as %s" % (len(wrong), sorted(wrong)[:3]))
        return "%d sums%s, %d incidents" % (len(found), "" if self.gate else ", as expected", alerts)


CONFIG = """[kafka]
brokers = "%(brokers)s"
group = "%(name)s"
alerts = "%(alerts)s"
%(names)s

[[feeds]]
name = "%(input)s"
kind = "social"
format = "plain"
time = "posted"

[relevance]
enabled = %(gate)s
lists = "%(lists)s"

[http]
listen = "127.0.0.1:0"
metrics_listen = "127.0.0.1:0"
"""
