"""What becomes of given decisions: an order of operations, or a whole plan."""

from __future__ import annotations

import numpy as np

from scheduling.arrays import (
    BLOCKED,
    CAPACITY,
    INPUTS,
    LAG,
    LIMIT,
    LIMITED,
    MACHINE,
    MODES,
    NEXT,
    PINNED,
    SITE,
    SLOTS,
    SOURCE,
    Arrays,
    Table,
)
from scheduling.candidate import C_MODE, propose
from scheduling.compiling import compiled, lean
from scheduling.step import (
    ARRIVE,
    END_AT,
    HELD,
    MODE,
    NO_VEHICLE,
    PICKUP,
    SLOT,
    START,
    VEHICLE,
    Schedule,
    State,
    carry,
    commit,
    follow,
    made_at,
    own_part,
    start_state,
    take,
)

#: How often starts are held back so that no part waits too long.
HOLDING = 60


@lean
def _mode_for(
    a: Arrays, s: State, o: int, only: Table, plan: Schedule, found: Table
) -> int:
    """Return the mode of ``o``, or -1 if its slots are all held."""
    mode: int = only[o]
    if mode < 0 or a.prices[BLOCKED] > 0:
        propose(a, s, o, mode, plan.trips, found)
        mode = found[C_MODE]
    return mode


@lean
def _in_the_way(a: Arrays, s: State, o: int, only: Table, plan: Schedule) -> int:
    """Return an operation to be planned before ``o`` so that its machine gets free."""
    mode = only[o] if only[o] >= 0 else a.operations[o, MODES]
    machine = a.modes[mode, MACHINE]
    for h in range(len(plan.order)):
        if (
            a.machines[machine, SLOTS]
            <= s.done[h, SLOT]
            < a.machines[machine + 1, SLOTS]
        ):
            for n in range(a.operations[h, NEXT], a.operations[h + 1, NEXT]):
                taker = a.following[n]
                if taker != o and s.done[taker, END_AT] < 0:
                    return int(taker)
    return -1


@lean
def _unmade(a: Arrays, s: State, o: int) -> int:
    """Return an operation that ``o`` still needs, or -1."""
    for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
        if a.inputs[i, SOURCE] >= 0 and s.done[a.inputs[i, SOURCE], END_AT] < 0:
            return int(a.inputs[i, SOURCE])
    return -1


@lean
def _follow(
    a: Arrays,
    s: State,
    order: Table,
    count: int,
    only: Table,
    plan: Schedule,
    found: Table,
    stack: Table,
) -> int:
    """Plan in this order, what stands in the way first; return how many were planned.

    That may be fewer: parts that wait for each other's machines never move.
    """
    planned = 0
    if a.prices[BLOCKED] == 0:
        for p in range(count):
            o = order[p]
            commit(a, s, o, _mode_for(a, s, o, only, plan, found), plan)
            plan.order[p] = o
        return count
    for p in range(count):
        stack[0], depth = order[p], 1
        while depth > 0:
            if depth > len(order):
                return planned
            o = stack[depth - 1]
            if s.done[o, END_AT] >= 0:
                depth -= 1
                continue
            need = _unmade(a, s, o) if depth > 1 else -1
            if need < 0:
                mode = _mode_for(a, s, o, only, plan, found)
                if mode >= 0:
                    commit(a, s, o, mode, plan)
                    plan.order[planned] = o
                    planned, depth = planned + 1, depth - 1
                    continue
                need = _in_the_way(a, s, o, only, plan)
            if need < 0:
                return planned
            for k in range(depth):
                if stack[k] == need:
                    return planned
            stack[depth] = need
            depth += 1
    return planned


@lean
def kept_back(a: Arrays, s: State, plan: Schedule) -> bool:
    """Hold back what makes parts that would wait too long; return whether any did."""
    late = False
    for o in range(len(plan.order)):
        if a.operations[o, PINNED] >= 0 or plan.works[o, MODE] < 0:
            continue
        for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
            source, limit = a.inputs[i, SOURCE], a.inputs[i, LIMIT]
            if limit < 0 or source < 0 or a.operations[source, PINNED] >= 0:
                continue
            over = plan.works[o, START] - s.done[source, END_AT] - limit
            if over > 0:
                s.hold[source] = plan.works[source, START] + over
                late = True
    return late


