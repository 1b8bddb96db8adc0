"""The job on Bytewax: `python -m bytewax.run bytewax_peer:flow`.

Settings: PEER_BATCH (posts that are read at once), PEER_SUM (1: hits of such a batch are added up before
they are shared out by topic, 0: each goes by itself).
"""
import os
from collections import Counter

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource
from bytewax.dataflow import Dataflow
from confluent_kafka import OFFSET_BEGINNING

from job import PANE_MS, Panes, Terms, arguments

BROKERS, INPUT, ALERTS, POSTS, TERMS, NAME = arguments()
SUM = os.environ.get("PEER_SUM", "1") == "1"
terms = Terms(TERMS)


def hits(messages):
    """Posts become (topic, (pane, posts))."""
    if not SUM:
        return [(topic, (message.timestamp[1] // PANE_MS, 1)) for message in messages
                for topic in terms.find(message.value)]
    sums = Counter()
    for message in messages:
        pane = message.timestamp[1] // PANE_MS
        for topic in terms.find(message.value):
            sums[topic, pane] += 1
    return [(topic, (pane, posts)) for (topic, pane), posts in sums.items()]


def count(panes, hit):
    panes = panes or Panes()
    crossed = panes.add(*hit)
    if crossed is None:
        raise ValueError("a post came too late to be counted")
    return panes, crossed


def alert(keyed):
    topic, (minutes, last) = keyed
    return KafkaSinkMessage(None, b"%s\t%d\t%d" % (topic.encode(), minutes, last))


flow = Dataflow("peer")
source = KafkaSource([BROKERS], [INPUT], starting_offset=OFFSET_BEGINNING, tail=False,
                     batch_size=int(os.environ.get("PEER_BATCH", "1000")))
found = op.flat_map_batch("find", op.input("posts", flow, source), hits)
crossed = op.stateful_flat_map("count", found, count)
op.output("alerts", op.map("alert", crossed, alert), KafkaSink([BROKERS], ALERTS))
