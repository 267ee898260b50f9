"""Dispatch: plan the most urgent operation, again and again.

The serial scheme of Kolisch (1996), compiled. It only decides; times come from the
step, urgencies from :mod:`scheduling.urgency`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.arrays import (
    AT,
    AWAITED,
    BLOCKED,
    CAPACITY,
    DETOURS,
    DUE,
    DURATION,
    EMPTY,
    FREE,
    INPUTS,
    JOB,
    KIND,
    LIMITED,
    LOADED,
    MACHINE,
    MODES,
    NEXT,
    PINNED,
    PLACE,
    READY,
    SITE,
    SLOTS,
    SOURCE,
    TAIL,
    TYPICAL,
    Arrays,
    Reals,
    Table,
)
from scheduling.candidate import (
    C_FREE,
    C_LEAST,
    C_MODE,
    C_PICKUP,
    C_READY,
    C_SETUP,
    C_START,
    C_VEHICLES,
    bit,
    propose,
)
from scheduling.compiling import compiled, lean
from scheduling.realise import HOLDING, kept_back
from scheduling.sites import BATCH, BLOCKING
from scheduling.step import (
    END_AT,
    END_PLACE,
    HELD,
    MODE,
    VEHICLE,
    Schedule,
    State,
    commit,
    start_state,
)
from scheduling.urgency import ATC, urgency

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


# rows of the pool, a column an open operation: the operation; when it can start, at
# the earliest; whether that is only a bound; the machines and vehicles it depends on,
# as bits; when its parts are fetched (-1: they need no trip); for the bound, where its
# only part is (-1: else), when that is made, and the least time to bring it
WHO, SOONEST, BOUND, MACHINES, VEHICLES, FETCHED, ORIGIN, MADE, WAY = range(9)


class Pool(NamedTuple):
    """What could be planned next.

    Attributes
    ----------
    open_
        (9, N), a column a candidate.
    found
        (N, 8): what is best for an operation, by :func:`scheduling.candidate.propose`.
    hopes
        (N,): the urgency of an operation without haste, set-up and waiting.
    near
        (P,): when a vehicle can be there, at the earliest.
    free
        (M,): when a slot of a machine is free, if that is known.
    """

    open_: Table
    found: Table
    hopes: Reals
    near: Table
    free: Table


@lean
def add(a: Arrays, s: State, o: int, pool: Pool, p: int) -> None:
    """Put an operation into the pool: nothing is known of it but what it needs."""
    first, last = a.operations[o, INPUTS], a.operations[o + 1, INPUTS]
    made, origin = s.hold[o], -1
    for i in range(first, last):
        ready, place = a.inputs[i, READY], a.inputs[i, PLACE]
        if a.inputs[i, SOURCE] >= 0:
            ready = s.done[a.inputs[i, SOURCE], END_AT]
            place = s.done[a.inputs[i, SOURCE], END_PLACE]
        if last == first + 1 and len(a.travel) == 1 and len(s.vehicles) > 0:
            made, origin = max(a.now, ready), place
    machines, least = 0, -1
    for mode in range(a.operations[o, MODES], a.operations[o + 1, MODES]):
        machine = a.modes[mode, MACHINE]
        machines |= bit(machine)
        if origin >= 0:
            site, way = a.machines[machine, SITE], 0
            if site == origin:
                least = 0
            else:
                way = a.travel[0, LOADED, origin, site]
            if least < 0 or way < least:
                least = way
    q = pool.open_
    q[WHO, p], q[MACHINES, p], q[VEHICLES, p], q[FETCHED, p] = o, machines, 0, -1
    q[ORIGIN, p], q[MADE, p], q[WAY, p] = origin, made, max(0, least)
    q[SOONEST, p], q[BOUND, p] = made + q[WAY, p], 1


@lean
def admit(a: Arrays, s: State, o: int, waiting: Table, pool: Pool, count: int) -> int:
    """Make those candidates that waited for ``o`` alone; return how many there are."""
    for n in range(a.operations[o, NEXT], a.operations[o + 1, NEXT]):
        c = a.following[n]
        waiting[c] -= 1
        if waiting[c] == 0 and a.operations[c, MODES] < a.operations[c + 1, MODES]:
            add(a, s, c, pool, count)
            count += 1
    return count


@lean
def refresh(a: Arrays, s: State, only: Table, pool: Pool, p: int, trips: Table) -> None:
    """Find anew what is best for a candidate."""
    q, c = pool.open_, pool.open_[WHO, p]
    found = pool.found[c]
    propose(a, s, c, only[c], trips, found)
    q[SOONEST, p], q[BOUND, p] = found[C_START], 0
    q[VEHICLES, p], q[FETCHED, p] = found[C_VEHICLES], found[C_PICKUP]


@lean
def near_by(a: Arrays, s: State, pool: Pool) -> None:
    """Note for each place when the first vehicle can be there, if they are alike."""
    if len(a.travel) == 1:
        for v in range(len(s.vehicles)):
            free, at = s.vehicles[v, FREE], s.vehicles[v, AT]
            for place in range(len(pool.near)):
                there = free + a.travel[0, EMPTY, at, place]
                if v == 0 or there < pool.near[place]:
                    pool.near[place] = there


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
    if q[BOUND, first] != 0:
        refresh(a, s, only, pool, first, trips)
    front: int = q[SOONEST, first]
    for p in range(count):
        if q[SOONEST, p] < front:
            if q[BOUND, p] != 0:
                refresh(a, s, only, pool, p, trips)
            front = min(front, q[SOONEST, p])
    return front


@lean
def hope(a: Arrays, c: int, front: int, rule: Reals, pool: Pool) -> float:
    """Return what the urgency of a candidate cannot exceed."""
    if rule[FORMULA] != ATC:
        return float(np.inf)
    slack = float(a.jobs[a.operations[c, JOB], DUE] - a.operations[c, TAIL] - front)
    most: float = pool.hopes[c] - max(0.0, slack) / (rule[K] * a.prices[TYPICAL])
    return most


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

    Soon: within the rule's look-ahead of the earliest. Ties: the earlier start, then
    the first in the problem. First those that are known exactly, then the others as far
    as there is hope for them.
    """
    limit = front + rule[LOOK_AHEAD] * a.prices[TYPICAL]
    q, found = pool.open_, pool.found
    best, best_value = -1, 0.0
    for turn in range(2):
        for p in range(count):
            if q[SOONEST, p] > limit or (turn == 0 and q[BOUND, p] != 0):
                continue
            c = q[WHO, p]
            if best >= 0 and hope(a, c, front, rule, pool) + bonus[c] < best_value:
                continue
            if turn == 1:
                if q[BOUND, p] == 0:
                    continue
                refresh(a, s, only, pool, p, trips)
                if q[SOONEST, p] > limit:
                    continue
            value = urgency_of(a, c, found[c], front, rule) + bonus[c]
            if best >= 0 and value == best_value:
                b = q[WHO, best]
                sooner = found[c, C_START] < found[b, C_START]
                if sooner or (found[c, C_START] == found[b, C_START] and c < b):
                    best = p
            elif best < 0 or value > best_value:
                best, best_value = p, value
    return best


