"""Simulated annealing over priorities (Storer, Wu & Vaccari 1992: problem space).

A solution is a rule and a bonus an operation; each trial is a full dispatch, so a
change early in the plan is answered by all that comes after it.
"""

from __future__ import annotations

from scheduling.arrays import JOB, NEXT, Arrays, Reals, Table
from scheduling.compiling import compiled, lean
from scheduling.course import course_of
from scheduling.search.chance import accepts, bell, roll, seeded
from scheduling.serial import by_urgency_again
from scheduling.step import Schedule
from scheduling.urgency import LOOK_AHEAD, SETUP_WEIGHT, WAIT_WEIGHT, K
from scheduling.worth import worth

#: Standard deviation of a change to a bonus, in e-folds of urgency.
STEP = 1.0


@lean
def disturb(a: Arrays, rule: Reals, bonus: Reals, chance: Table) -> bool:
    """Change the bonus of an operation, its followers or its job; or the rule.

    Returns
    -------
    bool
        Whether it is the rule that has changed.
    """
    if roll(chance) < 0.1:
        column = (K, SETUP_WEIGHT, WAIT_WEIGHT, LOOK_AHEAD)[int(4 * roll(chance))]
        rule[column] = rule[column] * (1.0 + 0.3 * bell(chance)) + 0.01
        if rule[column] < 0.01:
            rule[column] = 0.01
        return True
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
    return False


@compiled
def anneal_priorities(
    a: Arrays,
    rule: Reals,
    bonus: Reals,
    only: Table,
    iterations: int,
    heat: tuple[float, float],
    seed: int,
    plan: Schedule,
) -> float:
    """Improve ``rule`` and ``bonus`` in place; return the value they give.

    ``heat`` is the temperature at first and at last; ``plan`` is scratch: dispatch
    once more to have the plan.
    """
    chance = seeded(seed)
    known, course = course_of(len(bonus)), course_of(len(bonus))
    unknown = course_of(0)
    planned = by_urgency_again(a, rule, bonus, only, plan, bonus, unknown, known)
    value, _ = worth(a, planned, plan)
    best = value
    old_rule, old_bonus = rule.copy(), bonus.copy()
    best_rule, best_bonus = rule.copy(), bonus.copy()
    warmth = max(heat[0], 1e-9)
    cooling = (max(heat[1], 1e-9) / warmth) ** (1.0 / max(iterations, 1))
    for _ in range(iterations):
        past = unknown if disturb(a, rule, bonus, chance) else known
        planned = by_urgency_again(a, rule, bonus, only, plan, old_bonus, past, course)
        trial, _ = worth(a, planned, plan)
        if accepts(value, trial, warmth, chance):
            value = trial
            known, course = course, known
            old_rule[:], old_bonus[:] = rule, bonus
            if trial < best:
                best = trial
                best_rule[:], best_bonus[:] = rule, bonus
        else:
            rule[:], bonus[:] = old_rule, old_bonus
        warmth *= cooling
    rule[:], bonus[:] = best_rule, best_bonus
    return best
