"""What is known of all that could be planned next: when it can start.

A candidate is known exactly, or by a bound: it cannot start sooner. What is planned
only makes machines and vehicles free later, so that a start once found stays a bound;
where it need not (a vehicle comes near, a set-up spares another, a part leaves) the
bound is given up. So few candidates are looked at again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.arrays import (
    AT,
    BLOCKED,
    CAPACITY,
    DETOURS,
    EMPTY,
    FAMILY,
    FREE,
    INPUTS,
    KIND,
    MACHINE,
    MATRIX,
    MODES,
    PINNED,
    SLOTS,
    SOURCE,
    Arrays,
    Reals,
    Table,
)
from scheduling.candidate import (
    C_LEAST,
    bit,
)
from scheduling.compiling import compiled, lean
from scheduling.sites import BATCH, BLOCKING
from scheduling.step import MODE, SETUP, VEHICLE, Schedule, State

# rows of the pool, a column an open operation: the operation; when it can start, at
# the earliest; whether that is only a bound; the machines and vehicles it depends on,
# as bits; when its parts are fetched (-1: they need no trip); for the bound, where its
# only part is (-1: else), when that is made, and the least time to bring it; when the
# first of its machines is free and set up, if that is known; when it must begin not to
# be late
WHO, SOONEST, BOUND, MACHINES, VEHICLES, FETCHED, ORIGIN, MADE, WAY, ABLE, DUE_BY = (
    range(11)
)


class Pool(NamedTuple):
    """What could be planned next.

    Attributes
    ----------
    open_
        (11, N), a column a candidate.
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


@compiled
def pool_of(a: Arrays) -> Pool:
    """Return a pool with nothing in it."""
    total = len(a.operations) - 1
    return Pool(
        np.empty((11, total), np.int64),
        np.full((total, 8), -1, np.int64),
        np.empty(total, np.float64),
        np.empty(a.travel.shape[2], np.int64),
        np.full(len(a.machines) - 1, a.now),
        np.empty(total, np.int64),
    )


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
    q[SOONEST, p] = max(q[SOONEST, p], q[ABLE, p])


@lean
def find_able(a: Arrays, s: State, pool: Pool, p: int) -> None:
    """Note when the first of a candidate's machines is free and set up.

    Where parts block machines one may make way for itself: nothing is known.
    """
    q, c = pool.open_, pool.open_[WHO, p]
    q[ABLE, p] = -1
    if a.prices[BLOCKED] > 0:
        return
    for mode in range(a.operations[c, MODES], a.operations[c + 1, MODES]):
        machine = a.modes[mode, MACHINE]
        able = pool.free[machine] + set_up(a, s, machine, a.operations[c, FAMILY])
        if q[ABLE, p] < 0 or able < q[ABLE, p]:
            q[ABLE, p] = able


@lean
def set_up(a: Arrays, s: State, machine: int, family: int) -> int:
    """Return what a machine must be set up for a family, at the least."""
    matrix, present = a.machines[machine, MATRIX], s.machines[machine, SETUP]
    if matrix < 0 or family < 0 or present < 0 or without_slots(a, machine):
        return 0
    return int(a.setups[matrix, present, family])


@lean
def without_slots(a: Arrays, machine: int) -> bool:
    """Return whether nothing is said of a machine's slots: no limit, or an oven."""
    return bool(
        a.machines[machine, CAPACITY] == 0 or a.machines[machine, KIND] == BATCH
    )


@lean
def free_again(a: Arrays, s: State, machine: int, pool: Pool) -> None:
    """Note when a machine has a slot; an oven takes more until it starts."""
    if not without_slots(a, machine):
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
            find_able(a, s, pool, p)
            lower(pool, p, sooner or q[MACHINES, p] & left != 0)
        if used != 0 and (q[FETCHED, p] >= 0 or q[WAY, p] > 0):
            if q[ORIGIN, p] < 0:
                lower(pool, p, True)
            elif q[VEHICLES, p] & used != 0:
                lower(pool, p, False)
    for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
        v = plan.trips[i, VEHICLE]
        if v >= 0 and len(a.travel) == 1:
            come_near(
                pool, count, s.vehicles[v, FREE], a.travel[0, EMPTY, s.vehicles[v, AT]]
            )


@lean
def come_near(pool: Pool, count: int, free: int, ways: Table) -> None:
    """Lower bounds where a vehicle could now bring the part sooner, or as soon.

    It is ``free`` from then on; ``ways`` (P,) it takes to each place.
    """
    q = pool.open_
    for p in range(count):
        if q[ORIGIN, p] < 0 or (q[FETCHED, p] < 0 and q[WAY, p] == 0):
            continue
        latest = q[FETCHED, p] if q[BOUND, p] == 0 else q[SOONEST, p]
        if free > latest:
            continue
        there = free + ways[q[ORIGIN, p]]
        if q[BOUND, p] == 0:
            if there > latest:
                continue
            lower(pool, p, False)
        soonest = max(max(q[MADE, p], there) + q[WAY, p], q[ABLE, p])
        q[SOONEST, p] = min(q[SOONEST, p], soonest)