@lean
def lower(pool: Pool, p: int, sooner: bool) -> None:
    """Take the start of a candidate for a bound, or, if it may be sooner, for none."""
    q = pool.open_
    if q[BOUND, p] == 0:
        q[SOONEST, p], q[BOUND, p] = pool.found[q[WHO, p], C_LEAST], 1
    if sooner:
        q[SOONEST, p] = q[MADE, p] + q[WAY, p]


@lean
def lift(a: Arrays, pool: Pool, p: int) -> None:
    """Raise a bound to when the first of its machines is free."""
    q, c = pool.open_, pool.open_[WHO, p]
    mode = a.operations[c, MODES]
    first = pool.free[a.modes[mode, MACHINE]]
    for other in range(mode + 1, a.operations[c + 1, MODES]):
        first = min(first, pool.free[a.modes[other, MACHINE]])
    q[SOONEST, p] = max(q[SOONEST, p], first)


@lean
def free_again(a: Arrays, s: State, machine: int, pool: Pool) -> None:
    """Note when a machine has a slot; an oven takes more until it starts."""
    if a.machines[machine, CAPACITY] > 0 and a.machines[machine, KIND] != BATCH:
        first = a.machines[machine, SLOTS]
        pool.free[machine] = s.slots[first]
        for k in range(first + 1, a.machines[machine + 1, SLOTS]):
            pool.free[machine] = min(pool.free[machine], s.slots[k])


