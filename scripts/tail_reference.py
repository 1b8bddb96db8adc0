#!/usr/bin/env python3
"""Writes tests/data/tail_reference.csv: surprises that the Rust code must reproduce to 1e-12.

Independent of src/detect/tail: the probability is summed term by term in 60 digits
(mpmath, from PyPI), the upper tail or one minus the lower one, whichever is shorter.

    python3 scripts/tail_reference.py > tests/data/tail_reference.csv
"""
import sys

from mpmath import mp, mpf

mp.dps = 60
TERMS_MAX = 2_000_000
SCALE = 1 << 240


def upper(count, mean, shape):
    """P(Y >= count) over P(Y = count), and None if the sum is too long."""
    q = mean / (mean + shape)
    num, one = int(q * SCALE), SCALE
    r = int(shape * SCALE)
    term = total = one
    for k in range(TERMS_MAX):
        # term *= q (shape + count + k) / (count + 1 + k)
        term = term * num * (r + (count + k) * SCALE) // (SCALE * SCALE * (count + 1 + k))
        total += term
        if term < (total >> 110):
            return mpf(total) / SCALE
    return None


def lower(count, mean, shape):
    """P(Y < count), the sum of `count` terms."""
    if count > TERMS_MAX:
        return None
    q = mean / (mean + shape)
    num, r = int(q * SCALE), int(shape * SCALE)
    term = total = SCALE
    for k in range(count - 1):
        term = term * num * (r + k * SCALE) // (SCALE * SCALE * (k + 1))
        total += term
    return mpf(total) / SCALE * mp.power(shape / (mean + shape), shape)


def surprise(count, mean, variance):
    mean, variance = mpf(mean), max(mpf(variance), mpf(1.0001) * mpf(mean))
    shape = mean * mean / (variance - mean)
    ratio = upper(count, mean, shape)
    if ratio is None:
        below = lower(count, mean, shape)
        return None if below is None else -mp.log10(1 - below)
    log_mass = (mp.loggamma(shape + count) - mp.loggamma(shape) - mp.loggamma(count + 1)
                + count * mp.log(mean / (mean + shape))
                + shape * mp.log(shape / (mean + shape)))
    return -(log_mass + mp.log(ratio)) / mp.log(10)


def points():
    for mean in (1e-9, 1e-6, 1e-3, 0.03, 0.5, 1.0, 7.3, 45.0, 1e3, 2.5e4, 1e6, 9.5e6):
        for dispersion in (1.0002, 1.05, 1.5, 3.0, 20.0, 1e3, 1e5):
            deviation = (mean * dispersion) ** 0.5
            counts = {int(mean) + 1, int(mean) + 2}
            for deviations in (0.5, 2.0, 5.0, 12.0, 40.0):
                counts.add(int(mean + deviations * deviation) + 1)
            for count in sorted(counts):
                if mean < count <= 10_000_000:
                    yield count, mean, mean * dispersion
    # Far out, and the cold start: shapes of 1/2 and 5 whatever the mean.
    for mean in (1e-3, 1.0, 1e3, 1e5):
        for factor in (30, 1000):
            yield int(mean * factor) + 3, mean, 1.5 * mean
        for shape in (0.5, 5.0):
            for factor in (1.001, 2.0, 20.0):
                yield int(mean * factor) + 1, mean, mean + mean * mean / shape


def main():
    print("observed,expected,variance,surprise")
    done = set()
    for count, mean, variance in points():
        if (count, mean, variance) in done:
            continue
        done.add((count, mean, variance))
        value = surprise(count, mean, variance)
        if value is None:
            print("left out, too long:", count, mean, variance, file=sys.stderr)
        else:
            print("%d,%r,%r,%s" % (count, mean, variance, mp.nstr(value, 20)))


if __name__ == "__main__":
    main()
