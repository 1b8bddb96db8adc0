#!/usr/bin/env python3
"""Makes the posts of the scenarios again: tests/scenarios/make.py target/debug/kentongan

Each folder holds what `kentongan replay` is given: config.toml and posts*.jsonl, a file for each partition. The
posts are `simulate`'s with a fixed seed, and what simulate cannot say is written out here. Whoever runs this
changes the snapshots beside tests/scenarios.rs: read the difference as a duty officer would.
"""

import json
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
START = datetime.fromisoformat("2026-01-04T17:00:00+00:00")


def simulate(events, length, rate=0.04, seed=7):
    """The posts of a quiet day with these events, as objects."""
    script = HERE / "events.tmp.toml"
    script.write_text("".join(f"[[event]]\n{event}\n" for event in events))
    line = [sys.argv[1], "simulate", "--events", script, "--for", length]
    line += ["--rate", str(rate), "--seed", str(seed)]
    made = subprocess.run(line, check=True, capture_output=True, text=True).stdout
    script.unlink()
    return [json.loads(line) for line in made.splitlines()]


def post(number, minutes, text, **members):
    at = START + timedelta(minutes=minutes)
    made = {
        "id": f"own-{number}",
        "kind": "social",
        "platform": "simulasi",
        "author": f"saksi{number}",
        "created_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "text": text,
        "lang": "id",
    }
    return made | members


def retweet_storm():
    """One post about dolphins is passed on by three hundred people; thirty say something of their own."""
    dice = random.Random(11)
    posts = simulate([], "4h")
    words = "Lumba-lumba masuk Teluk Ambon pagi ini, dekat sekali dengan dermaga"
    posts.append(post(0, 180, words, author="nelayan.pagi"))
    for number in range(1, 301):
        minutes = 180 + 40 * dice.random() ** 1.5
        posts.append(post(number, minutes, f"RT @nelayan.pagi: {words}", repost_of="own-0"))
    who = ["Anak saya", "Nenek", "Tetangga", "Pak guru", "Kapten kapal", "Adik"]
    did = ["ikut melihat", "sempat memotret", "tidak percaya ada", "baru tahu ada", "menunggu"]
    own = [f"{one} {two} lumba-lumba di Ambon" for one in who for two in did]
    for number, text in enumerate(own, 301):
        posts.append(post(number, 181 + 38 * dice.random(), text))
    return posts


def idle_partition():
    """The second partition falls silent before the earthquake, and comes back with old posts."""
    quake = 'kind = "earthquake"\nat = "3h"\nstrength = 0.5\nduration = "25m"\nplace = "Palu"'
    first = simulate([quake], "4h", rate=0.03)
    second = [made for made in simulate([], "100m", rate=0.03, seed=8)]
    for made in second:
        made["id"] = f"b-{made['id']}"
    second.append(post(1, 215, "Baru ada sinyal lagi di Palu"))
    for number in range(2, 22):
        second.append(post(number, 178 + number, f"Gempa di Palu, laporan lama nomor {number}"))
    return first, second


def unlisted_crisis():
    """Steamed rolls with black specks: no hashtag, no place, no hazard, nothing that is watched for."""
    dice = random.Random(5)
    posts = simulate([], "5h")
    who = ["Anak saya", "Tetangga depan", "Murid kelas dua", "Keponakan", "Rekan sekantor", "Penjaga kantin"]
    did = ["nemu bintik hitam di", "mual habis menelan", "membuang sekotak", "memotret isi", "mengembalikan"]
    call = ["BPOM kemana", "mohon BPOM periksa", "sudah lapor BPOM", "BPOM tolong tarik"]
    texts = [f"{one} {two} roti kukus Pelangi, {ask}" for one in who for two in did for ask in call]
    for number, text in enumerate(dice.sample(texts, 60)):
        posts.append(post(number, 180 + 40 * dice.random() ** 1.5, text))
    return posts


def write(folder, posts, name="posts.jsonl", keep_order=False):
    if not keep_order:
        posts = sorted(posts, key=lambda made: made["created_at"])
    lines = (json.dumps(made, ensure_ascii=False, separators=(",", ":")) for made in posts)
    path = HERE / folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{path.stat().st_size:>8} bytes {path.relative_to(HERE)}")


def main():
    quake = 'kind = "earthquake"\nat = "3h"\nstrength = 0.7\nduration = "30m"\nplace = "Lombok"'
    write("earthquake", simulate([quake], "5h30m", rate=0.03))
    push = 'kind = "push"\nat = "3h"\nstrength = 0.4\nduration = "20m"\naccounts = 15'
    write("hashtag-push", simulate([push], "5h30m", rate=0.03))
    flood = 'kind = "flood"\nat = "3h"\nstrength = 0.15\nramp = "30m"\nduration = "60m"'
    write("slow-flood", simulate([flood], "4h30m"))
    press = 'kind = "press"\nat = "5h"\nstrength = 0.1\nduration = "45m"'
    write("news-first", simulate([press], "6h", rate=0.05))
    write("quiet-day", simulate([], "24h", rate=0.015))
    write("retweet-storm", retweet_storm())
    write("unlisted-crisis", unlisted_crisis())
    first, second = idle_partition()
    write("idle-partition", first, "posts-1.jsonl")
    write("idle-partition", second, "posts-2.jsonl", keep_order=True)


main()
