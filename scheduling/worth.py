"""What a schedule is worth: the criteria, and the weighted sum of them."""

from __future__ import annotations

import numpy as np

from scheduling.arrays import (
    BEFORE,
    BEGIN,
    CHANGED,
    DUE,
    ENERGY,
    FLOW,
    INPUTS,
    JOB,
    KEEP,
    LIMIT,
    LIMITED,
    MACHINE,
    MAKESPAN,
    MOVED,
    PINNED,
    READY,
    SET_UPS,
    SOURCE,
    SPREAD,
    TARDINESS,
    Arrays,
    Reals,
)
from scheduling.compiling import compiled, lean
from scheduling.step import END, JOINED, MODE, SET_UP, START, Schedule

#: From this value on a schedule is not allowed: a part waits too long, or a criterion
#: is above its ceiling. What it exceeds this by says by how much.
FORBIDDEN = 1e15
#: How much dearer each unit of excess makes it: beyond what doubles round off.
EXCESS = 1e3
#: How far above its ceiling a criterion still equals it, relatively: sums are rounded.
CLOSE = 1e-9


@lean
def bill(a: Arrays, machine: int, start: int, end: int) -> float:
    """Return what the energy costs that a machine draws while it works."""
    cost, count = 0.0, len(a.tariff)
    for k in range(count):
        begin = float(start) if k == 0 else max(float(start), a.tariff[k, 0])
        until = float(end)
        if k + 1 < count:
            until = min(until, a.tariff[k + 1, 0])
        if until > begin:
            cost += a.tariff[k, 1] * (until - begin)
    return cost * float(a.power[machine])


@lean
def overdue(a: Arrays, plan: Schedule) -> float:
    """Return how much longer than they may parts wait, summed over them, ms."""
    over = 0.0
    for o in range(len(plan.order)):
        if a.operations[o, PINNED] >= 0 or plan.works[o, MODE] < 0:
            continue
        for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
            if a.inputs[i, LIMIT] >= 0:
                made, source = a.inputs[i, READY], a.inputs[i, SOURCE]
                if source >= 0:
                    made = a.operations[source, PINNED]
                    if made < 0:
                        made = plan.works[source, END]
                late = plan.works[o, START] - made - a.inputs[i, LIMIT]
                over += max(0.0, float(late))
    return over


@lean
def _judge(a: Arrays, plan: Schedule, ends: Reals, found: Reals) -> int:
    """Write the criteria to ``found`` (7,); return how many operations are open."""
    open_ = 0
    billed = a.prices[ENERGY] > 0 or a.ceilings[ENERGY] < np.inf
    for o in range(len(a.operations) - 1):
        end = a.operations[o, PINNED]
        if end < 0:
            open_ += 1
            if plan.works[o, MODE] < 0:
                continue
            end = plan.works[o, END]
            machine = a.modes[plan.works[o, MODE], MACHINE]
            if a.operations[o, KEEP] >= 0 and a.operations[o, KEEP] != machine:
                found[MOVED] += 1
            if a.operations[o, BEFORE] >= 0 and a.operations[o, BEFORE] != machine:
                found[CHANGED] += 1
            found[SET_UPS] += plan.works[o, SET_UP]
            if billed and plan.works[o, JOINED] == 0:
                found[ENERGY] += bill(a, machine, plan.works[o, START], end)
        ends[a.operations[o, JOB]] = max(ends[a.operations[o, JOB]], end)
        found[MAKESPAN] = max(found[MAKESPAN], end)
    spread = a.prices[SPREAD]
    for j in range(len(a.jobs)):
        if ends[j] >= 0:
            late = ends[j] - a.jobs[j, DUE]
            mean = 0.5 * (max(0.0, late - spread) + max(0.0, late + spread))
            found[TARDINESS] += a.weights[j] * mean
            found[FLOW] += ends[j] - a.jobs[j, BEGIN]
    return open_


@compiled
def worth(a: Arrays, planned: int, plan: Schedule) -> tuple[float, int]:
    """Return value and makespan of a schedule.

    The value is infinite if the schedule is incomplete, ``FORBIDDEN`` or more if it is
    not allowed.
    """
    found = np.zeros(7, np.float64)
    open_ = _judge(a, plan, np.full(len(a.jobs), -1.0), found)
    makespan = int(found[MAKESPAN])
    if planned < open_:
        return np.inf, makespan
    value = 0.0
    excess = overdue(a, plan) if a.prices[LIMITED] > 0 else 0.0
    for k in range(7):
        value += a.prices[k] * found[k]
        if found[k] > a.ceilings[k] + CLOSE * max(1.0, abs(a.ceilings[k])):
            excess += found[k] - a.ceilings[k]
    return value if excess <= 0 else FORBIDDEN + EXCESS * excess, makespan
