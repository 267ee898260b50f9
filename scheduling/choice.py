"""The choice of a dispatch: which of all that could be next is the most urgent."""

from __future__ import annotations

from scheduling.arrays import (
    DUE,
    DURATION,
    JOB,
    TAIL,
    TYPICAL,
    Arrays,
    Reals,
    Table,
)
from scheduling.bounds import BOUND, DUE_BY, ORIGIN, SOONEST, WAY, WHO, Pool, near_by
from scheduling.candidate import (
    C_FREE,
    C_MODE,
    C_READY,
    C_SETUP,
    C_START,
)
from scheduling.compiling import lean
from scheduling.pool import refresh
from scheduling.step import (
    State,
)
from scheduling.urgency import (
    FORMULA,
    LOOK_AHEAD,
    SETUP_WEIGHT,
    WAIT_WEIGHT,
    K,
    urgency,
)

_urgency = lean(urgency)


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
def earliest(
    a: Arrays, s: State, only: Table, pool: Pool, count: int, trips: Table
) -> int:
    """Return the earliest start of all candidates.

    What can start, at the earliest, no sooner than others do is not looked at.
    """
    q, first = pool.open_, 0
    near_by(a, s, pool)
    for p in range(count):
        if q[BOUND, p] != 0 and q[WAY, p] > 0:
            there = pool.near[q[ORIGIN, p]] + q[WAY, p]
            q[SOONEST, p] = max(q[SOONEST, p], there)
        if q[SOONEST, p] < q[SOONEST, first]:
            first = p
    front: int = q[SOONEST, first]
    if q[BOUND, first] == 0:
        return front
    refresh(a, s, only, pool, first, trips)
    if q[SOONEST, first] == front:
        return front
    front = q[SOONEST, first]
    for p in range(count):
        if q[SOONEST, p] < front:
            if q[BOUND, p] != 0:
                refresh(a, s, only, pool, p, trips)
            front = min(front, q[SOONEST, p])
    return front


@lean
def goes_first(
    value: float, start: int, c: int, best_value: float, other: int, b: int
) -> bool:
    """Return whether ``c`` goes before ``b``: ties by start, then as in the problem."""
    if value != best_value:
        return value > best_value
    return bool(start < other or (start == other and c < b))


@lean
def better(pool: Pool, p: int, value: float, best: int, best_value: float) -> bool:
    """Return whether candidate ``p`` goes before the best so far."""
    if best < 0:
        return True
    c, b = pool.open_[WHO, p], pool.open_[WHO, best]
    start, other = pool.found[c, C_START], pool.found[b, C_START]
    return goes_first(value, start, c, best_value, other, b)


@lean
def most_urgent(
    a: Arrays,
    s: State,
    only: Table,
    pool: Pool,
    count: int,
    trips: Table,
    front: int,
    rule: Reals,
    bonus: Reals,
) -> int:
    """Return the position of the most urgent candidate that could start soon.

    Soon: within the rule's look-ahead of the earliest. First those that are known
    exactly, then the others as far as there is hope for them.
    """
    limit = front + rule[LOOK_AHEAD] * a.prices[TYPICAL]
    haste = 1.0 / (rule[K] * a.prices[TYPICAL])  # what a ms of slack takes off ATC
    q, best, best_value, bounded = pool.open_, -1, 0.0, 0
    for p in range(count):
        if q[SOONEST, p] > limit:
            continue
        if q[BOUND, p] != 0:
            pool.later[bounded] = p
            bounded += 1
            continue
        hope = pool.hopes[p] - haste * max(0, q[DUE_BY, p] - front)
        if best < 0 or hope >= best_value:
            c = q[WHO, p]
            value = urgency_of(a, c, pool.found[c], front, rule) + bonus[c]
            if better(pool, p, value, best, best_value):
                best, best_value = p, value
    for k in range(bounded):
        p = pool.later[k]
        hope = pool.hopes[p] - haste * max(0, q[DUE_BY, p] - front)
        if best >= 0 and hope < best_value:
            continue
        refresh(a, s, only, pool, p, trips)
        if q[SOONEST, p] <= limit:
            c = q[WHO, p]
            value = urgency_of(a, c, pool.found[c], front, rule) + bonus[c]
            if better(pool, p, value, best, best_value):
                best, best_value = p, value
    return best
