"""Simulated annealing over sequences: the order of deciding, and the machines.

A trial moves one operation to another place between those it needs and those that need
it, to another machine, or to when energy has another price; then the whole order is
decoded by the step.
"""

from __future__ import annotations

import numpy as np

from scheduling.arrays import INPUTS, MODES, NEXT, PINNED, SOURCE, Arrays, Table
from scheduling.compiling import compiled, lean
from scheduling.resume import again, decoded_of, give_up, keep
from scheduling.search.chance import accepts, bell, roll, seeded
from scheduling.step import Schedule
from scheduling.worth import worth

#: Share of the moves that change a machine, or, where that can pay, the time to begin;
#: how far an operation moves, standard deviation in places.
MACHINES, WAITS, FAR = 0.2, 0.3, 24.0


@lean
def _bounds(a: Arrays, o: int, place: Table, count: int) -> tuple[int, int]:
    """Return the first and the last place that precedence leaves to an operation."""
    first, last = 0, count - 1
    for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
        source = a.inputs[i, SOURCE]
        if source >= 0 and a.operations[source, PINNED] < 0:
            first = max(first, place[source] + 1)
    for n in range(a.operations[o, NEXT], a.operations[o + 1, NEXT]):
        last = min(last, place[a.following[n]] - 1)
    return first, last


@lean
def shift(order: Table, place: Table, p: int, q: int) -> None:
    """Move what stands at place ``p`` to place ``q``; those between close up."""
    o, step = order[p], 1 if q > p else -1
    while p != q:
        order[p] = order[p + step]
        place[order[p]] = p
        p += step
    order[q] = o
    place[o] = q


@lean
def another_time(a: Arrays, chance: Table) -> int:
    """Return when the price of energy changes, or 0: not to wait at all."""
    k = int((len(a.tariff) + 1) * roll(chance))
    return 0 if k == 0 else int(a.tariff[k - 1, 0])


@compiled
def anneal_sequence(
    a: Arrays,
    order: Table,
    count: int,
    only: Table,
    hold: Table,
    waits: bool,
    iterations: int,
    heat: tuple[float, float],
    seed: int,
    plan: Schedule,
) -> float:
    """Improve the first ``count`` of ``order``, ``only`` and ``hold`` in place.

    ``waits``: try to begin later too. What is frozen is put first, and stays: a plan
    that was made elsewhere has its order by start.

    Returns
    -------
    float
        The value they give; ``plan`` is scratch: decode once more to have the plan.
    """
    chance, frozen = seeded(seed), len(a.prefix)
    place = np.zeros(len(only), np.int64)
    for p in range(count):
        place[order[p]] = p
    for p in range(min(frozen, count)):
        shift(order, place, place[a.prefix[p, 0]], p)
    known = decoded_of(a, count, hold, plan)
    planned = again(a, known, order, count, only, hold, 0, count, plan)
    value, _ = worth(a, planned, plan)
    keep(known, order, plan)
    best, best_order = value, order.copy()
    best_only, best_hold = only.copy(), hold.copy()
    warmth = max(heat[0], 1e-9)
    cooling = (max(heat[1], 1e-9) / warmth) ** (1.0 / max(iterations, 1))
    for _ in range(iterations if count > frozen else 0):
        p = frozen + int((count - frozen) * roll(chance))
        q, o = p, order[p]
        mode, modes = only[o], a.operations[o + 1, MODES] - a.operations[o, MODES]
        until = hold[o]
        if waits and roll(chance) < WAITS:
            hold[o] = another_time(a, chance)
        elif modes > 1 and roll(chance) < MACHINES:
            # One more than there are: leave it to the step, which ends soonest.
            choice = int((modes + 1) * roll(chance))
            only[o] = a.operations[o, MODES] + choice if choice < modes else -1
        else:
            first, last = _bounds(a, o, place, count)
            q = min(max(p + int(FAR * bell(chance)), max(first, frozen)), last)
            shift(order, place, p, q)
        if p == q and only[o] == mode and hold[o] == until:
            continue
        first, last = min(p, q), max(p, q)
        planned = again(a, known, order, count, only, hold, first, last, plan)
        trial, _ = worth(a, planned, plan)
        if accepts(value, trial, warmth, chance):
            value = trial
            keep(known, order, plan)
            if trial < best:
                best = trial
                best_order[:], best_only[:], best_hold[:] = order, only, hold
        else:
            shift(order, place, q, p)
            only[o], hold[o] = mode, until
            give_up(known, order, plan)
        warmth *= cooling
    order[:], only[:], hold[:] = best_order, best_only, best_hold
    return best
