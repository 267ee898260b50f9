"""A plan: what each machine and vehicle should do, in order, and when it expects to.

A plan is advice (the staff holon of PROSA): machines follow its sequences, not its
clock times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Assignment(NamedTuple):
    """An operation on a machine: set up from ``setup_start``, at work start to end."""

    operation: str
    machine: str
    start: int
    end: int
    setup_start: int  # equals `start` where there is no set-up


class Trip(NamedTuple):
    """A vehicle brings input ``input`` of an operation to its machine.

    It leaves for the part at ``leave``, takes it at ``pickup`` and has put it down at
    ``arrive``. Places are positions in the problem's travel matrix.
    """

    vehicle: str
    operation: str
    input: int
    origin: int
    destination: int
    leave: int
    pickup: int
    arrive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Assignments by start, trips by pick-up, and what they cost.

    The order of equal times is the order of deciding. ``priority`` remembers, for the
    next re-planning, the dispatch order: operation ids, the most urgent first.
    """

    assignments: tuple[Assignment, ...]
    trips: tuple[Trip, ...] = ()
    value: float = 0.0
    makespan: int = 0
    revision: int = 0
    priority: tuple[str, ...] = ()

    def machine_of(self) -> dict[str, str]:
        """Return the machine of each operation."""
        return {a.operation: a.machine for a in self.assignments}


class Status(StrEnum):
    """What is known about a result."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one engine did: the value it left, and the work it took."""

    engine: str
    value: float | None
    work: float  # iterations, or deterministic time of CP-SAT
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer of a solver: "no feasible plan" is a value, not an error."""

    status: Status
    plan: Plan | None
    bound: float | None = None  # lower bound of the objective
    contributions: tuple[Contribution, ...] = field(default_factory=tuple)
    reproducible: bool = True  # False: a wall-clock guard bit
