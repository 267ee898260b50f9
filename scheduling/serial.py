"""Dispatch: plan the most urgent operation, again and again.

The serial scheme of Kolisch (1996), compiled. It only decides; times come from the
step, urgencies from :mod:`scheduling.urgency`.
"""

from __future__ import annotations

import numpy as np

from scheduling.arrays import (
    AWAITED,
    LIMITED,
    MODES,
    NEXT,
    TYPICAL,
    Arrays,
    Reals,
    Table,
)
from scheduling.bounds import WHO, Pool, pool_of, spoil
from scheduling.candidate import (
    C_MODE,
    C_START,
    propose,
)
from scheduling.choice import earliest, goes_first, most_urgent, urgency_of
from scheduling.compiling import compiled, lean
from scheduling.course import BEGINS, BY, FRONT, WHICH, Course, course_of
from scheduling.pool import admit, fill, leave
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
    LOOK_AHEAD,
)


@lean
def _go_on(
    a: Arrays,
    s: State,
    rule: Reals,
    bonus: Reals,
    only: Table,
    plan: Schedule,
    waiting: Table,
    pool: Pool,
    course: Course,
    planned: int,
) -> int:
    """Plan the most urgent operation until nothing is left that can be planned."""
    count = fill(a, s, waiting, pool, rule, bonus)
    while count > 0:
        front = earliest(a, s, only, pool, count, plan.trips)
        if front >= HELD:
            break  # every part waits for another to leave
        p = most_urgent(a, s, only, pool, count, plan.trips, front, rule, bonus)
        o = pool.open_[WHO, p]
        found, step = pool.found[o], course.steps[planned]
        step[WHICH], step[BY], step[FRONT] = o, found[C_MODE], front
        step[BEGINS] = found[C_START]
        course.urgencies[planned] = urgency_of(a, o, found, front, rule)
        commit(a, s, o, found[C_MODE], plan)
        plan.order[planned] = o
        planned += 1
        count = leave(pool, p, count)
        spoil(a, s, o, pool, count, plan)
        count = admit(a, s, o, waiting, pool, count, rule, bonus)
    return planned


@lean
def _overtaken(
    a: Arrays,
    s: State,
    rule: Reals,
    bonus: Reals,
    only: Table,
    plan: Schedule,
    waiting: Table,
    pool: Pool,
    raised: int,
    known: Course,
    planned: int,
) -> bool:
    """Return whether one of the raised would now go before the one known."""
    step = known.steps[planned]
    limit = step[FRONT] + rule[LOOK_AHEAD] * a.prices[TYPICAL]
    value = known.urgencies[planned] + bonus[step[WHICH]]
    for k in range(raised):
        c = pool.later[k]
        if waiting[c] != 0 or s.done[c, END_AT] >= 0 or c == step[WHICH]:
            continue
        found = pool.found[c]
        propose(a, s, c, only[c], plan.trips, found)
        if found[C_START] > limit:
            continue
        mine = urgency_of(a, c, found, step[FRONT], rule) + bonus[c]
        if goes_first(mine, found[C_START], c, value, step[BEGINS], step[WHICH]):
            return True
    return False


@lean
def _repeat(
    a: Arrays,
    s: State,
    rule: Reals,
    bonus: Reals,
    only: Table,
    plan: Schedule,
    waiting: Table,
    pool: Pool,
    before: Reals,
    known: Course,
    course: Course,
    planned: int,
) -> int:
    """Decide as before until a changed bonus may decide otherwise."""
    raised = 0
    for o in range(len(bonus)):
        if bonus[o] > before[o] and a.operations[o, MODES] < a.operations[o + 1, MODES]:
            pool.later[raised] = o
            raised += 1
    while planned < known.length[0]:
        step = known.steps[planned]
        o = step[WHICH]
        if bonus[o] < before[o] or _overtaken(
            a, s, rule, bonus, only, plan, waiting, pool, raised, known, planned
        ):
            break
        for column in range(len(step)):
            course.steps[planned, column] = step[column]
        course.urgencies[planned] = known.urgencies[planned]
        commit(a, s, o, step[BY], plan)
        plan.order[planned] = o
        for n in range(a.operations[o, NEXT], a.operations[o + 1, NEXT]):
            waiting[a.following[n]] -= 1
        planned += 1
    return planned


@lean
def _frozen(a: Arrays, s: State, plan: Schedule, waiting: Table) -> int:
    """Plan what is frozen and note what waits for it no longer."""
    for o in range(len(plan.order)):
        plan.works[o, MODE] = -1
    for p in range(len(a.prefix)):
        commit(a, s, a.prefix[p, 0], a.prefix[p, 1], plan)
        plan.order[p] = a.prefix[p, 0]
    for o in range(len(plan.order)):
        if s.done[o, END_AT] >= 0:
            for n in range(a.operations[o, NEXT], a.operations[o + 1, NEXT]):
                waiting[a.following[n]] -= 1
    return len(a.prefix)


@compiled
def by_urgency(
    a: Arrays, rule: Reals, bonus: Reals, only: Table, plan: Schedule
) -> int:
    """Plan the most urgent operation, again and again; return how many were planned.

    ``bonus`` (N,) is added to the urgencies; ``only`` (N,) prescribes modes (-1: free).
    What is frozen comes first. Where parts must not wait too long, what makes them is
    held back, and all planned again.
    """
    course = course_of(len(plan.order))
    return by_urgency_again(a, rule, bonus, only, plan, bonus, course, course)


@compiled
def by_urgency_again(
    a: Arrays,
    rule: Reals,
    bonus: Reals,
    only: Table,
    plan: Schedule,
    before: Reals,
    known: Course,
    course: Course,
) -> int:
    """Do as :func:`by_urgency` when it is known how that went with other bonuses.

    Parameters
    ----------
    before
        (N,): the bonuses with which it went as ``known``, by the same rule and modes.
        What these decide no otherwise is not decided anew.
    course
        Where to write how it goes.
    """
    total = len(plan.order)
    hold = np.zeros(total, np.int64)
    pool = pool_of(a)
    for _ in range(HOLDING):
        pool.free[:] = a.now
        s, waiting = start_state(a, hold), a.operations[:total, AWAITED].copy()
        planned = _frozen(a, s, plan, waiting)
        if a.prices[LIMITED] == 0:
            planned = _repeat(
                a,
                s,
                rule,
                bonus,
                only,
                plan,
                waiting,
                pool,
                before,
                known,
                course,
                planned,
            )
        planned = _go_on(a, s, rule, bonus, only, plan, waiting, pool, course, planned)
        if a.prices[LIMITED] == 0 or not kept_back(a, s, plan):
            break
        hold = s.hold
    course.length[0] = planned
    return planned
