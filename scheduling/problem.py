"""What a scheduler is asked: the open work of a factory at one instant.

A :class:`Problem` holds only what may be known: nominal durations, expected repairs,
the facts so far. Everything refers to everything else by position, times are integer
milliseconds since the world's start (an instance keeps its own unit), and no time
before ``now`` can be planned. What a factory makes by the hundred at every event is a
named tuple, which costs a third of a data class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from scheduling.plan import Plan


class Mode(NamedTuple):
    """A machine (its position) that can do an operation, and how long it takes."""

    machine: int
    duration: int


class Input(NamedTuple):
    """A part an operation needs: the output of another operation, or a lot in place.

    With ``operation`` the part comes from wherever that operation is done, at its end.
    Otherwise it is at ``place`` from ``ready`` on (in transit: where it is going, and
    when it will be there).
    """

    operation: int | None = None
    place: int = -1
    ready: int = 0


class Operation(NamedTuple):
    """One step of one lot.

    ``inputs`` are its precedence relations and its transports: from each of them to the
    machine one trip is made unless the place is the same; the operations they come from
    are listed before it. ``release`` is when it may
    start at the earliest (material, hand-over). A ``pinned`` operation is in work: it
    ends at that time on its only mode and is no longer decided. ``keep`` is a machine
    where it costs nothing extra (the part is there or on its way); any other costs the
    objective's ``moved``.
    """

    id: str
    job: int
    modes: tuple[Mode, ...]
    inputs: tuple[Input, ...]
    family: int = -1  # set-up family, a position in the set-up matrix of the machine
    release: int = 0
    pinned: int | None = None
    keep: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is promised: a kit of lots that are due together.

    It is complete when all of its operations have ended. ``weight`` is per ms of
    tardiness after ``due``.
    """

    id: str
    release: int
    due: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine as the scheduler sees it.

    It has ``capacity`` slots; ``free`` says when each is free again, pinned work and
    expected repair included. Starts are at least ``headway`` apart, ``last_start``
    being the latest so far. ``setup`` is a position in the problem's set-up matrices
    and ``family`` the present one (-1: none yet, the first set-up is free). With a
    capacity above one a set-up needs the machine empty. Neither set-ups nor operations
    start within ``closed`` (sorted, disjoint [from, to) intervals); begun work goes on.
    ``capacity == 0`` means no limit at all: a dock.
    """

    id: str
    place: int
    capacity: int = 1
    headway: int = 0
    free: tuple[int, ...] = (0,)
    last_start: int = -(10**15)
    setup: int | None = None
    family: int = -1
    closed: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A vehicle that is free at ``place`` from ``free`` on; ``fleet`` is its kind."""

    id: str
    place: int
    free: int
    fleet: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Travel times of a kind of vehicle, ms, row: from.

    ``empty`` is driving without a part; ``loaded`` includes loading and unloading.
    """

    empty: tuple[tuple[int, ...], ...]
    loaded: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What a plan costs: expected weighted tardiness, flow time, changes.

    value = sum over jobs of weight * late(end - due) + ``flow`` * (end - release),
    where late(x) is max(0, x) or, with a ``spread``, its mean when a job ends as much
    earlier or later than planned, each as likely:
    (max(0, x - spread) + max(0, x + spread)) / 2; plus ``moved`` for each operation
    whose part is elsewhere (``Operation.keep``), plus ``changed`` for each operation on
    another machine than in the plan in force; or the makespan (the latest end of an
    operation, from 0) if ``makespan`` is set.
    Per ms; ``moved`` and ``changed`` in the same unit as a ms of weight 1.
    """

    makespan: bool = False
    spread: int = 0
    flow: float = 0.0
    moved: float = 0.0
    changed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Open work, the means to do it, and what a good plan is.

    Attributes
    ----------
    setups
        Set-up matrices, each families x families, ms, row: from.
    vehicles, fleets
        Without vehicles a part is everywhere at once.
    in_force
        The plan the factory follows, by operation id, if there is one.
    """

    now: int
    jobs: tuple[Job, ...]
    operations: tuple[Operation, ...]
    machines: tuple[Machine, ...]
    setups: tuple[tuple[tuple[int, ...], ...], ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    fleets: tuple[Fleet, ...] = ()
    objective: Objective = field(default_factory=Objective)
    in_force: Plan | None = None