@compiled
def in_order(
    a: Arrays, order: Table, count: int, only: Table, hold: Table, plan: Schedule
) -> int:
    """Plan the first ``count`` operations of ``order``, which respects precedence.

    ``only`` (N,) prescribes modes (-1: free), ``hold`` (N,) when they may start at the
    earliest. Where parts must not wait too long, what makes them is held back and all
    planned again. Returns how many operations were planned.
    """
    found, stack = np.empty(8, np.int64), np.empty(len(order) + 1, np.int64)
    for _ in range(HOLDING):
        plan.works[:, MODE] = -1
        s = start_state(a, hold)
        planned = _follow(a, s, order, count, only, plan, found, stack)
        if a.prices[LIMITED] == 0 or planned < count or not kept_back(a, s, plan):
            break
        hold = s.hold
    return planned


@compiled
def state_after(a: Arrays, order: Table, count: int, only: Table, hold: Table) -> State:
    """Return the state after the first ``count`` operations of an order."""
    total = len(a.operations) - 1
    works = np.full((total, 6), -1, np.int64)
    trips = np.full((len(a.inputs), 7), -1, np.int64)
    s = start_state(a, hold)
    plan = Schedule(works, trips, np.empty(total, np.int64))
    found, stack = np.empty(8, np.int64), np.empty(len(order) + 1, np.int64)
    _follow(a, s, order, count, only, plan, found, stack)
    return s


@lean
def _not_yet(a: Arrays, s: State, o: int, i: int, plan: Schedule) -> bool:
    """Return whether an operation or its trip must wait for a part to leave."""
    if i >= 0:
        source = a.inputs[i, SOURCE]
        return bool(source >= 0 and s.done[source, END_AT] < 0)
    if _unmade(a, s, o) >= 0:
        return True
    machine = a.modes[plan.works[o, MODE], MACHINE]
    for k in range(a.machines[machine, SLOTS], a.machines[machine + 1, SLOTS]):
        if s.slots[k] < HELD:
            return False
    return bool(a.machines[machine, CAPACITY] > 0 and own_part(a, s, o, machine) < 0)


@lean
def _bring_forward(items: Table, q: int, p: int) -> None:
    """Move item ``q`` to place ``p``; what waits stays in order, trips before work."""
    for column in range(items.shape[1]):
        item = items[q, column]
        for k in range(q, p, -1):
            items[k, column] = items[k - 1, column]
        items[p, column] = item


@lean
def _repeat(a: Arrays, s: State, items: Table, plan: Schedule) -> int:
    planned, p = 0, 0
    while p < len(items):
        o, i, choice = items[p, 0], items[p, 1], items[p, 2]
        if a.prices[BLOCKED] > 0 and _not_yet(a, s, o, i, plan):
            later = p + 1
            while later < len(items) and _not_yet(
                a, s, items[later, 0], items[later, 1], plan
            ):
                later += 1
            if later == len(items):
                return planned
            _bring_forward(items, later, p)
            continue
        p += 1
        target = a.machines[a.modes[plan.works[o, MODE], MACHINE], SITE]
        if i >= 0:
            carry(a, s, i, target, choice, plan.trips)
            if plan.trips[i, VEHICLE] >= 0:
                take(a, s, i, plan.trips[i, PICKUP])
            continue
        arrival = a.now
        for j in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
            if plan.trips[j, VEHICLE] >= 0:
                arrival = max(arrival, plan.trips[j, ARRIVE])
            else:
                arrival = max(arrival, carry(a, s, j, target, NO_VEHICLE, plan.trips))
            arrival = max(arrival, made_at(a, s, j) + a.inputs[j, LAG])
        follow(a, s, o, choice, arrival, plan)
        if plan.works[o, START] >= HELD:
            return planned
        plan.order[planned] = o
        planned += 1
    return planned


@compiled
def as_planned(a: Arrays, items: Table, hold: Table, plan: Schedule) -> int:
    """Plan trips and operations one by one; return how many operations.

    ``items`` (., 3): operation, input and vehicle; or operation, -1 and mode.
    ``plan.works`` says the mode of each operation beforehand.
    """
    plan.trips[:, VEHICLE] = NO_VEHICLE
    return _repeat(a, start_state(a, hold), items, plan)
