"""The pool: what could be planned next comes, is looked at, and leaves."""

from __future__ import annotations

from math import inf

from scheduling.arrays import (
    DUE,
    DURATION,
    INPUTS,
    JOB,
    LOADED,
    MACHINE,
    MODES,
    NEXT,
    PLACE,
    READY,
    SITE,
    SOURCE,
    TAIL,
    TYPICAL,
    Arrays,
    Reals,
    Table,
)
from scheduling.bounds import (
    ABLE,
    BOUND,
    DUE_BY,
    FETCHED,
    MACHINES,
    MADE,
    ORIGIN,
    SOONEST,
    VEHICLES,
    WAY,
    WHO,
    Pool,
    find_able,
    free_again,
)
from scheduling.candidate import (
    C_PICKUP,
    C_START,
    C_VEHICLES,
    bit,
    propose,
)
from scheduling.compiling import lean
from scheduling.step import END_AT, END_PLACE, State
from scheduling.urgency import ATC, FORMULA, urgency

_urgency = lean(urgency)

#: So much hope is added that no rounding can deceive it.
ROUNDING = 1e-6


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
    find_able(a, s, pool, p)
    q[SOONEST, p], q[BOUND, p] = max(made + q[WAY, p], q[ABLE, p]), 1
    q[DUE_BY, p] = a.jobs[a.operations[o, JOB], DUE] - a.operations[o, TAIL]
    pool.hopes[p] = hope_of(a, o, rule) + bonus[o]


@lean
def fill(
    a: Arrays, s: State, waiting: Table, pool: Pool, rule: Reals, bonus: Reals
) -> int:
    """Put everything into the pool that could be next; return how many that are."""
    count = 0
    for m in range(len(pool.free)):
        free_again(a, s, m, pool)
    for o in range(len(waiting)):
        doable = a.operations[o, MODES] < a.operations[o + 1, MODES]
        if doable and waiting[o] == 0 and s.done[o, END_AT] < 0:
            add(a, s, o, pool, count, rule, bonus)
            count += 1
    return count


@lean
def leave(pool: Pool, p: int, count: int) -> int:
    """Take a candidate out of the pool; return how many are left."""
    for row in range(len(pool.open_)):
        pool.open_[row, p] = pool.open_[row, count - 1]
    pool.hopes[p] = pool.hopes[count - 1]
    return count - 1


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
