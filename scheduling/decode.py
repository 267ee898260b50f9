"""From decisions to a plan: every engine proposes, this realises it by the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np

from scheduling.arrays import (
    AWAITED,
    CAPACITY,
    CHANGED,
    ENERGY,
    INPUTS,
    LIMITED,
    MACHINE,
    MODES,
    NEXT,
    PINNED,
    Arrays,
    Table,
    arrays_of,
)
from scheduling.plan import Assignment, Plan, Trip
from scheduling.problem import Problem
from scheduling.realise import as_planned, in_order
from scheduling.step import (
    ARRIVE,
    DESTINATION,
    END,
    LEAVE,
    MODE,
    ORIGIN,
    PICKUP,
    SETUP_START,
    START,
    VEHICLE,
    Schedule,
)
from scheduling.worth import FORBIDDEN, worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A plan as arrays: how many operations are planned, and what it is worth.

    ``hold`` (N,) says what is delayed on purpose, and until when.
    """

    schedule: Schedule
    hold: Table
    planned: int = 0
    value: float = float("inf")
    makespan: int = 0

    def valued(self, planned: int, value: float, makespan: int) -> Draft:
        """Return the draft with what is known after writing its schedule."""
        return Draft(
            schedule=self.schedule,
            hold=self.hold,
            planned=int(planned),
            value=float(value),
            makespan=int(makespan),
        )

    @property
    def allowed(self) -> bool:
        """Whether it is complete, no part waits too long, no ceiling is exceeded."""
        return self.value < FORBIDDEN

    def modes(self) -> Table:
        """Return the mode of each operation, -1 where it is not planned."""
        return self.schedule.works[:, MODE].copy()


def draft_of(a: Arrays, hold: Table | None = None) -> Draft:
    """Return an empty draft to be written."""
    count = len(a.operations) - 1
    return Draft(
        hold=np.zeros(count, dtype=np.int64) if hold is None else hold,
        schedule=Schedule(
            works=np.full((count, 6), -1, dtype=np.int64),
            trips=np.full((len(a.inputs), 7), -1, dtype=np.int64),
            order=np.full(count, -1, dtype=np.int64),
        ),
    )


def decode(
    problem: Problem,
    priority: Sequence[str],
    machines: Mapping[str, str] | None = None,
) -> Plan:
    """Return the plan that follows from an order of operations.

    Parameters
    ----------
    priority
        Ids, the most urgent first; whatever must precede an operation is planned
        before it. Unknown ids are passed over, operations not named come last.
    machines
        Machine of an operation by id; where none is given, or the operation cannot
        be done there, it goes where it ends first.
    """
    a = arrays_of(problem)
    return plan_of(problem, a, decoded(problem, a, priority, machines))


def decoded(
    problem: Problem,
    a: Arrays,
    priority: Sequence[str],
    machines: Mapping[str, str] | None = None,
) -> Draft:
    """Return :func:`decode`'s plan as arrays."""
    only = modes_of(problem, machines or {})
    return realised(a, sequence_of(a, ranks_of(problem, priority)), only)


def realised(a: Arrays, order: Table, only: Table, hold: Table | None = None) -> Draft:
    """Return the plan of an order of positions that respects precedence.

    ``only`` (N,) prescribes modes, -1 leaves them free; ``hold`` (N,) delays starts.
    What is frozen keeps its mode.
    """
    draft = draft_of(a, hold)
    if len(a.prefix):
        only = only.copy()
        only[a.prefix[:, 0]] = a.prefix[:, 1]
    planned = in_order(a, order, len(order), only, draft.hold, draft.schedule)
    return draft.valued(planned, *worth(a, planned, draft.schedule))


def ranks_of(problem: Problem, priority: Sequence[str]) -> list[int]:
    """Return the place of each operation in an order of ids."""
    place = {id: rank for rank, id in enumerate(priority)}
    return [place.get(operation.id, len(place)) for operation in problem.operations]


