"""Simulated annealing over priorities (Storer, Wu & Vaccari 1992: problem space).

A solution is a rule and a bonus an operation; each trial is a full dispatch, so a
change early in the plan is answered by all that comes after it. Compiled; chance is
the minimal standard generator of Park & Miller (1988), the same in pure Python.
"""

from __future__ import annotations

import numpy as np

from scheduling.arrays import (
    JOB,
    NEXT,
    Arrays,
    Reals,
    Table,
)
from scheduling.compiling import compiled, lean
from scheduling.realise import worth
from scheduling.serial import LOOK_AHEAD, SETUP_WEIGHT, WAIT_WEIGHT, K, by_urgency
from scheduling.step import Schedule

_MULTIPLIER, _MODULUS = 48271, 2147483647

#: Of the start's value: the temperature at the beginning and at the end.
WARM, COLD = 1e-3, 3e-5
#: Standard deviation of a change to a bonus, in e-folds of urgency.
STEP = 1.0


@lean
def roll(chance: Table) -> float:
    """Return the next uniform number in (0, 1); ``chance`` (1,) is the state."""
    chance[0] = chance[0] * _MULTIPLIER % _MODULUS
    return float(chance[0] / _MODULUS)


@lean
def bell(chance: Table) -> float:
    """Return a number that is nearly standard normal: a sum of three uniform ones."""
    return 2.0 * (roll(chance) + roll(chance) + roll(chance) - 1.5)


@lean
def disturb(a: Arrays, rule: Reals, bonus: Reals, chance: Table) -> None:
    """Change the rule, or the bonus of an operation, its followers or its job."""
    if roll(chance) < 0.1:
        column = (K, SETUP_WEIGHT, WAIT_WEIGHT, LOOK_AHEAD)[int(4 * roll(chance))]
        rule[column] = rule[column] * (1.0 + 0.3 * bell(chance)) + 0.01
        if rule[column] < 0.01:
            rule[column] = 0.01
        return
    o = int(len(bonus) * roll(chance))
    change, kind = STEP * bell(chance), roll(chance)
    if kind < 0.5:
        bonus[o] += change
    elif kind < 0.75:
        for n in range(len(bonus)):
            if a.operations[n, JOB] == a.operations[o, JOB]:
                bonus[n] += change
    else:
        bonus[o] += change
        while a.operations[o, NEXT] < a.operations[o + 1, NEXT]:
            o = a.following[a.operations[o, NEXT]]
            bonus[o] += change


@compiled
def anneal(
    a: Arrays,
    rule: Reals,
    bonus: Reals,
    only: Table,
    iterations: int,
    seed: int,
    plan: Schedule,
) -> float:
    """Improve ``rule`` and ``bonus`` in place; return the value they give.

    ``plan`` is scratch: dispatch once more to have the plan.
    """
    chance = np.empty(1, np.int64)
    chance[0] = seed % (_MODULUS - 1) + 1
    for _ in range(4):
        roll(chance)
    planned = by_urgency(a, rule, bonus, only, plan)
    value, _ = worth(a, planned, plan)
    best = value
    old_rule, old_bonus = rule.copy(), bonus.copy()
    best_rule, best_bonus = rule.copy(), bonus.copy()
    warmth = max(WARM * value, 1e-9)
    cooling = (COLD / WARM) ** (1.0 / max(iterations, 1))
    for _ in range(iterations):
        disturb(a, rule, bonus, chance)
        trial, _ = worth(a, by_urgency(a, rule, bonus, only, plan), plan)
        if trial <= value or roll(chance) < np.exp((value - trial) / warmth):
            value = trial
            old_rule[:], old_bonus[:] = rule, bonus
            if trial < best:
                best = trial
                best_rule[:], best_bonus[:] = rule, bonus
        else:
            rule[:], bonus[:] = old_rule, old_bonus
        warmth *= cooling
    rule[:], bonus[:] = best_rule, best_bonus
    return best
