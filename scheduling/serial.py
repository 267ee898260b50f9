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
    LIMITED,
    MODES,
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
    C_START,
)
from scheduling.compiling import compiled, lean
from scheduling.pool import (
    BOUND,
    DUE_BY,
    ORIGIN,
    SOONEST,
    WAY,
    WHO,
    Pool,
    add,
    admit,
    free_again,
    near_by,
    refresh,
    spoil,
)
from scheduling.realise import HOLDING, kept_back
from scheduling.step import (
    END_AT,
    HELD,
    MODE,
    Schedule,
    State,
    commit,
    start_state,
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
def better(pool: Pool, p: int, value: float, best: int, best_value: float) -> bool:
    """Return whether ``p`` goes first: ties by start, then as in the problem."""
    if best < 0 or value != best_value:
        return best < 0 or value > best_value
    c, b = pool.open_[WHO, p], pool.open_[WHO, best]
    start, other = pool.found[c, C_START], pool.found[b, C_START]
    return bool(start < other or (start == other and c < b))


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


@lean
def _dispatch(
    a: Arrays,
    s: State,
    rule: Reals,
    bonus: Reals,
    only: Table,
    plan: Schedule,
    waiting: Table,
    pool: Pool,
) -> int:
    count, planned = 0, len(a.prefix)
    for o in range(len(plan.order)):
        plan.works[o, MODE] = -1
    for p in range(planned):
        o = a.prefix[p, 0]
        commit(a, s, o, a.prefix[p, 1], plan)
        plan.order[p], waiting[o] = o, len(waiting)
    for m in range(len(pool.free)):
        free_again(a, s, m, pool)
    for o in range(len(plan.order)):
        doable = a.operations[o, MODES] < a.operations[o + 1, MODES]
        if doable and waiting[o] == 0 and a.operations[o, PINNED] < 0:
            add(a, s, o, pool, count, rule, bonus)
            count += 1
    for o in range(len(plan.order)):
        if s.done[o, END_AT] >= 0:
            count = admit(a, s, o, waiting, pool, count, rule, bonus)
    while count > 0:
        front = earliest(a, s, only, pool, count, plan.trips)
        if front >= HELD:
            break  # every part waits for another to leave
        p = most_urgent(a, s, only, pool, count, plan.trips, front, rule, bonus)
        o = pool.open_[WHO, p]
        commit(a, s, o, pool.found[o, C_MODE], plan)
        plan.order[planned] = o
        planned += 1
        count -= 1
        for row in range(len(pool.open_)):
            pool.open_[row, p] = pool.open_[row, count]
        pool.hopes[p] = pool.hopes[count]
        spoil(a, s, o, pool, count, plan)
        count = admit(a, s, o, waiting, pool, count, rule, bonus)
    return planned


@compiled
def by_urgency(
    a: Arrays, rule: Reals, bonus: Reals, only: Table, plan: Schedule
) -> int:
    """Plan the most urgent operation, again and again; return how many were planned.

    ``bonus`` (N,) is added to the urgencies; ``only`` (N,) prescribes modes (-1: free).
    What is frozen comes first. Where parts must not wait too long, what makes them is
    held back, and all planned again.
    """
    total = len(plan.order)
    hold = np.zeros(total, np.int64)
    pool = Pool(
        np.empty((10, total), np.int64),
        np.full((total, 8), -1, np.int64),
        np.empty(total, np.float64),
        np.empty(a.travel.shape[2], np.int64),
        np.empty(len(a.machines) - 1, np.int64),
        np.empty(total, np.int64),
    )
    for _ in range(HOLDING):
        pool.free[:] = a.now
        s, waiting = start_state(a, hold), a.operations[:total, AWAITED].copy()
        planned = _dispatch(a, s, rule, bonus, only, plan, waiting, pool)
        if a.prices[LIMITED] == 0 or not kept_back(a, s, plan):
            break
        hold = s.hold
    return planned
