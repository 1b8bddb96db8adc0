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


def forty_topics():
    """An earthquake that is talked about under forty names: hazards, districts, hashtags, in two languages, one
    wave of them after the other, with news that many link to."""
    dice = random.Random(40)
    posts = simulate([], "4h", rate=0.03)
    shaken = "GempaLombok gempa Lombok PrayForLombok earthquake BMKG NTB Mataram infogempa Indonesia gempabumi Senggigi"
    fled = "tsunami evakuasi GiliTrawangan LombokUtara gempasusulan Pemenang Sembalun Rinjani LombokEarthquake tenda"
    helped = "Basarnas PMI BNPB TNIPolri DonasiLombok relawan posko SaveLombok LombokBangkit MataramHospital"
    felt = ["goyang keras sekali", "lampu mati semua", "kami lari ke lapangan", "tembok rumah retak", "terasa lama"]
    asked = ["butuh tenda dan air bersih", "posko menampung pengungsi", "relawan berangkat ke utara", "jalan tertutup longsor"]
    where = ["di Mataram", "di Senggigi", "di Lombok Timur", "di Lombok Utara", "dekat Sembalun", "di Lombok", "di NTB", ""]
    english = ["Earthquake felt all over", "We ran out of the hotel, earthquake in", "Strong shaking, praying for everyone in"]
    for number in range(1200):
        minutes = 180 + 14 * (number / 1200) ** 0.8
        tags = dice.sample(shaken.split(), dice.choice([0, 1, 1, 2]))
        if minutes > 182:
            tags += dice.sample(fled.split(), dice.choice([0, 0, 1]))
        if minutes > 185:
            tags += dice.sample(helped.split(), dice.choice([0, 0, 1]))
        members = {"repost_of": f"own-{dice.randrange(number)}"} if number > 5 and dice.random() < 0.25 else {}
        if dice.random() < 0.15:
            text, members["lang"] = f"{dice.choice(english)} Lombok, Indonesia", "en"
        elif minutes > 182 and dice.random() < 0.2:
            text = f"Peringatan dini tsunami {dice.choice(where)}, {dice.choice(felt)}"
        else:
            text = f"Gempa {dice.choice(where)}, {dice.choice(felt if minutes < 184 else felt + asked)}"
        text += f" {dice.randrange(1000)}" + "".join(f" #{tag}" for tag in tags)
        if dice.random() < 0.05:
            text += " https://kabarnusa.example/gempa-lombok"
        posts.append(post(number, minutes, text, **members))
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
    write("forty-topics", forty_topics())
    first, second = idle_partition()
    write("idle-partition", first, "posts-1.jsonl")
    write("idle-partition", second, "posts-2.jsonl", keep_order=True)


main()