def sequence_of(a: Arrays, ranks: Sequence[int]) -> Table:
    """Return the order of positions by rank, each after all it needs.

    What is frozen comes first.
    """
    total = len(a.operations) - 1
    operations = a.operations.tolist()
    following = a.following.tolist()
    waiting = [operations[o][AWAITED] for o in range(total)]

    def release(o: int) -> list[int]:
        freed = []
        for n in following[operations[o][NEXT] : operations[o + 1][NEXT]]:
            waiting[n] -= 1
            if waiting[n] == 0:
                freed.append(n)
        return freed

    def doable(o: int) -> bool:
        return bool(operations[o][MODES] < operations[o + 1][MODES])

    order = a.prefix[:, 0].tolist()
    decided = {*order, *(o for o in range(total) if operations[o][PINNED] >= 0)}
    for o in decided:
        release(o)
    heap = [
        (ranks[o], o)
        for o in range(total)
        if waiting[o] == 0 and o not in decided and doable(o)
    ]
    heapify(heap)
    while heap:
        _, o = heappop(heap)
        order.append(o)
        for n in release(o):
            if doable(n) and n not in decided:
                heappush(heap, (ranks[n], n))
    return np.array(order, dtype=np.int64)


def modes_of(problem: Problem, machines: Mapping[str, str]) -> Table:
    """Return the mode of each operation on its given machine, -1 without one."""
    if not machines:
        return np.full(len(problem.operations), -1, dtype=np.int64)
    only, first = [], 0
    for operation in problem.operations:
        wanted = machines.get(operation.id)
        found = -1
        for k, mode in enumerate(operation.modes):
            if problem.machines[mode.machine].id == wanted:
                found = first + k
                break
        only.append(found)
        first += len(operation.modes)
    return np.array(only, dtype=np.int64)


def retimed(problem: Problem, a: Arrays, plan: Plan) -> Draft:
    """Return a complete plan with its machines, vehicles and their orders kept.

    Every operation and trip begins as soon as these allow; that is no later than in a
    feasible ``plan``, unless a machine with several slots sets up ahead of other work.
    Where a plan may wait on purpose (for cheap energy, to fill an oven, so that parts
    do not wait too long) its starts are kept. A plan that does not keep what is
    frozen is none.
    """
    place = {operation.id: o for o, operation in enumerate(problem.operations)}
    vehicle = {v.id: k for k, v in enumerate(problem.vehicles)}
    only = modes_of(problem, plan.machine_of())
    rank = {id: k for k, id in enumerate(plan.priority)}
    depth = _depths(a)
    items: list[tuple[tuple[int, int, int, int, int], tuple[int, int, int]]] = []
    for trip in plan.trips:
        o = place[trip.operation]
        key = (trip.pickup, trip.pickup, depth[o], 0, rank.get(trip.operation, 0))
        item = (o, int(a.operations[o, INPUTS]) + trip.input, vehicle[trip.vehicle])
        items.append((key, item))
    for work in plan.assignments:
        o = place[work.operation]
        key = (work.start, work.end, depth[o], 1, rank.get(work.operation, 0))
        items.append((key, (o, -1, int(only[o]))))
    items.sort()
    draft = draft_of(a, _waits(problem, a, plan))
    draft.schedule.works[:, MODE] = only
    table = np.array([item for _, item in items], dtype=np.int64).reshape(-1, 3)
    planned = as_planned(a, table, draft.hold, draft.schedule)
    if not _keeps_frozen(a, draft.schedule.works):
        return draft
    return draft.valued(planned, *worth(a, planned, draft.schedule))


def _keeps_frozen(a: Arrays, works: Table) -> bool:
    """Return whether what is frozen has its mode and, on one slot, its turn."""
    frozen, modes = a.prefix.T
    if not np.array_equal(works[frozen, MODE], modes):
        return False
    rank = np.full(len(works), len(frozen))
    rank[frozen] = np.arange(len(frozen))
    planned = np.flatnonzero(works[:, MODE] >= 0)
    machine = a.modes[works[planned, MODE], MACHINE]
    turn = np.lexsort((rank[planned], works[planned, START], machine))
    rank, machine = rank[planned[turn]], machine[turn]
    one_by_one = (np.diff(machine) == 0) & (a.machines[machine[1:], CAPACITY] == 1)
    return not (one_by_one & (np.diff(rank) < 0)).any()


