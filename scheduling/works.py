"""Operations, their modes and their inputs as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from scheduling.problem import Mode, Operation, Problem
from scheduling.tables import Table, table


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


class Works(NamedTuple):
    """The tables of operations, and the least time of each."""

    operations: Table
    modes: Table
    inputs: Table
    following: Table
    least: list[int]


def works_of(problem: Problem) -> Works:
    """Return the tables of operations, column by column: at every event anew."""
    operations = problem.operations
    before = problem.in_force.machine_of() if problem.in_force else {}
    position = {machine.id: m for m, machine in enumerate(problem.machines)}
    followers, awaited = _followers(operations)
    least = [_least(operation.modes) for operation in operations]
    inputs = [
        (
            -1 if part.operation is None else part.operation,
            part.place,
            part.ready,
            part.lag,
            -1 if part.limit is None else part.limit,
        )
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
    return Works(
        operations=table(list(zip(*end, *offsets, strict=True)), 11),
        modes=table([mode for o in operations for mode in o.modes], 2),
        inputs=table(inputs, 5),
        following=np.array([n for ns in followers for n in ns], dtype=np.int64),
        least=least,
    )
