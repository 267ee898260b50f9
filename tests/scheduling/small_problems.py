"""Small problems written in one line, and the times a plan gives them."""

from __future__ import annotations

from scheduling.decode import decode
from scheduling.plan import Plan
from scheduling.problem import (
    MAKESPAN,
    Fleet,
    Input,
    Job,
    Machine,
    Mode,
    Operation,
    Problem,
    Vehicle,
)


def operation(id: str, *modes: tuple[int, int], **more: object) -> Operation:
    """Return an operation with modes ``(machine, duration)``; a part at place 0."""
    facts: dict[str, object] = {"job": 0, "inputs": (Input(place=0),), **more}
    return Operation(
        id=id, modes=tuple(Mode(machine=m, duration=d) for m, d in modes), **facts
    )


def problem(
    operations: list[Operation], machines: list[Machine], **more: object
) -> Problem:
    """Return a problem with as many jobs as the operations name, due at 0."""
    count = max((o.job for o in operations), default=-1) + 1
    facts: dict[str, object] = {
        "now": 0,
        "jobs": tuple(
            Job(id=f"J{j}", release=0, due=0, weight=1.0) for j in range(count)
        ),
        "objective": MAKESPAN,
        **more,
    }
    return Problem(operations=tuple(operations), machines=tuple(machines), **facts)


def line(distance: int, places: int, load: int = 0) -> Fleet:
    """Return a fleet on a line of places, ``distance`` apart."""
    empty = tuple(
        tuple(distance * abs(p - q) for q in range(places)) for p in range(places)
    )
    loaded = tuple(tuple(time + load for time in row) for row in empty)
    return Fleet(empty=empty, loaded=loaded)


def car(id: str, place: int, free: int = 0, fleet: int = 0) -> Vehicle:
    """Return a vehicle."""
    return Vehicle(id=id, place=place, free=free, fleet=fleet)


def times(problem: Problem, *order: str) -> dict[str, tuple[int, int, int]]:
    """Return set-up start, start and end of each operation decoded in this order."""
    return times_of(decode(problem, order))


def times_of(plan: Plan) -> dict[str, tuple[int, int, int]]:
    """Return set-up start, start and end of each operation of a plan."""
    return {a.operation: (a.setup_start, a.start, a.end) for a in plan.assignments}
