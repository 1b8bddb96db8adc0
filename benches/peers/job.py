"""The job as the Python engines share it: terms and hashtags of a post, sliding counts of a topic.

Rule: the fastest plain Python that does it: one regular expression, dictionaries, running sums.
"""
import os
import re
import struct

import orjson

# Minutes of a window, and the posts from which on it is told.
WINDOWS = ((1, 600), (5, 2400))
PANE_MS = 10_000
# Panes that are kept: five minutes and room for posts that come late.
KEPT = 96
TOKENS = re.compile(r"#\w+|[^\W\d_]+")


class Terms:
    """Finds watch terms (one word, or two) and hashtags, each once."""

    def __init__(self, path):
        self.words, self.pairs = {}, {}
        for term in open(path):
            term = term.strip()
            first, _, second = term.partition(" ")
            if second:
                self.pairs.setdefault(first, {})[second] = "watch:%s-%s" % (first, second)
            else:
                self.words[term] = "watch:" + term

    def find(self, value):
        tokens = TOKENS.findall(orjson.loads(value)["text"].lower())
        words, pairs, found, seconds = self.words, self.pairs, set(), None
        for token in tokens:
            if seconds is not None:
                topic = seconds.get(token)
                if topic is not None:
                    found.add(topic)
            if token in words:
                found.add(words[token])
            elif token[0] == "#":
                found.add("tag:" + token[1:])
            seconds = pairs.get(token)
        return found


class Panes:
    """What one topic counted in the last panes."""

    __slots__ = ("newest", "posts")
    LAYOUT = struct.Struct("<q%di" % KEPT)

    def __init__(self, newest=None, posts=None):
        self.newest, self.posts = newest, posts or [0] * KEPT

    def add(self, pane, more):
        """Adds posts; gives each window that has just crossed its threshold. None: too late."""
        posts, newest = self.posts, self.newest
        if newest is None:
            newest = self.newest = pane
        elif pane > newest:
            for empty in range(max(newest, pane - KEPT) + 1, pane + 1):
                posts[empty % KEPT] = 0
            newest = self.newest = pane
        elif pane <= newest - KEPT:
            return None
        before = posts[pane % KEPT]
        posts[pane % KEPT] = before + more
        crossed = []
        for minutes, threshold in WINDOWS:
            length = minutes * 6
            for last in range(pane, min(pane + length, newest + 1)):
                if not posts[last % KEPT]:
                    continue
                total = self.total(last, length)
                if total >= threshold and (total - more < threshold or (last == pane and not before)):
                    crossed.append((minutes, last))
        return crossed

    def total(self, last, length):
        """Posts of the window of so many panes that ends with `last`."""
        end, oldest = last % KEPT + 1, max(0, length - (KEPT - (self.newest - last)))
        start = end - (length - oldest)
        posts = self.posts
        return sum(posts[start:end]) if start >= 0 else sum(posts[start:]) + sum(posts[:end])

    def pack(self):
        return self.LAYOUT.pack(self.newest, *self.posts)

    @classmethod
    def unpack(cls, packed):
        newest, *posts = cls.LAYOUT.unpack(packed)
        return cls(newest, posts)


def arguments():
    """Brokers, input, output, posts, terms, a name of this run: from the environment, as run.py sets it."""
    return [os.environ["PEER_" + name] for name in ("BROKERS", "INPUT", "ALERTS", "POSTS", "TERMS", "NAME")]
