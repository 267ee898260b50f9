"""Whether a problem can be read: every reference leads somewhere, every time is one.

The compiled step looks up positions without asking. A problem that is made by hand is
therefore gone through before it gets there; an infeasible one is fine, and is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from math import isfinite
from typing import Any

from kernel.errors import BadInput
from scheduling.params import Params
from scheduling.problem import CRITERIA, Machine, Operation, Problem
from scheduling.rules import RULES
from scheduling.worth import FORBIDDEN

#: No time is farther from 0, and no duration longer: their sums fit 64 bits.
FAR, LONGEST = 10**15, 10**12

Place = tuple[str | int, ...]


def check_problem(problem: Problem) -> None:
    """Refuse a problem in which something refers to nothing, or is no such number.

    Raises
    ------
    BadInput
        Naming the first flaw by its place, such as ``operations.3.modes.0.machine``.
    """
    _whole(("now",), problem.now, -FAR, FAR)
    _whole(("frozen",), problem.frozen, 0, FAR)
    _matrices(problem)
    _machines(problem)
    _vehicles(problem)
    _jobs(problem)
    _operations(problem)
    _objective(problem)


def check_params(params: Params) -> None:
    """Refuse amounts of work that are negative, or an unknown rule.

    Raises
    ------
    BadInput
        Naming the parameter.
    """
    for field in fields(params):
        value = getattr(params, field.name)
        if field.name == "sequenced_by":
            if value is not None and value not in RULES:
                expected = f"expected one of {', '.join(RULES)}"
                raise BadInput("params", field.name, f"{value!r}, {expected}")
        elif value is not None and not 0 <= value < float("inf"):
            raise BadInput("params", field.name, f"{value!r}, expected 0 or more")
    if params.seed >= 2**31:
        raise BadInput("params", "seed", f"{params.seed}, expected below 2^31")
    if params.workers < 1:
        raise BadInput("params", "workers", f"{params.workers}, expected 1 or more")


def check_value(problem: Problem, value: float) -> None:
    """Refuse a complete plan that costs as much as one that is not allowed.

    Raises
    ------
    BadInput
        If nothing forbids a plan, and its value says that something does.
    """
    limits = any(i.limit is not None for o in problem.operations for i in o.inputs)
    if FORBIDDEN <= value < float("inf") and not (limits or problem.objective.ceilings):
        expected = f"expected below {FORBIDDEN:g}; a coarser unit of time helps"
        raise BadInput("problem", "objective", f"a plan costs {value:g}, {expected}")


def _refuse(place: Place, value: object, expected: str) -> BadInput:
    key = ".".join(map(str, place))
    return BadInput("problem", key, f"{value!r}, expected {expected}")


def _whole(place: Place, value: Any, least: int, most: int) -> None:
    if not isinstance(value, int):
        raise _refuse(place, value, "a whole number")
    if not least <= value <= most:
        raise _refuse(place, value, f"a whole number from {least} to {most}")


def _number(place: Place, value: Any, least: float = 0.0) -> None:
    if not isinstance(value, (int, float)) or not isfinite(value) or value < least:
        raise _refuse(place, value, f"a number, {least:g} or more")


def _names(kind: str, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for k, id in enumerate(ids):
        if id in seen:
            raise _refuse((kind, k, "id"), id, "each id once")
        seen.add(id)


def _matrix(place: Place, rows: Sequence[Sequence[int]], size: int) -> None:
    if len(rows) != size:
        raise _refuse(place, len(rows), f"{size} rows")
    for k, row in enumerate(rows):
        if len(row) != size:
            raise _refuse((*place, k), len(row), f"{size} values in a row")
        # A factory asks several times a minute, about the same thousands of times.
        if set(map(type, row)) != {int} or min(row) < 0 or max(row) > LONGEST:
            for n, time in enumerate(row):
                _whole((*place, k, n), time, 0, LONGEST)


def _matrices(problem: Problem) -> None:
    for k, matrix in enumerate(problem.setups):
        _matrix(("setups", k), matrix, len(problem.setups[0]))
    for k, fleet in enumerate(problem.fleets):
        size = len(problem.fleets[0].empty)
        _matrix(("fleets", k, "empty"), fleet.empty, size)
        _matrix(("fleets", k, "loaded"), fleet.loaded, size)
    for k, (time, price) in enumerate(problem.tariff):
        least = problem.tariff[k - 1][0] + 1 if k else -FAR
        _whole(("tariff", k, 0), time, least, FAR)
        _number(("tariff", k, 1), price, -float("inf"))


def _places(problem: Problem) -> int:
    """Return how many places there are: with vehicles, of their travel times."""
    return len(problem.fleets[0].empty) if problem.vehicles and problem.fleets else FAR


def _families(problem: Problem) -> int:
    return len(problem.setups[0]) if problem.setups else FAR


def _machines(problem: Problem) -> None:
    _names("machines", [machine.id for machine in problem.machines])
    for m, machine in enumerate(problem.machines):
        at: Place = ("machines", m)
        _whole((*at, "place"), machine.place, 0, _places(problem) - 1)
        _whole((*at, "capacity"), machine.capacity, 0, FAR)
        if len(machine.free) != machine.capacity:
            one_each = f"a time for each of {machine.capacity} slots"
            raise _refuse((*at, "free"), machine.free, one_each)
        for k, time in enumerate(machine.free):
            _whole((*at, "free", k), time, -FAR, FAR)
        _whole((*at, "headway"), machine.headway, 0, LONGEST)
        _whole((*at, "last_start"), machine.last_start, -FAR, FAR)
        if machine.setup is not None:
            _whole((*at, "setup"), machine.setup, 0, len(problem.setups) - 1)
            _whole((*at, "family"), machine.family, -1, _families(problem) - 1)
        _number((*at, "power"), machine.power)
        if machine.batch and machine.blocking and machine.capacity:
            expected = "False for an oven: parts cannot stay in one"
            raise _refuse((*at, "blocking"), machine.blocking, expected)
        _closed((*at, "closed"), machine)


def _closed(at: Place, machine: Machine) -> None:
    before = -FAR - 1
    for k, span in enumerate(machine.closed):
        for n, time in enumerate(span):
            _whole((*at, k, n), time, before + 1, FAR)
            before = time


def _vehicles(problem: Problem) -> None:
    _names("vehicles", [vehicle.id for vehicle in problem.vehicles])
    for v, vehicle in enumerate(problem.vehicles):
        _whole(("vehicles", v, "fleet"), vehicle.fleet, 0, len(problem.fleets) - 1)
        _whole(("vehicles", v, "place"), vehicle.place, 0, _places(problem) - 1)
        _whole(("vehicles", v, "free"), vehicle.free, -FAR, FAR)


def _jobs(problem: Problem) -> None:
    _names("jobs", [job.id for job in problem.jobs])
    for j, job in enumerate(problem.jobs):
        _whole(("jobs", j, "release"), job.release, -FAR, FAR)
        _whole(("jobs", j, "due"), job.due, -FAR, FAR)
        _number(("jobs", j, "weight"), job.weight)


def _operations(problem: Problem) -> None:
    _names("operations", [operation.id for operation in problem.operations])
    machines, last = problem.machines, _families(problem) - 1
    for o, operation in enumerate(problem.operations):
        at: Place = ("operations", o)
        _whole((*at, "job"), operation.job, 0, len(problem.jobs) - 1)
        _whole((*at, "release"), operation.release, -FAR, FAR)
        for k, mode in enumerate(operation.modes):
            where = (*at, "modes", k, "machine")
            _whole(where, mode.machine, 0, len(machines) - 1)
            if any(mode.machine == other.machine for other in operation.modes[:k]):
                raise _refuse(where, mode.machine, "one mode for each machine")
            _whole((*at, "modes", k, "duration"), mode.duration, 0, LONGEST)
            if machines[mode.machine].setup is not None:
                _whole((*at, "family"), operation.family, -1, last)
        if operation.pinned is not None:
            _whole((*at, "pinned"), operation.pinned, -FAR, FAR)
            if len(operation.modes) != 1:
                where = (*at, "modes")
                raise _refuse(where, len(operation.modes), "one mode: it is in work")
        _inputs(at, operation, problem)


def _inputs(at: Place, operation: Operation, problem: Problem) -> None:
    last = len(problem.operations) - 1
    for i, part in enumerate(operation.inputs):
        where = (*at, "inputs", i)
        if part.operation is not None:
            _whole((*where, "operation"), part.operation, 0, last)
        elif problem.vehicles:
            _whole((*where, "place"), part.place, 0, _places(problem) - 1)
        _whole((*where, "ready"), part.ready, -FAR, FAR)
        _whole((*where, "lag"), part.lag, 0, LONGEST)
        if part.limit is not None:
            _whole((*where, "limit"), part.limit, 0, FAR)


def _objective(problem: Problem) -> None:
    for name, price in zip(CRITERIA, problem.objective.prices(), strict=True):
        _number(("objective", name), price)
    _whole(("objective", "spread"), problem.objective.spread, 0, FAR)
    for k, (name, most) in enumerate(problem.objective.ceilings):
        if name not in CRITERIA:
            expected = f"one of {', '.join(CRITERIA)}"
            raise _refuse(("objective", "ceilings", k), name, expected)
        _number(("objective", "ceilings", k), most, -float("inf"))
