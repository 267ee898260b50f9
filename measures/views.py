"""What can be seen of each thing on the floor at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class LotView:
    """A lot on the floor.

    ``place`` is a machine, dock, store node or (``stage == "vehicle"``) a vehicle;
    ``stage`` says where in it: input, work, output, vehicle, or waiting elsewhere.
    ``step`` is the step it was released for or has begun last.
    """

    order: str
    kit: str
    chain: str
    step: str
    pieces: int
    place: str
    stage: str


@dataclass(slots=True, kw_only=True)
class WorkView:
    """An operation in work; ``expected`` is its nominal end, ms."""

    lot: str
    step: str
    started: int
    expected: int
    interrupted: bool = False


@dataclass(slots=True, kw_only=True)
class MachineView:
    """A machine: its PackML state since when, what it is set up for, what it holds."""

    state: str = "idle"
    reason: str | None = None
    since: int = 0
    family: str | None = None
    failure: str | None = None
    work: dict[str, WorkView] = field(default_factory=dict)  # by operation
    input: list[str] = field(default_factory=list)
    output: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class VehicleView:
    """A vehicle: at a node, or on a ``path`` from ``left`` to ``arrive`` (ms).

    While it is ``stopped``, since ``stopped_since``, it stands still on its way.
    """

    node: str | None = None
    path: tuple[str, ...] = ()
    left: int = 0
    arrive: int = 0
    lot: str | None = None
    stopped: str | None = None
    stopped_since: int = 0


@dataclass(slots=True, kw_only=True)
class OrderView:
    """An order: received, released, shipped or cancelled.

    ``finished`` counts pieces times steps; ``pieces`` those shipped; ``price`` is that
    of a piece.
    """

    product: str
    options: Mapping[str, str]
    quantity: int
    received: int
    release: int
    due: int
    weight: float
    rush: bool
    price: float
    status: str = "received"
    promise: int | None = None
    finished: int = 0
    pieces: int = 0
    closed: int | None = None  # when shipped or cancelled
    lots: set[str] = field(default_factory=set)
