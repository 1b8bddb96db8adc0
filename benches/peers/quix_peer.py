"""The job on Quix Streams.

Settings: PEER_CHANGELOG (1: state has a changelog, as it ships; 0: none), PEER_COMMIT_S (seconds between
commits), PEER_PACK (1: state is packed by hand, 0: JSON, as it ships).
"""
import os

import orjson
from quixstreams import Application
from quixstreams.state.rocksdb import RocksDBOptions

from job import PANE_MS, Panes, Terms, arguments

BROKERS, INPUT, ALERTS, POSTS, TERMS, NAME = arguments()
PACK = os.environ.get("PEER_PACK", "1") == "1"
# Nothing comes for so long: the end.
QUIET_S = 10.0
terms = Terms(TERMS)


def dump(value):
    return b"\0" + value if isinstance(value, bytes) else orjson.dumps(value)


def load(packed):
    return packed[1:] if packed[:1] == b"\0" else orjson.loads(packed)


def find(value, key, timestamp, headers):
    pane = timestamp // PANE_MS
    return [{"topic": topic, "pane": pane} for topic in terms.find(value)]


def count(hit, state):
    packed = state.get("panes")
    if packed is None:
        panes = Panes()
    else:
        panes = Panes.unpack(packed) if PACK else Panes(packed[0], packed[1])
    crossed = panes.add(hit["pane"], 1)
    if crossed is None:
        raise ValueError("a post came too late to be counted")
    state.set("panes", panes.pack() if PACK else [panes.newest, panes.posts])
    return [b"%s\t%d\t%d" % (hit["topic"].encode(), minutes, last) for minutes, last in crossed]


def main():
    app = Application(
        broker_address=BROKERS, consumer_group=NAME, auto_offset_reset="earliest", loglevel="WARNING",
        state_dir=os.path.join(os.environ.get("TMPDIR", "/tmp"), NAME),
        commit_interval=float(os.environ.get("PEER_COMMIT_S", "30")),
        use_changelog_topics=os.environ.get("PEER_CHANGELOG", "1") == "1",
        producer_extra_config={"compression.type": "lz4", "linger.ms": 50},
        rocksdb_options=RocksDBOptions(**({"dumps": dump, "loads": load} if PACK else {})),
    )
    posts = app.topic(INPUT, value_deserializer="bytes", key_deserializer="bytes")
    alerts = app.topic(ALERTS, value_serializer="bytes")
    frame = app.dataframe(posts).apply(find, expand=True, metadata=True)
    frame = frame.group_by("topic")
    frame = frame.apply(count, stateful=True, expand=True)
    frame.to_topic(alerts)
    app.run(timeout=QUIET_S)


if __name__ == "__main__":
    main()
