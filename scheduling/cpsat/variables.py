"""What CP-SAT decides: starts, modes, and which vehicle brings which part when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from math import gcd
from typing import Any

from ortools.sat.python import cp_model

from scheduling.problem import Input, Problem

Literal = Any  # a boolean variable, its negation, or a constant
Expression = Any
#: A coefficient and what it is of; of nothing: a constant.
Term = tuple[float, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What lies around a window and is not decided in it.

    Attributes
    ----------
    lags
        Time from the end of an input to its arrival, by operation, input, machine.
    pressure
        By machine: the time after which work delays what follows, and its price per ms.
    """

    lags: Mapping[tuple[int, int, int], int] = field(default_factory=dict)
    pressure: Mapping[int, tuple[int, float]] = field(default_factory=dict)


class Grid:
    """The common divisor of all times, which are counted in it from now on."""

    def __init__(self, problem: Problem, around: Surroundings) -> None:
        self.now = now = problem.now
        dates: list[int] = []
        times: list[int] = list(around.lags.values())
        for operation in problem.operations:
            dates += [operation.release, *(part.ready for part in operation.inputs)]
            times += [mode.duration for mode in operation.modes]
            for part in operation.inputs:
                times += [part.lag, part.limit or 0]
                dates += _allowed(problem, part)
            if operation.pinned is not None:
                dates.append(operation.pinned)
        for machine in problem.machines:
            times.append(machine.headway)
            dates += [*machine.free, *(t for pair in machine.closed for t in pair)]
            if machine.headway:
                dates.append(machine.last_start + machine.headway)
        dates += [vehicle.free for vehicle in problem.vehicles]
        dates += [time for time, _ in problem.tariff]
        spread = problem.objective.spread
        for job in problem.jobs:
            if job.weight > 0:
                dates += [job.due - spread, job.due + spread]
        dates += [limit for limit, _ in around.pressure.values()]
        times += [t for matrix in problem.setups for row in matrix for t in row]
        for fleet in problem.fleets if problem.vehicles else ():
            times += [t for row in (*fleet.empty, *fleet.loaded) for t in row]
        passed = (date - now for date in dates if date > now)
        self.unit = max(1, reduce(gcd, times, reduce(gcd, passed, 0)))
        aim = problem.objective
        if aim.ceilings and (aim.energy or "energy" in dict(aim.ceilings)):
            self.unit = 1  # the best start may lie between the marks of any grid
        self.horizon = self.of(max([now, *dates])) + self._longest(problem, around)

    def of(self, date: int) -> int:
        """Return a date in units from now on; the past is now."""
        return max(0, date - self.now) // self.unit

    def span(self, time: int) -> int:
        """Return a length of time in units."""
        return time // self.unit

    def date(self, units: int) -> int:
        """Return the date of a number of units from now on."""
        return self.now + units * self.unit

    def _longest(self, problem: Problem, around: Surroundings) -> int:
        """Return a time in which everything can be done one after the other."""
        travel = setup = 0
        if problem.vehicles:
            for fleet in problem.fleets:
                empty = max((t for row in fleet.empty for t in row), default=0)
                loaded = max((t for row in fleet.loaded for t in row), default=0)
                travel = max(travel, empty + loaded)
        for matrix in problem.setups:
            setup = max((setup, *(t for row in matrix for t in row)))
        headway = max((machine.headway for machine in problem.machines), default=0)
        lag = max(around.lags.values(), default=0)
        total = 0
        for operation in problem.operations:
            slowest = max((mode.duration for mode in operation.modes), default=0)
            total += slowest + setup + headway + len(operation.inputs) * (travel + lag)
            total += sum(part.lag for part in operation.inputs)
        return self.span(total)


def _allowed(problem: Problem, part: Input) -> list[int]:
    """Return from when, and until when, a part that is made may be worked on."""
    made: int | None = part.ready
    if part.operation is not None:
        made = problem.operations[part.operation].pinned
    if made is None:
        return []
    return [made + part.lag, *([] if part.limit is None else [made + part.limit])]


@dataclass(slots=True, kw_only=True)
class Choice:
    """One mode of an operation: chosen or not, and its interval."""

    machine: int
    duration: int
    chosen: Literal
    interval: Any
    joined: list[Literal] = field(default_factory=list)  # batches begun by others


@dataclass(slots=True, kw_only=True)
class Work:
    """An open operation; ``leave``: when its part leaves, if that may be later."""

    start: Any
    end: Any
    choices: list[Choice]
    leave: Any = None


@dataclass(slots=True, kw_only=True)
class Carriage:
    """A trip that may be needed: input ``part`` of ``operation``."""

    operation: int
    part: int
    pickup: Any
    arrive: Any
    needed: Literal
    origins: list[tuple[int, Literal]]  # places and whether it is that one
    targets: list[tuple[int, Literal]]
    by: list[Literal] = field(default_factory=list)  # served by fleet
    arcs: list[tuple[int, int, int, Literal]] = field(default_factory=list)


