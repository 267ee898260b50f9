"""Job shops in which every operation has its one machine.

OR-Library (Beasley 1990): ``jobs machines``, then a row a job of as many pairs
``machine time`` as there are machines; machines count from 0. The same with the number
of operations before the pairs (the job sets of Bilge & Ulusoy 1995): from 1.
Taillard (1993): a matrix of times, then one of machines, a row a job; from 1.
"""

from __future__ import annotations

from kernel.errors import BadInput
from worlds.readers.flexible import Jobs, MachineNumbers, sizes
from worlds.readers.numbers import LONGEST, MOST_OPERATIONS, Numbers, Row


def pair_jobs(rows: list[Row], where: str, *, counted: bool) -> tuple[Jobs, int]:
    """Return the jobs of rows of ``machine time``, and the number of the first machine.

    ``counted``: each row begins with the number of its operations.
    """
    count, machines = sizes(rows[0], where)
    numbers = Numbers(rows[1:], where)
    labels = MachineNumbers(numbers, machines)
    own_lines = len(rows) == 1 + count
    jobs = []
    for j in range(count):
        numbers.about = f" of job {j}"
        length = machines
        if counted:
            length = numbers.take("number of operations", 1, MOST_OPERATIONS)
        operations = []
        for k in range(length):
            numbers.about = f" of job {j}, operation {k}"
            machine = labels.take()
            operations.append((machine, numbers.take("time", 0, LONGEST)))
            if own_lines and numbers.at_line_end != (k == length - 1):
                pairs = f"expected {length} operations on the line of job {j}"
                raise numbers.refuse(f"operation {k} is out of place, {pairs}")
        jobs.append(operations)
    numbers.end(f"the last of {count} jobs")
    first = labels.first(usual=1 if counted else 0)
    return _alone(jobs, first), first


def taillard_jobs(rows: list[Row], where: str) -> tuple[Jobs, int]:
    """Return the jobs of a matrix of times and one of machines, as above."""
    rows = [row for row in rows if row[1][0].lower() not in ("times", "machines")]
    count, machines = sizes(rows[0], where)
    numbers = Numbers(rows[1:], where)
    labels = MachineNumbers(numbers, machines)
    times = []
    for j in range(count):
        numbers.about = f" of job {j}"
        times.append([numbers.take("time", 0, LONGEST) for _ in range(machines)])
    jobs = []
    for j, row in enumerate(times):
        numbers.about = f" of job {j}"
        jobs.append([(labels.take(), time) for time in row])
    numbers.end(f"the machines of the last of {count} jobs")
    first = labels.first(usual=1)
    return _alone(jobs, first), first


def travel_times(
    rows: list[Row], where: str, places: int
) -> tuple[tuple[int, ...], ...]:
    """Return a travel matrix in ms: load/unload and then the machines, row: from.

    Some published ones (mkt06, mkt10) have halves.
    """
    for line, words in rows:
        if len(words) != places:
            expected = f"expected {places}: load/unload and {places - 1} machines"
            raise BadInput(where, f"line {line}", f"{len(words)} numbers, {expected}")
    if len(rows) != places:
        line = rows[-1][0] if rows else 1
        expected = f"expected {places}: load/unload and {places - 1} machines"
        raise BadInput(where, f"line {line}", f"{len(rows)} rows, {expected}")
    numbers = Numbers(rows, where)
    matrix = []
    for i in range(places):
        numbers.about = f" from place {i}"
        row = []
        for j in range(places):
            row.append(numbers.take_thousandths("travel time", LONGEST))
            if i == j and row[j]:
                problem = f"the travel time from place {i} to itself is not 0"
                raise numbers.refuse(f"{problem}, expected 0")
        matrix.append(tuple(row))
    return tuple(matrix)


def _alone(jobs: list[list[tuple[int, int]]], first: int) -> Jobs:
    """Return operations with one machine each, as positions."""
    return tuple(
        tuple(((machine - first, time),) for machine, time in job) for job in jobs
    )
