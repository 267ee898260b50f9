"""A problem as contiguous arrays: what the compiled step reads.

Tables are int64, one row a thing, with a named column for each attribute; offsets
point into the table of a thing's parts, whose end is the offset in the next row (so
operations and machines carry one row more than there are).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.problem import Fleet, Mode, Operation, Problem

Table = NDArray[np.int64]
Reals = NDArray[np.float64]

# columns of Arrays.operations; NEXT, MODES and INPUTS are offsets
JOB, FAMILY, RELEASE, PINNED, KEEP, BEFORE, TAIL, AWAITED, NEXT, MODES, INPUTS = range(
    11
)
MACHINE, DURATION = range(2)  # of Arrays.modes
SOURCE, PLACE, READY = range(3)  # of Arrays.inputs
SITE, CAPACITY, HEADWAY, LAST, MATRIX, PRESENT, DETOURS, SLOTS, CLOSED = range(9)
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
        (M + 1, 9); (.,) when each slot is free; (., 2).
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


def _followers(operations: tuple[Operation, ...]) -> tuple[list[list[int]], list[int]]:
    """Return who takes a part from each operation, and how many each must await.

    An operation is named once an input.
    """
    followers: list[list[int]] = [[] for _ in operations]
    awaited = [0] * len(operations)
    for position, operation in enumerate(operations):
        if operation.pinned is None:
            for part in operation.inputs:
                if part.operation is not None:
                    followers[part.operation].append(position)
                    awaited[position] += 1
    return followers, awaited


def _least(modes: tuple[Mode, ...]) -> int:
    """Return the shortest duration; 0 without any mode."""
    if len(modes) == 1:
        return modes[0].duration
    return min([mode.duration for mode in modes], default=0)


def _tails(operations: tuple[Operation, ...], least: list[int]) -> list[int]:
    """Return the least time from each start to the last end that depends on it.

    An operation stands behind those it takes parts from.
    """
    after = [0] * len(operations)
    for o in range(len(operations) - 1, -1, -1):
        operation = operations[o]
        after[o] = tail = after[o] + least[o]
        if operation.pinned is None:
            for part in operation.inputs:
                source = part.operation
                if source is not None and after[source] < tail:
                    after[source] = tail
    return after


def _offsets(counts: Iterable[int]) -> list[int]:
    """Return where the parts of each begin, and where those of the last end."""
    return list(accumulate(counts, initial=0))


def typical_duration(durations: Sequence[int]) -> float:
    """Return the median of the durations above 0: what rules take for a unit of time.

    ATC is written with the mean; one oven that works for hours among machines that
    work for minutes would make every rule wait for hours.
    """
    known = sorted(duration for duration in durations if duration > 0)
    return float(known[len(known) // 2]) if known else 1.0


class _Works(NamedTuple):
    """The tables of operations, and the least time of each."""

    operations: Table
    modes: Table
    inputs: Table
    following: Table
    least: list[int]


def _works(problem: Problem) -> _Works:
    """Return the tables of operations, column by column: at every event anew."""
    operations = problem.operations
    before = problem.in_force.machine_of() if problem.in_force else {}
    position = {machine.id: m for m, machine in enumerate(problem.machines)}
    followers, awaited = _followers(operations)
    least = [_least(operation.modes) for operation in operations]
    inputs = [
        (-1 if part.operation is None else part.operation, part.place, part.ready)
        for operation in operations
        for part in operation.inputs
    ]
    columns = (
        [o.job for o in operations],
        [o.family for o in operations],
        [o.release for o in operations],
        [-1 if o.pinned is None else o.pinned for o in operations],
        [-1 if o.keep is None else o.keep for o in operations],
        [position.get(before.get(o.id, ""), -1) for o in operations],
        _tails(operations, least),
        awaited,
    )
    end = ([*column, 0] for column in columns)
    offsets = (
        _offsets(map(len, followers)),
        _offsets([len(o.modes) for o in operations]),
        _offsets([len(o.inputs) for o in operations]),
    )
    return _Works(
        operations=_table(list(zip(*end, *offsets, strict=True)), 11),
        modes=_table([mode for o in operations for mode in o.modes], 2),
        inputs=_table(inputs, 3),
        following=np.array([n for ns in followers for n in ns], dtype=np.int64),
        least=least,
    )


@lru_cache(maxsize=64)
def _detours(matrix: tuple[tuple[int, ...], ...]) -> int:
    """Return how often two set-ups are sooner done than the one they replace."""
    times = np.array(matrix, dtype=np.int64).reshape(len(matrix), len(matrix))
    via = times[:, :, None] + times[None, :, :]  # from, via, to
    return int(np.sum(via < times[:, None, :]))


def _machines(problem: Problem) -> tuple[Table, Table, Table]:
    """Return the tables of machines, of their slots and of when they are closed."""
    rows: list[tuple[int, ...]] = []
    slots: list[int] = []
    closed: list[tuple[int, int]] = []
    detours = [_detours(matrix) for matrix in problem.setups]
    for machine in problem.machines:
        rows.append(
            (
                machine.place,
                machine.capacity,
                machine.headway,
                machine.last_start,
                -1 if machine.setup is None else machine.setup,
                machine.family,
                0 if machine.setup is None else detours[machine.setup],
                len(slots),
                len(closed),
            )
        )
        free = sorted(machine.free)[-machine.capacity :] if machine.capacity else []
        slots.extend([0] * (machine.capacity - len(free)))
        slots.extend(free)
        closed.extend(machine.closed)
    rows.append((0,) * 7 + (len(slots), len(closed)))
    return _table(rows, 9), np.array(slots, dtype=np.int64), _table(closed, 2)


def arrays_of(problem: Problem) -> Arrays:
    """Return the arrays of a problem."""
    jobs, aim = problem.jobs, problem.objective
    works = _works(problem)
    machines, slots, closed = _machines(problem)
    priced = 0.0 if aim.makespan else 1.0
    prices = [
        aim.flow,
        aim.moved * priced,
        aim.changed * priced,
        typical_duration(works.least),
        float(aim.makespan),
        aim.spread,
    ]
    return Arrays(
        now=problem.now,
        operations=works.operations,
        modes=works.modes,
        inputs=works.inputs,
        following=works.following,
        machines=machines,
        slots=slots,
        closed=closed,
        setups=_setups_of(problem.setups),
        vehicles=_table([(v.free, v.place, v.fleet) for v in problem.vehicles], 3),
        travel=_travel_of(problem.fleets),
        jobs=_table([(job.due, job.release) for job in jobs], 2),
        weights=np.array([job.weight for job in jobs], dtype=np.float64),
        rates=np.array([job.weight + aim.flow for job in jobs], dtype=np.float64),
        prices=np.array(prices, dtype=np.float64),
    )
