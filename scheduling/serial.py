"""Dispatch: plan the most urgent operation, again and again.

The serial scheme of Kolisch (1996), compiled. It only decides; times come from the
step, urgencies from :mod:`scheduling.urgency`.
"""

from __future__ import annotations

import numpy as np

from scheduling.arrays import (
    AWAITED,
    DUE,
    DURATION,
    JOB,
    MODES,
    NEXT,
    PINNED,
    TAIL,
    TYPICAL,
    Arrays,
    Reals,
    Table,
)
from scheduling.candidate import (
    C_FREE,
    C_MODE,
    C_READY,
    C_SETUP,
    C_STALE,
    C_START,
    propose,
    spoilt,
)
from scheduling.compiling import compiled, lean
from scheduling.step import MODE, Schedule, State, commit, start_state
from scheduling.urgency import urgency

_urgency = lean(urgency)

# a rule as a vector
FORMULA, K, SETUP_WEIGHT, WAIT_WEIGHT, LOOK_AHEAD = range(5)


@lean
def urgency_of(a: Arrays, c: int, found: Table, front: int, rule: Reals) -> float:
    """Return the urgency of candidate ``c`` when the plan has come to ``front``."""
    job = a.operations[c, JOB]
    idle = found[C_START] - max(found[C_FREE], front) - found[C_SETUP]
    return _urgency(
        int(rule[FORMULA]),
        rule[K],
        rule[SETUP_WEIGHT],
        rule[WAIT_WEIGHT],
        a.rates[job],
        float(a.modes[found[C_MODE], DURATION]),
        float(a.jobs[job, DUE] - a.operations[c, TAIL] - front),
        float(a.operations[c, TAIL]),
        float(found[C_READY]),
        float(a.jobs[job, DUE]),
        float(found[C_SETUP]),
        float(max(idle, 0)),
        a.prices[TYPICAL],
    )


@lean
def most_urgent(
    a: Arrays, open_: Table, count: int, found: Table, rule: Reals, bonus: Reals
) -> int:
    """Return the position of the most urgent candidate that could start soon.

    Soon: within the rule's look-ahead of the earliest. Ties: the earlier start, then
    the first in the problem.
    """
    front = found[open_[0], C_START]
    for p in range(1, count):
        front = min(front, found[open_[p], C_START])
    limit = front + rule[LOOK_AHEAD] * a.prices[TYPICAL]
    best, best_value = -1, 0.0
    for p in range(count):
        c = open_[p]
        if found[c, C_START] > limit:
            continue
        value = urgency_of(a, c, found[c], front, rule) + bonus[c]
        if best >= 0 and value == best_value:
            b = open_[best]
            sooner = found[c, C_START] < found[b, C_START]
            if sooner or (found[c, C_START] == found[b, C_START] and c < b):
                best = p
        elif best < 0 or value > best_value:
            best, best_value = p, value
    return best


@lean
def admit(a: Arrays, o: int, waiting: Table, open_: Table, count: int) -> int:
    """Make those candidates that waited for ``o`` alone; return how many there are."""
    for n in range(a.operations[o, NEXT], a.operations[o + 1, NEXT]):
        c = a.following[n]
        waiting[c] -= 1
        if waiting[c] == 0 and a.operations[c, MODES] < a.operations[c + 1, MODES]:
            open_[count] = c
            count += 1
    return count


@lean
def _dispatch(
    a: Arrays,
    s: State,
    rule: Reals,
    bonus: Reals,
    only: Table,
    plan: Schedule,
    waiting: Table,
    open_: Table,
    found: Table,
) -> int:
    count, planned = 0, 0
    for o in range(len(plan.order)):
        plan.works[o, MODE] = -1
        doable = a.operations[o, MODES] < a.operations[o + 1, MODES]
        if doable and waiting[o] == 0 and a.operations[o, PINNED] < 0:
            open_[count] = o
            count += 1
    for o in range(len(plan.order)):
        if a.operations[o, PINNED] >= 0:
            count = admit(a, o, waiting, open_, count)
    while count > 0:
        for p in range(count):
            c = open_[p]
            if found[c, C_STALE] != 0:
                propose(a, s, c, only[c], plan.trips, found[c])
        p = most_urgent(a, open_, count, found, rule, bonus)
        o = open_[p]
        commit(a, s, o, found[o, C_MODE], plan)
        plan.order[planned] = o
        planned += 1
        count -= 1
        open_[p] = open_[count]
        for p in range(count):
            c = open_[p]
            if found[c, C_STALE] == 0 and spoilt(a, s, c, found[c], o, plan):
                found[c, C_STALE] = 1
        count = admit(a, o, waiting, open_, count)
    return planned


@compiled
def by_urgency(
    a: Arrays, rule: Reals, bonus: Reals, only: Table, plan: Schedule
) -> int:
    """Plan the most urgent operation, again and again; return how many were planned.

    ``bonus`` (N,) is added to the urgencies; ``only`` (N,) prescribes modes (-1: free).
    """
    total = len(plan.order)
    waiting = a.operations[:total, AWAITED].copy()
    open_ = np.empty(total, np.int64)
    found = np.full((total, 8), -1, np.int64)
    s = start_state(a)
    return _dispatch(a, s, rule, bonus, only, plan, waiting, open_, found)
