"""How often 95 % intervals hold the truth, in experiments that are made up.

Six cells of very different size, in which a policy has a fifth less than the reference.
A seed brings kindred luck to all cells and to both. ``spread`` is that of the values of
a cell: of normal ones in their mean, of lognormal ones that of the logarithm (weekly
tardiness of `electronics` is like .9, of `machining` like 1.3).

``python benchmarks/coverage.py [--experiments 1000] [--seeds 6,8,15,35,70]``
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The project's packages are found from its root, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
from collections.abc import Callable
from itertools import product
from math import exp

import numpy as np
from joblib import Parallel, delayed

from benchmarks.tables import sizes
from measures.statistics import (
    Interval,
    paired_difference,
    pooled_percent,
    ratio_percent,
    summed_percent,
)

SIZES = np.array([[1.0], [1.0], [3.0], [3.0], [10.0], [10.0]])
LESS = 20.0  # per cent
#: Shares of a value's variance: of the seed, of the seed in this cell, of all else.
SEED, CELL, REST = 0.7, 0.25, 0.05
LAWS = (("normal", 0.3), ("lognormal", 0.5), ("lognormal", 0.9), ("lognormal", 1.3))


def experiment(
    law: str, spread: float, seeds: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of both policies: cells by seeds."""
    shape = (len(SIZES), seeds)
    luck = SEED**0.5 * rng.normal(size=seeds) + CELL**0.5 * rng.normal(size=shape)

    def values() -> np.ndarray:
        deviation = spread * (luck + REST**0.5 * rng.normal(size=shape))
        return SIZES * (1 + deviation if law == "normal" else np.exp(deviation))

    reference = values()
    return (1 - LESS / 100) * values(), reference


def covered(
    law: str, spread: float, seeds: int, experiments: int
) -> dict[str, tuple[float, float]]:
    """Return by interval how many per cent hold the truth, and their mean width."""
    rng = np.random.default_rng(seeds)
    mean = 1.0 if law == "normal" else exp(spread**2 / 2)
    held: dict[str, list[bool]] = {}
    widths: dict[str, list[float]] = {}

    def note(name: str, found: Interval | None, truth: float, unit: float) -> None:
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held.setdefault(name, []).append(found.low <= truth <= found.high)
        widths.setdefault(name, []).append((found.high - found.low) / 2 / unit)

    for _ in range(experiments):
        ours, theirs = experiment(law, spread, seeds, rng)
        one = (ours[0].tolist(), theirs[0].tolist())
        cells = [(a.tolist(), b.tolist()) for a, b in zip(ours, theirs, strict=True)]
        note("one cell, t", paired_difference(*one), -LESS / 100 * mean, mean / 100)
        note("one cell, bootstrap", ratio_percent(*one), -LESS, 1)
        over: dict[str, Callable[..., Interval | None]] = {
            "pooled": pooled_percent,
            "sum of cells": summed_percent,
        }
        for name, estimate in over.items():
            note(name, estimate(cells), -LESS, 1)
    return {
        name: (100 * float(np.mean(held[name])), float(np.mean(widths[name])))
        for name in held
    }


def main() -> None:
    """Print coverage and half-width, a line for each law and interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=1000)
    parser.add_argument("--seeds", type=sizes, default=[6, 8, 15, 35, 70])
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    cases = list(product(LAWS, asked.seeds))
    found = Parallel(n_jobs=asked.workers)(
        delayed(covered)(*law, seeds, asked.experiments) for law, seeds in cases
    )
    by_case = dict(zip(cases, found, strict=True))
    print(f"covered, % (half-width, points); {asked.experiments} experiments each\n")
    print("| values | interval | " + " | ".join(map(str, asked.seeds)) + " |")
    print("|" + "---|" * (2 + len(asked.seeds)))
    for law in LAWS:
        for name in found[0]:
            told = [by_case[law, seeds][name] for seeds in asked.seeds]
            cells = " | ".join(f"{share:.1f} ({width:.1f})" for share, width in told)
            print(f"| {law[0]}, {law[1]:g} | {name} | {cells} |")


if __name__ == "__main__":
    main()
