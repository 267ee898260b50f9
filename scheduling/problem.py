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
    when it will be there). Time lags (Brucker, Hilbig & Hurink 1999): work on it
    starts no sooner than ``lag`` after that end or ``ready`` (it cools, it dries), and
    no later than ``limit`` after it (paste sets, a slab gets cold), the way included.
    """

    operation: int | None = None
    place: int = -1
    ready: int = 0
    lag: int = 0
    limit: int | None = None


class Operation(NamedTuple):
    """One step of one lot.

    Each of ``modes`` is on another machine. ``inputs`` are its precedence relations and
    its transports: from each of them to the machine one trip is made unless the place
    is the same; the operations they come from are listed before it. ``release`` is when
    it may start at the earliest (material, hand-over). A ``pinned`` operation is in
    work: it ends at that time on its only mode and is no longer decided. ``keep`` is a
    machine where it costs nothing extra (the part is there or on its way); any other
    costs the objective's ``moved``.
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

    A ``batch`` machine, an oven, takes up to ``capacity`` operations of one family and
    one duration at the same time and opens only when they end (Uzsoy 1995). A
    ``blocking`` one has no room beside it: a finished part stays in its slot until a
    vehicle takes it, or its next operation begins (Mascis & Pacciarelli 2002; parts may
    swap at one instant); what needs no next operation leaves at once. No machine is
    both. ``power`` is drawn while working, in the unit that ``Problem.tariff`` prices;
    a batch draws it once.
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
    batch: bool = False
    blocking: bool = False
    power: float = 0.0


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


#: What a plan can be judged by, in the order in which arrays hold it.
CRITERIA = ("makespan", "tardiness", "flow", "setup", "energy", "moved", "changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What a plan costs: a weighted sum of criteria, some of them with a ceiling.

    Attributes
    ----------
    makespan
        Price of a ms of the latest end of an operation, from time 0.
    tardiness
        Price of the sum over jobs of weight * late(end - due), where late(x) is
        max(0, x) or, with a ``spread``, its mean when a job ends as much earlier or
        later than planned, each as likely:
        (max(0, x - spread) + max(0, x + spread)) / 2.
    flow
        Price of a ms of flow time, end - release, summed over jobs.
    setup
        Price of a ms of set-up.
    energy
        Price of what the energy costs: power of the machine times ``Problem.tariff``
        while it works.
    moved
        Price of an operation whose part is elsewhere (``Operation.keep``).
    changed
        Price of an operation on another machine than in the plan in force.
    ceilings
        What criteria must not exceed, by name; a plan that does is none.
    """

    makespan: float = 0.0
    tardiness: float = 1.0
    spread: int = 0
    flow: float = 0.0
    setup: float = 0.0
    energy: float = 0.0
    moved: float = 0.0
    changed: float = 0.0
    ceilings: tuple[tuple[str, float], ...] = ()

    def prices(self) -> tuple[float, ...]:
        """Return the prices of the ``CRITERIA``, in their order."""
        return tuple(getattr(self, name) for name in CRITERIA)


#: The latest end of an operation, and nothing else.
MAKESPAN = Objective(makespan=1.0, tardiness=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Open work, the means to do it, and what a good plan is.

    Attributes
    ----------
    setups
        Set-up matrices, each families x families, ms, row: from. From a family to
        itself, if above 0, is a set-up too (cleaning), before each operation or batch.
    vehicles, fleets
        Without vehicles a part is everywhere at once.
    tariff
        (from, price of a unit of power during an hour), by time; the first price holds
        before it too.
    in_force
        The plan the factory follows, by operation id, if there is one.
    frozen
        Of the plan in force, what begins less than this after ``now`` keeps its
        machine and its turn.
    """

    now: int
    jobs: tuple[Job, ...]
    operations: tuple[Operation, ...]
    machines: tuple[Machine, ...]
    setups: tuple[tuple[tuple[int, ...], ...], ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    fleets: tuple[Fleet, ...] = ()
    tariff: tuple[tuple[int, float], ...] = ()
    objective: Objective = field(default_factory=Objective)
    in_force: Plan | None = None
    frozen: int = 0
