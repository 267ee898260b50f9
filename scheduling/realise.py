"""What becomes of given decisions, an order or a whole plan; and what it is worth."""

from __future__ import annotations

import numpy as np

from scheduling.arrays import (
    BEGIN,
    DUE,
    FLOW,
    INPUTS,
    JOB,
    MACHINE,
    MAKESPAN,
    PINNED,
    SITE,
    SPREAD,
    Arrays,
    Table,
)
from scheduling.candidate import C_MODE, price_of, propose
from scheduling.compiling import compiled, lean
from scheduling.step import (
    ARRIVE,
    END,
    MODE,
    NO_VEHICLE,
    VEHICLE,
    Schedule,
    State,
    carry,
    commit,
    settle,
    start_state,
)


@lean
def _follow(
    a: Arrays,
    s: State,
    order: Table,
    count: int,
    only: Table,
    plan: Schedule,
    found: Table,
) -> None:
    for p in range(count):
        o = order[p]
        mode = only[o]
        if mode < 0:
            propose(a, s, o, mode, plan.trips, found)
            mode = found[C_MODE]
        commit(a, s, o, mode, plan)
        plan.order[p] = o


@compiled
def in_order(a: Arrays, order: Table, count: int, only: Table, plan: Schedule) -> int:
    """Plan the first ``count`` operations of ``order``, which respects precedence."""
    plan.works[:, MODE] = -1
    found = np.empty(8, np.int64)
    _follow(a, start_state(a), order, count, only, plan, found)
    return count


@compiled
def state_after(a: Arrays, order: Table, count: int, only: Table) -> State:
    """Return the state after the first ``count`` operations of an order."""
    total = len(a.operations) - 1
    works = np.full((total, 4), -1, np.int64)
    trips = np.full((len(a.inputs), 7), -1, np.int64)
    s = start_state(a)
    plan = Schedule(works, trips, np.empty(total, np.int64))
    _follow(a, s, order, count, only, plan, np.empty(8, np.int64))
    return s


@lean
def _repeat(a: Arrays, s: State, items: Table, plan: Schedule) -> int:
    planned = 0
    for p in range(len(items)):
        o, i, choice = items[p, 0], items[p, 1], items[p, 2]
        target = a.machines[a.modes[plan.works[o, MODE], MACHINE], SITE]
        if i >= 0:
            carry(a, s, i, target, choice, plan.trips)
            continue
        arrival = a.now
        for j in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
            if plan.trips[j, VEHICLE] >= 0:
                arrival = max(arrival, plan.trips[j, ARRIVE])
            else:
                arrival = max(arrival, carry(a, s, j, target, NO_VEHICLE, plan.trips))
        settle(a, s, o, choice, arrival, plan.works)
        plan.order[planned] = o
        planned += 1
    return planned


@compiled
def as_planned(a: Arrays, items: Table, plan: Schedule) -> int:
    """Plan trips and operations one by one; return how many operations.

    ``items`` (., 3): operation, input and vehicle; or operation, -1 and mode.
    ``plan.works`` says the mode of each operation beforehand.
    """
    plan.trips[:, VEHICLE] = NO_VEHICLE
    return _repeat(a, start_state(a), items, plan)


@compiled
def worth(a: Arrays, planned: int, plan: Schedule) -> tuple[float, int]:
    """Return value and makespan of a schedule; the value is infinite if incomplete."""
    ends = np.full(len(a.jobs), -1, np.int64)
    makespan, open_ = 0, 0
    price = 0.0
    for o in range(len(a.operations) - 1):
        end = a.operations[o, PINNED]
        if end < 0:
            open_ += 1
            if plan.works[o, MODE] < 0:
                continue
            end = plan.works[o, END]
            price += price_of(a, o, a.modes[plan.works[o, MODE], MACHINE])
        ends[a.operations[o, JOB]] = max(ends[a.operations[o, JOB]], end)
        makespan = max(makespan, end)
    if planned < open_:
        return np.inf, makespan
    if a.prices[MAKESPAN] > 0:
        return float(makespan), makespan
    value = 0.0
    for j in range(len(a.jobs)):
        if ends[j] >= 0:
            late, spread = float(ends[j] - a.jobs[j, DUE]), a.prices[SPREAD]
            value += a.weights[j] * 0.5 * max(0.0, late - spread)
            value += a.weights[j] * 0.5 * max(0.0, late + spread)
            value += a.prices[FLOW] * (ends[j] - a.jobs[j, BEGIN])
    return value + price, makespan
