"""The empty drives that a plan file states: they join what the vehicle carries.

A plan keeps of them only when a vehicle left; so they are held against the instance
here, as they stand in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scheduling.check import Violation
from scheduling.plannames import PlanNames


class Drive(NamedTuple):
    """A trip of a plan file: positions, rows of the travel matrix, ms."""

    where: str  # in the file
    vehicle: int
    job: int | None  # None: empty
    origin: int
    destination: int
    start: int
    end: int


def empty_drives(names: PlanNames, drives: Sequence[Drive]) -> Iterator[Violation]:
    """Yield where an empty drive does not begin where and when the last one ended.

    Or takes less than its time, or does not lead to where the next one begins. It may
    take more: who waits there may say so in the same line. Of loaded ones that follow
    each other the plan says enough.
    """
    for v, vehicle in enumerate(names.problem.vehicles):
        empty = names.problem.fleets[vehicle.fleet].empty
        at, free = names.row[vehicle.place], max(vehicle.free, names.problem.now)
        idle = False
        mine = [drive for drive in drives if drive.vehicle == v]
        for drive in sorted(mine, key=lambda drive: (drive.start, drive.end)):
            before, idle = idle, drive.job is None
            if (before or idle) and drive.origin != at:
                problem = f"{drive.where} begins at {drive.origin}, not at {at}"
                yield Violation("vehicle", vehicle.id, problem)
            if (before or idle) and drive.start < free:
                problem = f"{drive.where} begins before the last one ends"
                yield Violation("vehicle", vehicle.id, problem)
            way = empty[names.place[drive.origin]][names.place[drive.destination]]
            if idle and drive.end - drive.start < way:
                took = drive.end - drive.start
                problem = f"{drive.where} takes {took}, expected {way} or more"
                yield Violation("vehicle", vehicle.id, problem)
            at, free = drive.destination, max(free, drive.end)
