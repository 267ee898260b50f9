"""Machines, set-ups and travel times as tables."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from scheduling.problem import Fleet, Machine, Problem
from scheduling.tables import Table, table

#: What a machine is besides: nothing, an oven, one without room beside it.
PLAIN, BATCH, BLOCKING = range(3)

_KEPT = 8


class _Kept:
    """Arrays of what seldom changes, found again by identity or equality."""

    def __init__(self) -> None:
        self._pairs: list[tuple[object, Table]] = []

    def find(self, key: object) -> Table | None:
        for known, array in self._pairs:
            if known is key:
                return array
        for k, (known, array) in enumerate(self._pairs):
            if known == key:  # found by identity from now on
                self._pairs[k] = (key, array)
                return array
        return None

    def add(self, key: object, array: Table) -> Table:
        array.flags.writeable = True  # one type for the compiler
        self._pairs = [*self._pairs[1 - _KEPT :], (key, array)]
        return array


_travel = _Kept()
_setups = _Kept()


def travel_of(fleets: tuple[Fleet, ...]) -> Table:
    """Return travel times, (F, 2, P, P)."""
    found = _travel.find(fleets)
    if found is not None:
        return found
    places = len(fleets[0].empty) if fleets else 0
    cube = np.array([[f.empty, f.loaded] for f in fleets], dtype=np.int64)
    return _travel.add(fleets, cube.reshape(len(fleets), 2, places, places))


def setups_of(matrices: tuple[tuple[tuple[int, ...], ...], ...]) -> Table:
    """Return set-up times, (K, S, S)."""
    found = _setups.find(matrices)
    if found is not None:
        return found
    widest = max((len(matrix) for matrix in matrices), default=0)
    cube = np.zeros((len(matrices), widest, widest), dtype=np.int64)
    for k, matrix in enumerate(matrices):
        if matrix:
            cube[k, : len(matrix), : len(matrix)] = matrix
    return _setups.add(matrices, cube)


@lru_cache(maxsize=64)
def _detours(matrix: tuple[tuple[int, ...], ...]) -> int:
    """Return how often two set-ups are sooner done than the one they replace."""
    times = np.array(matrix, dtype=np.int64).reshape(len(matrix), len(matrix))
    via = times[:, :, None] + times[None, :, :]  # from, via, to
    return int(np.sum(via < times[:, None, :]))


def _kind(machine: Machine) -> int:
    if machine.batch and machine.capacity:
        return BATCH
    return BLOCKING if machine.blocking and machine.capacity else PLAIN


def machines_of(problem: Problem) -> tuple[Table, Table, Table]:
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
                _kind(machine),
                len(slots),
                len(closed),
            )
        )
        free = sorted(machine.free)[-machine.capacity :] if machine.capacity else []
        slots.extend([0] * (machine.capacity - len(free)))
        slots.extend(free)
        closed.extend(machine.closed)
    rows.append((0,) * 8 + (len(slots), len(closed)))
    return table(rows, 10), np.array(slots, dtype=np.int64), table(closed, 2)
