#!/usr/bin/env python3
"""Makes the posts that every engine gets, and what counting them must give.

    python3 make_posts.py FOLDER [--posts 1000000] [--tags 2000] [--seed 10]

Out: posts.jsonl (about 1 KB each, the plain format, in time order, a thousand a second), terms.txt (the
500 watch terms, a fifth of them of two words), lists/watchlist.toml (the same for Kentongan), expected.tsv
(topic, pane of ten seconds, posts), windows.tsv (topic, minutes, pane: each window over its threshold).
The same seed gives the same bytes. Standard library only.
"""
import argparse
import json
import os
import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from itertools import accumulate

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
POSTS_A_SECOND = 1000
PANE_S = 10
# Minutes of a window, and the posts from which on it is told.
WINDOWS = ((1, 600), (5, 2400))
WORDS = """yang dan di itu dengan untuk tidak dari dalam akan pada juga saya kami kita mereka sudah ada bisa
karena atau oleh saat lebih hari orang baru tahun lagi masih harus banyak sangat setelah jadi pagi siang malam
rumah jalan warga kota desa pasar sekolah anak ibu bapak teman kerja makan minum pulang datang pergi lihat baca
tulis dengar bicara tanya jawab beli jual bawa ambil simpan buka tutup mulai selesai cepat lambat besar kecil
panjang pendek tinggi rendah panas dingin hujan cerah angin laut gunung sungai hutan kebun sawah padi jagung
kopi teh gula garam beras ikan ayam telur sayur buah bunga daun pohon batu tanah air api lampu kabar berita foto
video musik lagu film buku cerita permainan liburan kereta bus mobil motor sepeda kapal pesawat terminal""".split()
# A sixth of the posts touch Indonesia by name, so that Kentongan's gate has something to do.
PLACES = ("banjir di Demak", "gempa terasa di Padang", "macet di Jakarta", "pasar Semarang ramai",
          "hujan deras di Kabupaten Bogor", "warga Surabaya", "Indonesia menang lagi", "longsor di Cianjur")
SYLLABLES = [a + b for a in "bdfgjkpqrsvxz" for b in "aeou"]


def made_words(rng, count):
    """Words of no language, so that each stands for itself alone."""
    words = set()
    while len(words) < count:
        words.add("".join(rng.choice(SYLLABLES) for _ in range(4)) + "x")
    return sorted(words)


def zipf(count, exponent):
    return list(accumulate((rank + 1) ** -exponent for rank in range(count)))


class Maker:
    """One seeded stream of posts; `sums` is what they add up to."""

    def __init__(self, seed, posts, tags):
        self.rng, self.posts, self.sums = random.Random(seed), posts, Counter()
        made = made_words(self.rng, 600)
        pairs = [" ".join(pair) for pair in zip(made[:100], made[100:200])]
        self.terms = pairs + made[200:600]
        self.rng.shuffle(self.terms)
        self.tags = ["kabar%dx" % number for number in range(tags)]
        self.term_weights, self.tag_weights = zipf(500, 0.9), zipf(tags, 0.9)
        # Twelve terms are suddenly talked about for two minutes each.
        seconds = max(posts // POSTS_A_SECOND, 1)
        self.bursts = [(self.rng.randrange(seconds), self.terms[20 + 7 * number]) for number in range(12)]

    def text(self, second):
        rng, found = self.rng, set()
        words = rng.choices(WORDS, k=rng.randint(24, 40))
        terms = set(rng.choices(self.terms, cum_weights=self.term_weights, k=rng.choice((0, 1, 1, 2, 3))))
        for begin, term in self.bursts:
            if begin <= second < begin + 120 and rng.random() < 0.02:
                terms.add(term)
        for term in sorted(terms):
            words.insert(rng.randrange(len(words)), term)
            found.add("watch:" + term.replace(" ", "-"))
        # A term that fell into another one's two words takes them apart: only what is left counts.
        joined = " %s " % " ".join(words)
        found = {key for key in found if " %s " % key[6:].replace("-", " ") in joined}
        tags = set(rng.choices(self.tags, cum_weights=self.tag_weights, k=rng.choice((0, 1, 1, 2))))
        words.extend("#" + tag for tag in sorted(tags))
        found.update("tag:" + tag for tag in tags)
        text = " ".join(words)
        if rng.random() < 1 / 6:
            text = rng.choice(PLACES) + ". " + text
        return text[0].upper() + text[1:], found

    def lines(self):
        for number in range(self.posts):
            at = START + timedelta(milliseconds=number * 1000 // POSTS_A_SECOND)
            text, found = self.text(number // POSTS_A_SECOND)
            pane = int(at.timestamp()) // PANE_S
            for key in found:
                self.sums[key, pane] += 1
            yield self.line(number, at, text)

    def line(self, number, at, text):
        author = self.rng.randrange(200_000)
        post = {
            "id": "p%09d" % number, "kind": "social", "platform": "x", "author": "akun%d" % author,
            "created_at": at.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (at.microsecond // 1000),
            "text": text, "lang": "id", "url": "https://x.example/akun%d/status/%d" % (author, number),
            "user": {"id": author, "name": "Akun %d" % author, "followers": author % 5000, "verified": False,
                     "description": "Suka kopi, hujan dan cerita.", "created": "2019-04-01T00:00:00Z"},
            "metrics": {"likes": number % 97, "reposts": number % 31, "replies": number % 13, "views": number % 9973},
            "conversation": "c%09d" % (number // 3), "source": "Web", "sensitive": False, "edited": False,
            "entities": {"mentions": [], "media": [{"type": "photo", "width": 1200, "height": 800}]},
        }
        line = json.dumps(post, separators=(",", ":"))
        padding = 1000 - len(line) - len(',"note":""')
        return line[:-1] + ',"note":"%s"}' % ("-" * max(padding, 0))


def windows(sums):
    """Each window over its threshold that ends with a pane in which its topic has posts."""
    topics = defaultdict(dict)
    for (topic, pane), posts in sums.items():
        topics[topic][pane] = posts
    for topic, panes in sorted(topics.items()):
        for pane in sorted(panes):
            for minutes, threshold in WINDOWS:
                length = minutes * 60 // PANE_S
                if sum(panes.get(at, 0) for at in range(pane - length + 1, pane + 1)) >= threshold:
                    yield topic, minutes, pane


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--tags", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=10)
    args = parser.parse_args()
    os.makedirs(os.path.join(args.folder, "lists"), exist_ok=True)
    path = lambda *names: os.path.join(args.folder, *names)  # noqa: E731
    maker = Maker(args.seed, args.posts, args.tags)
    with open(path("posts.jsonl"), "w") as out:
        out.writelines(line + "\n" for line in maker.lines())
    with open(path("terms.txt"), "w") as out:
        out.writelines(term + "\n" for term in maker.terms)
    with open(path("lists", "watchlist.toml"), "w") as out:
        for term in maker.terms:
            out.write('[[watch]]\nid = "%s"\nany = ["%s"]\n' % (term.replace(" ", "-"), term))
    with open(path("expected.tsv"), "w") as out:
        out.writelines("%s\t%d\t%d\n" % (*key, posts) for key, posts in sorted(maker.sums.items()))
    with open(path("windows.tsv"), "w") as out:
        out.writelines("%s\t%d\t%d\n" % window for window in windows(maker.sums))


if __name__ == "__main__":
    main()