@lean
def _emptied(a: Arrays, pool: Pool, s: State, source: int, plan: Schedule) -> int:
    """Return, as a bit, the machine that a part has left which took up its slot."""
    mode = plan.works[source, MODE]
    if a.operations[source, PINNED] >= 0:
        mode = a.operations[source, MODES]
    machine = a.modes[mode, MACHINE]
    if a.machines[machine, KIND] != BLOCKING:
        return 0
    free_again(a, s, machine, pool)
    return bit(machine)


@lean
def spoil(a: Arrays, s: State, o: int, pool: Pool, count: int, plan: Schedule) -> None:
    """Note what committing ``o`` may have changed for the candidates.

    A machine and a vehicle that are used more can only be free later, so that what was
    found remains a bound; a vehicle could now be near enough to come sooner.
    """
    machine = a.modes[plan.works[o, MODE], MACHINE]
    taken, left, used, q = bit(machine), 0, 0, pool.open_
    sooner = a.machines[machine, DETOURS] > 0  # a set-up made can spare more
    for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
        if plan.trips[i, VEHICLE] >= 0:
            used |= bit(plan.trips[i, VEHICLE])
        if a.prices[BLOCKED] > 0 and a.inputs[i, SOURCE] >= 0:
            left |= _emptied(a, pool, s, a.inputs[i, SOURCE], plan)
    free_again(a, s, machine, pool)
    for p in range(count):
        if q[MACHINES, p] & (taken | left) != 0:
            lower(pool, p, sooner or q[MACHINES, p] & left != 0)
            lift(a, pool, p)
        if used == 0 or q[FETCHED, p] < 0:
            continue
        if q[ORIGIN, p] < 0:
            lower(pool, p, True)
            continue
        if q[VEHICLES, p] & used != 0:
            lower(pool, p, False)
        for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
            v = plan.trips[i, VEHICLE]
            if v >= 0 and s.vehicles[v, FREE] <= q[FETCHED, p]:
                way = a.travel[0, EMPTY, s.vehicles[v, AT], q[ORIGIN, p]]
                if s.vehicles[v, FREE] + way <= q[FETCHED, p]:
                    lower(pool, p, True)


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
        pool.hopes[o] = _hope(a, o)
        doable = a.operations[o, MODES] < a.operations[o + 1, MODES]
        if doable and waiting[o] == 0 and a.operations[o, PINNED] < 0:
            add(a, s, o, pool, count)
            count += 1
    for o in range(len(plan.order)):
        if s.done[o, END_AT] >= 0:
            count = admit(a, s, o, waiting, pool, count)
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
        spoil(a, s, o, pool, count, plan)
        count = admit(a, s, o, waiting, pool, count)
    return planned


@lean
def _hope(a: Arrays, o: int) -> float:
    """Return what ATC makes of an operation in its shortest mode, late as it is."""
    first, last = a.operations[o, MODES], a.operations[o + 1, MODES]
    if first == last:
        return 0.0
    least = a.modes[first, DURATION]
    for mode in range(first + 1, last):
        least = min(least, a.modes[mode, DURATION])
    rate, typical = a.rates[a.operations[o, JOB]], a.prices[TYPICAL]
    return _urgency(
        ATC, 1.0, 0.0, 0.0, rate, float(least), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, typical
    )


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
        np.empty((9, total), np.int64),
        np.full((total, 8), -1, np.int64),
        np.empty(total, np.float64),
        np.empty(a.travel.shape[2], np.int64),
        np.empty(len(a.machines) - 1, np.int64),
    )
    for _ in range(HOLDING):
        pool.free[:] = a.now
        s, waiting = start_state(a, hold), a.operations[:total, AWAITED].copy()
        planned = _dispatch(a, s, rule, bonus, only, plan, waiting, pool)
        if a.prices[LIMITED] == 0 or not kept_back(a, s, plan):
            break
        hold = s.hold
    return planned
