"""What the measurement needs of the broker: topics, loading, reading to the end, its own CPU time."""
import json
import os
import time
from datetime import datetime, timezone

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PARTITIONS = 8
TICKS = os.sysconf("SC_CLK_TCK")


class Broker:
    def __init__(self, address, pid=None):
        self.address, self.pid = address, pid
        self.admin = AdminClient({"bootstrap.servers": address})

    def cpu(self):
        """Seconds of CPU that the broker has used; 0 where its process is not known."""
        if not self.pid:
            return 0.0
        with open("/proc/%d/stat" % self.pid) as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def create(self, name, partitions=PARTITIONS):
        topic = NewTopic(name, num_partitions=partitions, replication_factor=1,
                         config={"retention.ms": "-1", "compression.type": "producer"})
        for made in self.admin.create_topics([topic]).values():
            made.result()

    def delete(self, prefix):
        names = [name for name in self.admin.list_topics(timeout=10).topics if name.startswith(prefix)]
        if names:
            for gone in self.admin.delete_topics(names).values():
                gone.result()

    def partitions(self, name):
        found = self.admin.list_topics(timeout=10).topics.get(name)
        return [] if found is None else sorted(found.partitions)

    def records(self, name):
        """How many records the topic has, markers of transactions among them."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "peers-count"})
        ends = [consumer.get_watermark_offsets(TopicPartition(name, number), timeout=10)
                for number in self.partitions(name)]
        consumer.close()
        return sum(high - low for low, high in ends)

    def load(self, name, path, posts):
        """Writes the first `posts` lines of a file, in turn to each partition; nothing if they are there."""
        if self.partitions(name):
            if self.records(name) == posts:
                return
            self.delete(name)
            time.sleep(3)
        self.create(name)
        producer = Producer({"bootstrap.servers": self.address, "compression.type": "lz4", "linger.ms": 20,
                             "batch.size": 262_144, "queue.buffering.max.messages": 500_000})
        with open(path, "rb") as lines:
            for number, line in zip(range(posts), lines):
                created = json.loads(line)["created_at"].replace("Z", "+00:00")
                at = datetime.fromisoformat(created).astimezone(timezone.utc)
                while True:
                    try:
                        producer.produce(name, line.rstrip(b"\n"), partition=number % PARTITIONS,
                                         timestamp=round(at.timestamp() * 1000))
                        break
                    except BufferError:
                        producer.poll(0.1)
                producer.poll(0)
        producer.flush()

    def values(self, name):
        """Every committed value of a topic."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "peers-read",
                             "enable.auto.commit": False, "enable.partition.eof": True})
        numbers = self.partitions(name)
        consumer.assign([TopicPartition(name, number, 0) for number in numbers])
        ended = set()
        while len(ended) < len(numbers):
            message = consumer.poll(10)
            if message is None:
                raise TimeoutError("nothing of %s for ten seconds" % name)
            if message.error() is None:
                yield message.value()
            elif message.error().code() == KafkaError._PARTITION_EOF:
                ended.add(message.partition())
            else:
                raise RuntimeError(message.error())
        consumer.close()