def holds_parts(problem: Problem, machine: int) -> bool:
    """Return whether parts wait on a machine until they leave."""
    known = problem.machines[machine]
    return known.blocking and not known.batch and known.capacity > 0


class Variables:
    """All variables of a problem in a model."""

    def __init__(self, model: cp_model.CpModel, problem: Problem, grid: Grid) -> None:
        self.model, self.problem, self.grid = model, problem, grid
        self.works: dict[int, Work] = {}
        self.carriages: list[Carriage] = []
        self._sites: dict[int, list[tuple[int, Literal]]] = {}
        self._needed = {
            part.operation
            for operation in problem.operations
            for part in operation.inputs
            if operation.pinned is None
        }
        for position, operation in enumerate(problem.operations):
            if operation.pinned is None:
                self.works[position] = self._work(position)
        if problem.vehicles:
            for position in self.works:
                for part in range(len(problem.operations[position].inputs)):
                    self._carry(position, part)

    def ready(self, operation: int, part: int) -> Expression:
        """Return when an input is there to be fetched."""
        source = self.problem.operations[operation].inputs[part]
        if source.operation is None:
            return self.grid.of(source.ready)
        pinned = self.problem.operations[source.operation].pinned
        if pinned is not None:
            return self.grid.of(pinned)
        return self.works[source.operation].end

    def _work(self, position: int) -> Work:
        model, grid = self.model, self.grid
        operation = self.problem.operations[position]
        earliest = grid.of(operation.release)
        leave = self._leave(position)
        start = model.new_int_var(earliest, grid.horizon, f"start {position}")
        end = model.new_int_var(earliest, grid.horizon, f"end {position}")
        choices = []
        for mode in operation.modes:
            chosen: Literal = True
            duration = grid.span(mode.duration)
            if len(operation.modes) > 1:
                chosen = model.new_bool_var(f"mode {position} {mode.machine}")
            name = f"work {position} {mode.machine}"
            if leave is not None and holds_parts(self.problem, mode.machine):
                size = model.new_int_var(duration, grid.horizon, f"stay {position}")
                interval = model.new_optional_interval_var(
                    start, size, leave, chosen, name
                )
            else:
                interval = model.new_optional_fixed_size_interval_var(
                    start, duration, chosen, name
                )
            choices.append(
                Choice(
                    machine=mode.machine,
                    duration=duration,
                    chosen=chosen,
                    interval=interval,
                )
            )
        return Work(start=start, end=end, choices=choices, leave=leave)

    def _leave(self, position: int) -> Expression | None:
        """Return when the part leaves, if it may have to wait on its machine."""
        modes = self.problem.operations[position].modes
        if position not in self._needed or not any(
            holds_parts(self.problem, mode.machine) for mode in modes
        ):
            return None
        return self.model.new_int_var(0, self.grid.horizon, f"leave {position}")

    def sites(self, operation: int) -> list[tuple[int, Literal]]:
        """Return the places where an operation may be done, with a literal each."""
        if operation in self._sites:
            return self._sites[operation]
        known = self.problem.operations[operation]
        if known.pinned is not None:
            machine = self.problem.machines[known.modes[0].machine]
            self._sites[operation] = [(machine.place, True)]
            return self._sites[operation]
        groups: dict[int, list[Literal]] = {}
        for choice in self.works[operation].choices:
            place = self.problem.machines[choice.machine].place
            groups.setdefault(place, []).append(choice.chosen)
        sites: list[tuple[int, Literal]] = []
        for place, chosen in groups.items():
            literal: Literal = chosen[0]
            if len(groups) == 1:
                literal = True
            elif len(chosen) > 1:
                literal = self.model.new_bool_var(f"at {operation} {place}")
                self.model.add(sum(chosen) == literal)
            sites.append((place, literal))
        self._sites[operation] = sites
        return sites

    def _carry(self, operation: int, part: int) -> None:
        source = self.problem.operations[operation].inputs[part]
        targets = self.sites(operation)
        origins: list[tuple[int, Literal]] = [(source.place, True)]
        if source.operation is not None:
            origins = self.sites(source.operation)
        same = [(o, t) for p, o in origins for q, t in targets if p == q]
        other = [(o, t) for p, o in origins for q, t in targets if p != q]
        if not other:
            return
        needed: Literal = True
        if same:
            needed = self.model.new_bool_var(f"trip {operation} {part}")
            for origin, target in same:
                self.model.add(needed == 0).only_enforce_if(origin, target)
            for origin, target in other:
                self.model.add(needed == 1).only_enforce_if(origin, target)
        horizon = self.grid.horizon
        self.carriages.append(
            Carriage(
                operation=operation,
                part=part,
                pickup=self.model.new_int_var(0, horizon, f"take {operation} {part}"),
                arrive=self.model.new_int_var(0, horizon, f"put {operation} {part}"),
                needed=needed,
                origins=origins,
                targets=targets,
            )
        )
