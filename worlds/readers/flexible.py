"""Flexible job shops: ``.fjs`` (Brandimarte 1993) and its kin with vehicles.

::

    jobs machines [flexibility | vehicles]
    operations  k machine time ... machine time  k machine time ...     (a job)

Machines count from 1; where machine 0 occurs (mfjs01-10), from 0. The third number is
the mean flexibility, or, in files with vehicles (Deroussi & Norre 2010), their number.
"""

from __future__ import annotations

from worlds.readers.numbers import (
    LONGEST,
    MOST_JOBS,
    MOST_MACHINES,
    MOST_OPERATIONS,
    Numbers,
    Row,
)

Jobs = tuple[tuple[tuple[tuple[int, int], ...], ...], ...]


def sizes(header: Row, where: str) -> tuple[int, int]:
    """Return the numbers of jobs and machines that the first row states."""
    numbers = Numbers([header], where)
    return (
        numbers.take("number of jobs", 1, MOST_JOBS),
        numbers.take("number of machines", 1, MOST_MACHINES),
    )


def is_flexible(words: list[str]) -> bool:
    """Return whether a row reads as a job with a choice of machines, to its end."""
    try:
        numbers = [int(word) for word in words]
        at = 1
        for _ in range(numbers[0]):
            at += 1 + 2 * numbers[at]
    except (ValueError, IndexError):
        return False
    return at == len(numbers)


class MachineNumbers:
    """Tells from the numbers that occur whether machines count from 0 or from 1."""

    __slots__ = ("_count", "_highest", "_lowest", "_numbers")

    def __init__(self, numbers: Numbers, count: int) -> None:
        self._numbers, self._count = numbers, count
        self._lowest, self._highest = count, 0

    def take(self) -> int:
        """Return the next machine as the file counts it."""
        machine = self._numbers.take("machine", 0, self._count)
        self._lowest = min(self._lowest, machine)
        self._highest = max(self._highest, machine)
        if self._lowest == 0 and self._highest == self._count:
            limit = f"expected 0 to {self._count - 1} or 1 to {self._count}"
            both = f"machines 0 and {self._count} both occur"
            raise self._numbers.refuse(f"{both}{self._numbers.about}, {limit}")
        return machine

    def first(self, usual: int) -> int:
        """Return the number of the first machine, the ``usual`` one if it may be."""
        if usual == 0:
            return int(self._highest == self._count)
        return int(self._lowest > 0)


def flexible_jobs(rows: list[Row], where: str) -> tuple[Jobs, int]:
    """Return the jobs of a flexible job shop, and the number of its first machine.

    Machines in the jobs are positions, from 0.
    """
    count, machines = sizes(rows[0], where)
    numbers = Numbers(rows[1:], where)
    labels = MachineNumbers(numbers, machines)
    own_lines = len(rows) == 1 + count
    jobs = []
    for j in range(count):
        numbers.about = f" of job {j}"
        operations = []
        for k in range(numbers.take("number of operations", 1, MOST_OPERATIONS)):
            numbers.about = f" of job {j}, operation {k}"
            modes: dict[int, int] = {}
            for _ in range(numbers.take("number of machines", 1, machines)):
                machine = labels.take()
                if machine in modes:
                    twice = f"machine {machine} occurs twice among the machines"
                    raise numbers.refuse(f"{twice}{numbers.about}, expected once")
                modes[machine] = numbers.take("time", 0, LONGEST)
            operations.append(tuple(modes.items()))
        if own_lines and not numbers.at_line_end:
            problem = f"numbers follow the last operation of job {j}, expected none"
            raise numbers.refuse(problem)
        jobs.append(tuple(operations))
    numbers.end(f"the last of {count} jobs")
    first = labels.first(usual=1)
    return tuple(
        tuple(tuple((m - first, time) for m, time in modes) for modes in job)
        for job in jobs
    ), first