def _waits(problem: Problem, a: Arrays, plan: Plan) -> Table:
    """Return until when a plan holds work back on purpose, (N,)."""
    hold = np.zeros(len(problem.operations), dtype=np.int64)
    place = {operation.id: o for o, operation in enumerate(problem.operations)}
    ovens = {machine.id for machine in problem.machines if machine.batch}
    everywhere = may_wait(a) or a.prices[LIMITED] > 0
    for work in plan.assignments:
        if everywhere or work.machine in ovens:
            hold[place[work.operation]] = work.start
    return hold


def steady(a: Arrays) -> bool:
    """Return whether it counts on which machines work was in the plan in force."""
    return bool(a.prices[CHANGED] > 0 or a.ceilings[CHANGED] < np.inf)


def may_wait(a: Arrays) -> bool:
    """Return whether it can pay to begin later than possible: energy gets cheaper."""
    priced = a.prices[ENERGY] > 0 or a.ceilings[ENERGY] < np.inf
    return bool(priced and len(a.tariff) > 1)


def _depths(a: Arrays) -> list[int]:
    """Return how many operations must come before each, at least, one by one."""
    total = len(a.operations) - 1
    order = sequence_of(a, [0] * total)
    depth = [0] * total
    for o in order:
        for n in a.following[a.operations[o, NEXT] : a.operations[o + 1, NEXT]]:
            depth[n] = max(depth[n], depth[o] + 1)
    return depth


def plan_of(problem: Problem, a: Arrays, draft: Draft) -> Plan:
    """Return a draft as a plan, with the names of the problem.

    Column by column: a plan is made at every event.
    """
    ids = [operation.id for operation in problem.operations]
    order = draft.schedule.order[: draft.planned]
    return Plan(
        assignments=_assignments(problem, a, draft, ids, order),
        trips=_trips(problem, a, draft, ids, order),
        value=draft.value,
        makespan=draft.makespan,
        priority=tuple([ids[o] for o in order.tolist()]),
    )


def _assignments(
    problem: Problem, a: Arrays, draft: Draft, ids: list[str], order: Table
) -> tuple[Assignment, ...]:
    """Return the assignments by start; equal starts in the order of deciding."""
    names = [machine.id for machine in problem.machines]
    order = order[np.argsort(draft.schedule.works[order, START], kind="stable")]
    works = draft.schedule.works[order]
    return tuple(
        map(
            Assignment,
            [ids[o] for o in order.tolist()],
            [names[m] for m in a.modes[works[:, MODE], MACHINE].tolist()],
            works[:, START].tolist(),
            works[:, END].tolist(),
            works[:, SETUP_START].tolist(),
        )
    )


def _trips(
    problem: Problem, a: Arrays, draft: Draft, ids: list[str], order: Table
) -> tuple[Trip, ...]:
    """Return the trips by pick-up; equal ones in the order of deciding."""
    first, count = a.operations[order, INPUTS], a.operations[order + 1, INPUTS]
    count = count - first
    of = np.repeat(order, count)  # whose input it is, and which of its inputs
    which = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    trips = draft.schedule.trips[np.repeat(first, count) + which]
    made = np.flatnonzero(trips[:, VEHICLE] >= 0)
    made = made[np.argsort(trips[made, PICKUP], kind="stable")]
    trips, names = trips[made], [vehicle.id for vehicle in problem.vehicles]
    return tuple(
        map(
            Trip,
            [names[v] for v in trips[:, VEHICLE].tolist()],
            [ids[o] for o in of[made].tolist()],
            which[made].tolist(),
            *(
                trips[:, column].tolist()
                for column in (ORIGIN, DESTINATION, LEAVE, PICKUP, ARRIVE)
            ),
        )
    )
