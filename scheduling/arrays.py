"""A problem as contiguous arrays: what the compiled step reads.

Tables are int64, one row a thing, with a named column for each attribute; offsets
point into the table of a thing's parts, whose end is the offset in the next row (so
operations and machines carry one row more than there are).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.problem import Fleet, Operation, Problem

Table = NDArray[np.int64]
Reals = NDArray[np.float64]

# columns of Arrays.operations; NEXT, MODES and INPUTS are offsets
JOB, FAMILY, RELEASE, PINNED, KEEP, BEFORE, TAIL, AWAITED, NEXT, MODES, INPUTS = range(
    11
)
MACHINE, DURATION = range(2)  # of Arrays.modes
SOURCE, PLACE, READY = range(3)  # of Arrays.inputs
SITE, CAPACITY, HEADWAY, LAST, MATRIX, PRESENT, SLOTS, CLOSED = range(8)  # of machines
FREE, AT, FLEET = range(3)  # of Arrays.vehicles
EMPTY, LOADED = range(2)  # of Arrays.travel
DUE, BEGIN = range(2)  # of Arrays.jobs
FLOW, MOVED, CHANGED, TYPICAL, MAKESPAN, SPREAD = range(6)  # of Arrays.prices

_KEPT = 8


class Arrays(NamedTuple):
    """The tables of a problem.

    Shapes: N operations, M machines, V vehicles, F fleets, P places, J jobs, K set-up
    matrices of up to S families. Times in ms, -1 where there is none.

    Attributes
    ----------
    operations
        (N + 1, 11).
    modes, inputs, following
        (., 2), (., 3) and (.,): the parts of operations; ``following`` lists those
        that need its output.
    machines, slots, closed
        (M + 1, 8); (.,) when each slot is free; (., 2).
    setups
        (K, S, S).
    vehicles, travel
        (V, 3) and (F, 2, P, P): empty, loaded.
    jobs, weights, rates
        (J, 2); (J,) and (J,): what a ms costs late, and late including flow.
    prices
        (6,): flow, moved, changed, the typical duration, 1 if makespan counts, spread.
    """

    now: int
    operations: Table
    modes: Table
    inputs: Table
    following: Table
    machines: Table
    slots: Table
    closed: Table
    setups: Table
    vehicles: Table
    travel: Table
    jobs: Table
    weights: Reals
    rates: Reals
    prices: Reals


def _table(rows: list[Any], columns: int) -> Table:
    flat = chain.from_iterable(rows)
    size = len(rows) * columns
    return np.fromiter(flat, np.int64, size).reshape(len(rows), columns)


class _Kept:
    """Arrays of what seldom changes, found again by identity or equality."""

    def __init__(self) -> None:
        self._pairs: list[tuple[object, Table]] = []

    def find(self, key: object) -> Table | None:
        for known, array in self._pairs:
            if known is key or known == key:
                return array
        return None

    def add(self, key: object, array: Table) -> Table:
        array.flags.writeable = True  # one type for the compiler
        self._pairs = [*self._pairs[1 - _KEPT :], (key, array)]
        return array


_travel = _Kept()
_setups = _Kept()


def _travel_of(fleets: tuple[Fleet, ...]) -> Table:
    found = _travel.find(fleets)
    if found is not None:
        return found
    places = len(fleets[0].empty) if fleets else 0
    cube = np.array([[f.empty, f.loaded] for f in fleets], dtype=np.int64)
    return _travel.add(fleets, cube.reshape(len(fleets), 2, places, places))


def _setups_of(matrices: tuple[tuple[tuple[int, ...], ...], ...]) -> Table:
    found = _setups.find(matrices)
    if found is not None:
        return found
    widest = max((len(matrix) for matrix in matrices), default=0)
    cube = np.zeros((len(matrices), widest, widest), dtype=np.int64)
    for k, matrix in enumerate(matrices):
        if matrix:
            cube[k, : len(matrix), : len(matrix)] = matrix
    return _setups.add(matrices, cube)


def _followers(operations: tuple[Operation, ...]) -> list[list[int]]:
    """Return for each operation those that take a part from it (once an input)."""
    followers: list[list[int]] = [[] for _ in operations]
    for position, operation in enumerate(operations):
        if operation.pinned is None:
            for part in operation.inputs:
                if part.operation is not None:
                    followers[part.operation].append(position)
    return followers


def _tails(operations: tuple[Operation, ...]) -> list[int]:
    """Return the least time from each start to the last end that depends on it.

    An operation stands behind those it takes parts from.
    """
    after = [0] * len(operations)
    for o in range(len(operations) - 1, -1, -1):
        operation = operations[o]
        modes = operation.modes
        if len(modes) == 1:
            after[o] += modes[0].duration
        elif modes:
            after[o] += min([mode.duration for mode in modes])
        if operation.pinned is None:
            for part in operation.inputs:
                source = part.operation
                if source is not None and after[source] < after[o]:
                    after[source] = after[o]
    return after


def typical_duration(durations: Sequence[int]) -> float:
    """Return the median of the durations above 0: what rules take for a unit of time.

    ATC is written with the mean; one oven that works for hours among machines that
    work for minutes would make every rule wait for hours.
    """
    known = sorted(duration for duration in durations if duration > 0)
    return float(known[len(known) // 2]) if known else 1.0


def arrays_of(problem: Problem) -> Arrays:
    """Return the arrays of a problem."""
    operations, jobs, aim = problem.operations, problem.jobs, problem.objective
    followers = _followers(operations)
    tails = _tails(operations)
    before: dict[str, str] = problem.in_force.machine_of() if problem.in_force else {}
    position = {machine.id: m for m, machine in enumerate(problem.machines)}

    table: list[tuple[int, ...]] = []
    modes: list[tuple[int, int]] = []
    inputs: list[tuple[int, int, int]] = []
    following: list[int] = []
    least_times: list[int] = []
    for o, operation in enumerate(operations):
        awaited = 0
        first_mode, first_input, first_next = len(modes), len(inputs), len(following)
        for part in operation.inputs:
            source = -1 if part.operation is None else part.operation
            inputs.append((source, part.place, part.ready))
            awaited += source >= 0 and operation.pinned is None
        least = 0
        for mode in operation.modes:
            modes.append((mode.machine, mode.duration))
            if least == 0 or mode.duration < least:
                least = mode.duration
        least_times.append(least)
        following.extend(followers[o])
        table.append(
            (
                operation.job,
                operation.family,
                operation.release,
                -1 if operation.pinned is None else operation.pinned,
                -1 if operation.keep is None else operation.keep,
                position.get(before.get(operation.id, ""), -1),
                tails[o],
                awaited,
                first_next,
                first_mode,
                first_input,
            )
        )
    table.append((0,) * 8 + (len(following), len(modes), len(inputs)))

    machines: list[tuple[int, ...]] = []
    slots: list[int] = []
    closed: list[tuple[int, int]] = []
    for machine in problem.machines:
        machines.append(
            (
                machine.place,
                machine.capacity,
                machine.headway,
                machine.last_start,
                -1 if machine.setup is None else machine.setup,
                machine.family,
                len(slots),
                len(closed),
            )
        )
        free = sorted(machine.free)[-machine.capacity :] if machine.capacity else []
        slots.extend([0] * (machine.capacity - len(free)))
        slots.extend(free)
        closed.extend(machine.closed)
    machines.append((0,) * 6 + (len(slots), len(closed)))

    priced = 0.0 if aim.makespan else 1.0
    typical = typical_duration(least_times)
    return Arrays(
        now=problem.now,
        operations=_table(table, 11),
        modes=_table(modes, 2),
        inputs=_table(inputs, 3),
        following=np.array(following, dtype=np.int64),
        machines=_table(machines, 8),
        slots=np.array(slots, dtype=np.int64),
        closed=_table(closed, 2),
        setups=_setups_of(problem.setups),
        vehicles=_table([(v.free, v.place, v.fleet) for v in problem.vehicles], 3),
        travel=_travel_of(problem.fleets),
        jobs=_table([(job.due, job.release) for job in jobs], 2),
        weights=np.array([job.weight for job in jobs], dtype=np.float64),
        rates=np.array([job.weight + aim.flow for job in jobs], dtype=np.float64),
        prices=np.array(
            [
                aim.flow,
                aim.moved * priced,
                aim.changed * priced,
                typical,
                float(aim.makespan),
                aim.spread,
            ],
            dtype=np.float64,
        ),
    )
