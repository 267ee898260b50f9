"""Chance for compiled searches: the minimal standard generator, and when to accept.

Park & Miller (1988): the same numbers in compiled code, in pure Python, on every
machine.
"""

from __future__ import annotations

import numpy as np

from scheduling.arrays import Table
from scheduling.compiling import compiled, lean

_MULTIPLIER, _MODULUS = 48271, 2147483647


@compiled
def seeded(seed: int) -> Table:
    """Return the state of a generator, (1,)."""
    chance = np.empty(1, np.int64)
    chance[0] = seed % (_MODULUS - 1) + 1
    for _ in range(4):
        roll(chance)
    return chance


@lean
def roll(chance: Table) -> float:
    """Return the next uniform number in (0, 1)."""
    chance[0] = chance[0] * _MULTIPLIER % _MODULUS
    return float(chance[0] / _MODULUS)


@lean
def bell(chance: Table) -> float:
    """Return a number that is nearly standard normal: a sum of three uniform ones."""
    return 2.0 * (roll(chance) + roll(chance) + roll(chance) - 1.5)


@lean
def accepts(value: float, trial: float, warmth: float, chance: Table) -> bool:
    """Return whether annealing goes on from a trial (Metropolis et al. 1953)."""
    return trial <= value or roll(chance) < np.exp((value - trial) / warmth)
