"""A race of dispatching rules: one parameter setting after another, drawn at random."""

from __future__ import annotations

import random

import numpy as np

from scheduling.arrays import Arrays, Reals
from scheduling.compiling import compiled
from scheduling.realise import worth
from scheduling.serial import by_urgency
from scheduling.step import Schedule
from scheduling.urgency import ATC


@compiled
def race(a: Arrays, rules: Reals, bonus: Reals, plan: Schedule) -> Reals:
    """Return what the plans of ``rules`` (R, 5) are worth, (R,)."""
    values = np.empty(len(rules))
    free = np.full(len(bonus), -1, np.int64)
    for r in range(len(rules)):
        values[r], _ = worth(a, by_urgency(a, rules[r], bonus, free, plan), plan)
    return values


def drawn(count: int, seed: int) -> Reals:
    """Return settings of ATC, (count, 5): patience .2 to 20, set-ups .1 to 5 times."""
    chance = random.Random(seed)
    rows = [
        (
            ATC,
            0.2 * 100 ** chance.random(),
            0.1 * 50 ** chance.random(),
            1.5 * chance.random(),
            max(0.0, 1.3 * chance.random() - 0.3),
        )
        for _ in range(count)
    ]
    return np.array(rows, dtype=np.float64).reshape(count, 5)
