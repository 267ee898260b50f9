"""Descent over machines: who does what, where a rule says what comes next.

For plans of which only the choice of machines is followed: a trial gives one operation
to another machine and dispatches all by the rule, which is what becomes of it.
"""

from __future__ import annotations

import random

import numpy as np

from scheduling.arrays import MODES, PINNED, Arrays, Reals, Table
from scheduling.compiling import compiled
from scheduling.serial import by_urgency
from scheduling.step import Schedule
from scheduling.worth import worth


def choices(a: Arrays, seed: int) -> Table:
    """Return what can be tried, (M, 2): operations and modes of theirs, shuffled.

    What is in work, frozen or has one mode has no choice.
    """
    frozen = set(a.prefix[:, 0].tolist())
    found = [
        (o, mode)
        for o, (first, last) in enumerate(
            zip(a.operations[:-1, MODES], a.operations[1:, MODES], strict=True)
        )
        if last - first > 1 and a.operations[o, PINNED] < 0 and o not in frozen
        for mode in range(first, last)
    ]
    random.Random(seed).shuffle(found)
    return np.array(found, dtype=np.int64).reshape(-1, 2)


@compiled
def descend(
    a: Arrays, rule: Reals, only: Table, moves: Table, trials: int, plan: Schedule
) -> int:
    """Improve ``only`` (N,), a mode an operation, in place; return the trials made.

    The moves (M, 2) are tried in turn, again and again, until there have been so many
    ``trials`` or none of them is a gain. ``plan`` is scratch.
    """
    bonus = np.zeros(len(only))
    best, _ = worth(a, by_urgency(a, rule, bonus, only, plan), plan)
    since, m, made = 0, 0, 0
    while made < trials and since < len(moves):
        o, mode = moves[m]
        m = (m + 1) % len(moves)
        since += 1
        if only[o] == mode:
            continue
        made += 1
        before = only[o]
        only[o] = mode
        value, _ = worth(a, by_urgency(a, rule, bonus, only, plan), plan)
        if value < best:
            best, since = value, 0
        else:
            only[o] = before
    return made
