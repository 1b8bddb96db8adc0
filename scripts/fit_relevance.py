#!/usr/bin/env python3
"""Fits the weights of config/relevance.toml on labelled posts, and says how well they would do on others.

In:  a program that knows `classify`, and files of posts with `touches_indonesia` (true or false) and
     perhaps `doubtful`; doubtful posts count with a quarter of the others' weight, and not in the figures.
Out: cross-validated precision, recall and F1; with --write the weights, rounded, in the file.

    python3 scripts/fit_relevance.py target/release/kentongan labelled.jsonl more.jsonl --write

Logistic regression (numpy). What a witness found for the k-th time adds is halved each time, as in
src/relevance/score.rs. Each weight keeps the sign that its meaning gives it, and is drawn towards a
value that a person would give (PRIOR), so that witnesses which the sample hardly holds stay sensible.
The figures come from folds that were not fitted on, the threshold included. Near-copies and the
parts of one source text stay in one fold (the first words decide).
"""
import argparse
import collections
import hashlib
import json
import pathlib
import re
import subprocess

import numpy as np

FILE = pathlib.Path(__file__).resolve().parent.parent / "config/relevance.toml"
# What each witness should add if the sample said nothing; the sign is never left.
PRIOR = {
    "country": 4.0, "abroad": 3.0, "institution": 3.0, "public-life": 1.5, "person": 3.0, "everyday": 0.8, "surname": 1.5,
    "culture": 2.0, "movement": 3.0, "place": 3.0, "common-place": 2.0, "cued-place": 2.5,
    "lonely-name": 0.5, "dateline": 0.2, "headline": 1.0, "coordinates": 5.0, "location": 0.5,
    "home-link": 1.5, "outlet": -0.5, "indonesian": 0.5, "malay": -1.0, "hazard-at-home": 0.5,
    "foreign": -1.0, "foreign-headline": -1.5, "malaysia": -1.5, "sounds-alike": -1.5,
    "small-talk": -0.5,
}
NAMES = list(PRIOR)
CENTRE = np.array([PRIOR[name] for name in NAMES])
SIGN = np.sign(CENTRE)
# The rule of the second witness: an ordinary name alone must not decide.
MOST = np.array([0.5 if name == "lonely-name" else np.inf for name in NAMES])


def classify(program, path):
    run = subprocess.run([program, "classify", path], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def features(verdict):
    seen, row = collections.Counter(), np.zeros(len(NAMES))
    for item in verdict.get("evidence", []):
        name = item["witness"]
        row[NAMES.index(name)] += 0.5 ** seen[name]
        seen[name] += 1
    return row


def fold_of(post, folds):
    text = " ".join(filter(None, (post.get("title"), post.get("text"))))
    head = " ".join(re.findall(r"\w+", text.casefold())[:6])
    return int(hashlib.sha256(head.encode()).hexdigest(), 16) % folds


def fit(x, y, weight, pull, steps=4000):
    """Projected gradient with momentum; the last column is the constant."""
    beta, speed = np.append(CENTRE, -2.0), 0.0
    scale = weight.sum()
    curvature = 0.25 * (weight[:, None] * x * x).sum(0) / scale * 6 + pull / scale + 1e-3
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        slope = x.T @ (weight * (chance - y)) / scale
        slope[:-1] += pull * (beta[:-1] - CENTRE) / scale
        speed = 0.8 * speed - 0.3 * slope / curvature
        beta = beta + speed
        wrong = np.append(SIGN * beta[:-1] < 0, False)
        beta[wrong] = 0.0
        beta[:-1] = np.minimum(beta[:-1], MOST)
    return beta


def figures(hit, y):
    tp, fp, fn = (hit & y).sum(), (hit & ~y).sum(), (~hit & y).sum()
    precision, recall = tp / max(tp + fp, 1), tp / max(tp + fn, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def best_cut(score, y):
    """The cut with the best F1 among those with precision no smaller than recall."""
    best = (0.0, 0.0)
    for cut in np.arange(-2, 2, 0.05):
        precision, recall, f1 = figures(score >= cut, y)
        if precision >= recall - 0.005 and f1 > best[0]:
            best = (f1, cut)
    return best[1]


def cross_validate(x, y, weight, sure, fold, pull):
    score, hit = np.zeros(len(y)), np.zeros(len(y), bool)
    for number in sorted(set(fold)):
        train, test = fold != number, fold == number
        beta = fit(x[train], y[train].astype(float), weight[train], pull)
        cut = best_cut(x[train & sure] @ beta, y[train & sure])
        score[test] = x[test] @ beta
        hit[test] = score[test] >= cut
    return hit, score


def write(beta, cut):
    text = FILE.read_text("utf-8")
    head = text[:text.index("threshold =")]
    lines = [f"{name} = {value + 0.0:.2f}" for name, value in zip(NAMES, beta)]
    FILE.write_text(f"{head}threshold = {cut - beta[-1]:.2f}\n\n[weights]\n" + "\n".join(lines) + "\n",
                    "utf-8")
    print("written:", FILE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--pull", type=float, default=2.0, help="strength of the prior")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true", help="print what the folds judge wrongly")
    arguments = parser.parse_args()
    posts = [json.loads(line) for path in arguments.files for line in open(path, encoding="utf-8")]
    verdicts = [verdict for path in arguments.files for verdict in classify(arguments.program, path)]
    x = np.array([np.append(features(verdict), 1.0) for verdict in verdicts])
    y = np.array([post["touches_indonesia"] for post in posts])
    sure = np.array([not post.get("doubtful") for post in posts])
    weight = np.where(sure, 1.0, 0.25)
    fold = np.array([fold_of(post, arguments.folds) for post in posts])
    hit, score = cross_validate(x, y, weight, sure, fold, arguments.pull)
    for name, keep in [("all sure posts", sure), ("doubtful too", sure | True)] + [
            (f"source {s}", sure & np.array([p.get("source") == s for p in posts]))
            for s in sorted({p.get("source") or "" for p in posts}) if arguments.errors]:
        precision, recall, f1 = figures(hit[keep], y[keep])
        print(f"{name}: precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f} on {keep.sum()}")
    if arguments.errors:
        for at in np.flatnonzero((hit != y) & sure):
            text = " ".join(filter(None, (posts[at].get("title"), posts[at].get("text"))))
            words = " ".join(f"{e['witness']}:{e['found']}" for e in verdicts[at].get("evidence", []))
            print("FP" if hit[at] else "FN", posts[at].get("source"), posts[at].get("lang"),
                  f"{score[at]:.1f}", text[:260].replace("\n", " "), "<<", words[:200])
    beta = fit(x, y.astype(float), weight, arguments.pull)
    cut = best_cut(x[sure] @ beta, y[sure])
    for name, value in zip(NAMES, beta):
        print(f"  {name} {value:.2f}")
    if arguments.write:
        write(beta, cut)


if __name__ == "__main__":
    main()
