"""The pool: what could be planned next, and what is known about it.

A candidate is known exactly, or by a bound: it cannot start sooner. What is planned
only makes machines and vehicles free later, so that a start once found stays a bound;
where it need not (a vehicle comes near, a set-up spares another, a part leaves) the
bound is given up. So few candidates are looked at again.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from scheduling.arrays import (
    AT,
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
    C_LEAST,
    C_PICKUP,
    C_START,
    C_VEHICLES,
    bit,
    propose,
)
from scheduling.compiling import lean
from scheduling.sites import BATCH, BLOCKING
from scheduling.step import END_AT, END_PLACE, MODE, VEHICLE, Schedule, State
from scheduling.urgency import ATC, FORMULA, urgency

_urgency = lean(urgency)

# rows of the pool, a column an open operation: the operation; when it can start, at
# the earliest; whether that is only a bound; the machines and vehicles it depends on,
# as bits; when its parts are fetched (-1: they need no trip); for the bound, where its
# only part is (-1: else), when that is made, and the least time to bring it; when it
# must begin not to be late
WHO, SOONEST, BOUND, MACHINES, VEHICLES, FETCHED, ORIGIN, MADE, WAY, DUE_BY = range(10)

#: So much hope is added that no rounding can deceive it.
ROUNDING = 1e-6


class Pool(NamedTuple):
    """What could be planned next.

    Attributes
    ----------
    open_
        (10, N), a column a candidate.
    found
        (N, 8): what is best for an operation, by :func:`scheduling.candidate.propose`.
    hopes
        (N,), one a candidate: its urgency if it were late, and neither set-up nor
        waiting cost anything.
    near
        (P,): when a vehicle can be there, at the earliest.
    free
        (M,): when a slot of a machine is free, if that is known.
    later
        (N,): scratch.
    """

    open_: Table
    found: Table
    hopes: Reals
    near: Table
    free: Table
    later: Table


@lean
def add(
    a: Arrays, s: State, o: int, pool: Pool, p: int, rule: Reals, bonus: Reals
) -> None:
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
    q[DUE_BY, p] = a.jobs[a.operations[o, JOB], DUE] - a.operations[o, TAIL]
    pool.hopes[p] = hope_of(a, o, rule) + bonus[o]


@lean
def admit(
    a: Arrays,
    s: State,
    o: int,
    waiting: Table,
    pool: Pool,
    count: int,
    rule: Reals,
    bonus: Reals,
) -> int:
    """Make those candidates that waited for ``o`` alone; return how many there are."""
    for n in range(a.operations[o, NEXT], a.operations[o + 1, NEXT]):
        c = a.following[n]
        waiting[c] -= 1
        if waiting[c] == 0 and a.operations[c, MODES] < a.operations[c + 1, MODES]:
            add(a, s, c, pool, count, rule, bonus)
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
def lower(pool: Pool, p: int, sooner: bool) -> None:
    """Take the start of a candidate for a bound, or, if it may be sooner, for none."""
    q = pool.open_
    if q[BOUND, p] == 0:
        q[SOONEST, p], q[BOUND, p] = pool.found[q[WHO, p], C_LEAST], 1
    if sooner:
        q[SOONEST, p] = q[MADE, p] + q[WAY, p]


@lean
def lift(a: Arrays, pool: Pool, p: int) -> None:
    """Raise a bound to when the first of its machines is free.

    Where parts block machines one may make way for itself: no bound.
    """
    if a.prices[BLOCKED] > 0:
        return
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
def emptied(a: Arrays, pool: Pool, s: State, source: int, plan: Schedule) -> int:
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
            left |= emptied(a, pool, s, a.inputs[i, SOURCE], plan)
    free_again(a, s, machine, pool)
    for p in range(count):
        if q[MACHINES, p] & (taken | left) != 0:
            lower(pool, p, sooner or q[MACHINES, p] & left != 0)
            lift(a, pool, p)
        if used == 0 or (q[FETCHED, p] < 0 and q[WAY, p] == 0):
            continue
        if q[ORIGIN, p] < 0:
            lower(pool, p, True)
            continue
        if q[VEHICLES, p] & used != 0:
            lower(pool, p, False)
        for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
            if plan.trips[i, VEHICLE] >= 0:
                come_near(a, s, pool, p, plan.trips[i, VEHICLE])


@lean
def come_near(a: Arrays, s: State, pool: Pool, p: int, v: int) -> None:
    """Lower a bound if vehicle ``v`` could now bring the part sooner, or as soon."""
    q = pool.open_
    latest = q[FETCHED, p] if q[BOUND, p] == 0 else q[SOONEST, p]
    if s.vehicles[v, FREE] > latest:
        return
    there = s.vehicles[v, FREE] + a.travel[0, EMPTY, s.vehicles[v, AT], q[ORIGIN, p]]
    if q[BOUND, p] == 0 and there > latest:
        return
    lower(pool, p, False)
    q[SOONEST, p] = min(q[SOONEST, p], max(q[MADE, p], there) + q[WAY, p])
    lift(a, pool, p)


@lean
def hope_of(a: Arrays, o: int, rule: Reals) -> float:
    """Return what the urgency of an operation cannot exceed: late, in its best mode."""
    if rule[FORMULA] != ATC:
        return inf
    least = a.modes[a.operations[o, MODES], DURATION]
    for mode in range(a.operations[o, MODES] + 1, a.operations[o + 1, MODES]):
        least = min(least, a.modes[mode, DURATION])
    rate, typical = a.rates[a.operations[o, JOB]], a.prices[TYPICAL]
    return ROUNDING + _urgency(
        ATC, 1.0, 0.0, 0.0, rate, float(least), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, typical
    )
