"""What a factory is: the frozen specification of a world.

Declared once: these dataclasses are the world file's format (TOML, ``format = 1``),
its validation (types and limits; what spans several tables is in
:mod:`worlds.consistency`), its JSON schema and the objects the program works with.
Terms follow ISA-95 (IEC 62264). Over 300 lines: one table of plain declarations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Le, MaxLen, MinLen

from worlds.units import (
    Duration,
    DurationLaw,
    Id,
    Length,
    NonNegative,
    NumberLaw,
    Positive,
    Share,
    Speed,
)

Count = Annotated[int, Ge(0), Le(1_000_000)]
Some = Annotated[int, Ge(1), Le(1_000_000)]
Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
Clock = Annotated[str, MinLen(5), MaxLen(5)]  # "06:00" to "24:00"
#: Option -> the choices that satisfy it; every option named must be satisfied.
Condition = dict[Id, tuple[Id, ...]]
STRICT: dict[str, Any] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A point of the floor; ``at`` is in metres."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    at: tuple[float, float]
    kind: Literal["lane", "station", "parking", "dock", "store"] = "lane"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A way between two nodes; without ``length`` the straight distance."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    between: tuple[Id, Id]
    two_way: bool = True
    speed: Speed | None = None  # limit
    length: Length | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelTimes:
    """Travel times given as a matrix (row: from) instead of a graph."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    nodes: tuple[Id, ...]
    times: tuple[tuple[Duration, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """Where things stand and how vehicles get about.

    ``traffic`` is ``ghost`` (vehicles pass through each other) or ``exclusive``
    (a block belongs to one vehicle at a time). ``store_after`` is how long a lot may
    be blocked before it is brought to the overflow store.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    nodes: tuple[Node, ...]
    lanes: tuple[Lane, ...] = ()
    travel: TravelTimes | None = None
    traffic: Literal["ghost", "exclusive"] = "ghost"
    store_after: Duration | None = 900_000  # None: there is no overflow store


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Working time on some weekdays; an ``end`` before ``start`` is next morning."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    days: tuple[Weekday, ...]
    start: Clock
    end: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """When a machine or crew may begin work; begun work is finished."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    shifts: tuple[Shift, ...]
    closed: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupMatrix:
    """Set-up times between families (row: from, column: to), no holes."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    families: tuple[Id, ...]
    times: tuple[tuple[Duration, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureMode:
    """How a machine breaks and is repaired.

    ``life`` runs in ``clock``: time spent executing, or calendar time. Work in the
    machine is resumed where it stopped or restarted from its beginning. ``skill``
    names who must repair it; None: nobody has to come.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    life: DurationLaw
    clock: Literal["running", "calendar"] = "running"
    repair: DurationLaw
    after: Literal["resume", "restart"] = "resume"
    skill: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """The operator a machine needs: for set-ups, and for the first part of a run."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    skill: Id
    setup: bool = True
    run: Share = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """Electric power per machine state, kW."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    execute: NonNegative = 0.0
    starting: NonNegative = 0.0
    idle: NonNegative = 0.0
    aborted: NonNegative = 0.0
    stopped: NonNegative = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A work unit.

    It holds up to ``capacity`` lots at a time and takes one every ``headway``. With a
    capacity above one, all lots in it have one set-up family. Nominal times of
    capabilities are multiplied by ``pace``; ``variation`` (mean near 1) multiplies the
    realised ones. ``output_buffer = 0``: a finished lot stays in the machine.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    work_center: Id
    node: Id
    capabilities: tuple[Id, ...] = ()
    capacity: Annotated[int, Ge(1), Le(10_000)] = 1
    headway: Duration = 0
    input_buffer: Some = 4
    output_buffer: Count = 4
    setup: Id | None = None  # a set-up matrix
    family: Id | None = None  # set up for this one at the start
    pace: Positive = 1.0
    variation: NumberLaw | None = None
    failures: Annotated[tuple[FailureMode, ...], MaxLen(16)] = ()
    power: Power = field(default_factory=Power)
    operator: Attendance | None = None
    calendar: Id | None = None
    cost_per_hour: NonNegative = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleGroup:
    """Vehicles of one kind, called ``ID-1`` ... ``ID-COUNT``; each carries one lot."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    count: Annotated[int, Ge(0), Le(10_000)] = 1
    speed: Speed = 1.0
    load: Duration = 0
    unload: Duration = 0
    home: Annotated[tuple[Id, ...], MinLen(1)]  # taken in turn
    power_kw: NonNegative = 0.0
    cost_per_hour: NonNegative = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """People who can do the same things at the same times."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    operators: Some
    skills: Annotated[tuple[Id, ...], MinLen(1)]
    calendar: Id | None = None
    cost_per_hour: NonNegative = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """Who delivers materials, after a lead time that is known only on average."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    lead: DurationLaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A purchased material and its reorder policy.

    When stock plus open purchases less reservations falls to ``reorder_point``, as
    many lots of ``lot`` are bought as lift it above ``up_to`` (one, if None).
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    stock: Count
    reorder_point: Count = 0
    lot: Some = 1
    up_to: Count | None = None
    supplier: Id | None = None  # None: never bought again
    unit_cost: NonNegative = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of an option; ``share`` is its relative popularity."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    share: NonNegative = 1.0
    price: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A property the customer chooses."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    choices: Annotated[tuple[Choice, ...], MinLen(1), MaxLen(64)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRule:
    """What is sold together: where ``given`` holds, ``then`` must hold."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    given: Condition
    then: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What options do to a step's time per piece: ``factor`` first, then ``add``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    when: Condition
    factor: Positive = 1.0
    add: Duration = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMode:
    """A machine that can do the step, with its own time per piece."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    machine: Id
    time: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Rework:
    """How flagged pieces are mended; then they are inspected again."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    capability: Id
    time: Duration  # per piece
    success: Share = 1.0
    limit: Annotated[int, Ge(1), Le(20)] = 2  # attempts, then scrap


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Looks at every piece; without ``rework`` a flagged piece is scrapped."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    miss: Share = 0.0  # of defective pieces, passed
    false_alarm: Share = 0.0  # of good pieces, flagged
    rework: Rework | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A process segment of a routing.

    ``after`` names the steps before it: None the one written above, () none. A step
    with two or more is an assembly; a step has at most one successor. A set-up
    ``family`` may quote options: ``"{cpu}"``. Time: ``lot_time`` once a lot plus
    ``time`` a piece.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    capability: Id | None = None
    modes: tuple[StepMode, ...] = ()  # instead of a capability
    after: tuple[Id, ...] | None = None
    when: Condition = field(default_factory=dict)
    time: Duration = 0
    lot_time: Duration = 0
    changes: tuple[Change, ...] = ()
    family: Annotated[str, MaxLen(200)] | None = None
    defects_per_million: Annotated[float, Ge(0), Le(1e6)] = 0.0  # per opportunity
    opportunities: Some = 1  # for a defect, per piece
    inspection: Inspection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BomLine:
    """Material a step uses, per piece."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    material: Id
    step: Id
    per_piece: Some = 1
    when: Condition = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product family: what can be configured, and how each variant is made.

    An order is made in lots of at most ``lot_size`` pieces.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    lot_size: Some = 1
    price: NonNegative = 0.0
    share: NonNegative = 1.0  # of the demand
    options: Annotated[tuple[Option, ...], MaxLen(32)] = ()
    rules: tuple[OptionRule, ...] = ()
    steps: Annotated[tuple[Step, ...], MinLen(1), MaxLen(1000)]
    materials: tuple[BomLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerClass:
    """How soon and how badly a share of the customers wants its goods.

    Due is the arrival plus ``slack`` plus ``work`` times the order's total work content
    (the TWK rule of Baker 1984); where orders leave at departures, the first one from
    then on. ``weight`` prices its tardiness.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    share: NonNegative = 1.0
    slack: DurationLaw
    work: NonNegative = 0.0
    weight: Positive = 1.0
    rush: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order of an order book; instants are given since the world's start."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    product: Id
    options: dict[Id, Id] = field(default_factory=dict)
    quantity: Some = 1
    arrival: Duration = 0
    release: Duration = 0
    due: Duration = 0
    weight: Positive = 1.0
    rush: bool = False
    done: tuple[Id, ...] = ()  # steps completed before the start: work in process


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Who orders what, and when: a process, an order book, or both.

    Arrivals are Poisson with ``orders_per_day`` on an average day of the week,
    shaped by the relative weights ``by_hour`` (24, from midnight) and ``by_weekday``
    (7, from Monday).
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    orders_per_day: NonNegative = 0.0
    by_hour: Annotated[tuple[NonNegative, ...], MinLen(24), MaxLen(24)] = (1.0,) * 24
    by_weekday: Annotated[tuple[NonNegative, ...], MinLen(7), MaxLen(7)] = (1.0,) * 7
    quantity: NumberLaw | None = None  # rounded to at least 1; None: 1
    largest: Some = 1000  # quantity
    customers: tuple[CustomerClass, ...] = ()
    cancelled: Share = 0.0  # of the orders, some time before their due
    changed: Share = 0.0  # of the orders: a new due
    file: Annotated[str, MaxLen(500)] | None = None  # an order book (CSV)
    orders: tuple[OrderLine, ...] = ()  # the same, in the world file


@dataclass(frozen=True, slots=True, kw_only=True)
class Dock:
    """Where orders leave: at ``departures`` (clock times; none: at once)."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Id
    node: Id
    departures: tuple[Clock, ...] = ()
    days: tuple[Weekday, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    handling: Duration = 0  # an order must be complete this long before departure


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How messages travel: a preset, each figure of which may be replaced."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    preset: Literal["none", "wired", "wifi", "wifi_loaded", "lte", "5g"] = "none"
    latency: Duration | None = None  # one way, median
    jitter: NonNegative | None = None  # sigma of the log of the latency
    loss: Share | None = None
    per_second: Positive | None = None  # capacity in messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Money: what is not stated at machines, crews and materials."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    currency: Annotated[str, MaxLen(8)] = "EUR"
    energy_per_kwh: NonNegative = 0.0
    tariff: Annotated[tuple[NonNegative, ...], MaxLen(24)] = ()  # by hour, 24 or none
    holding_per_year: Share = 0.0  # of the value of stock and work in process
    lateness_per_day: Share = 0.0  # of the price, up to `lateness_most`
    lateness_most: Share = 1.0
    depreciation_per_day: NonNegative = 0.0
    store_per_lot_hour: NonNegative = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A factory, its products and its customers."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    format: Literal[1]
    name: Id
    title: Annotated[str, MaxLen(200)] = ""
    start: datetime
    days: Positive = 1.0  # how long a run takes if nobody says
    warm_up: Duration = 0
    cool_down: Duration = 0
    unit: Annotated[str, MaxLen(16)] = ""  # of an instance's times; "" otherwise
    unit_ms: Annotated[int, Ge(1)] = 1
    completion: Literal["processed", "delivered"] = "delivered"
    floor: Floor
    calendars: tuple[WorkCalendar, ...] = ()
    setups: tuple[SetupMatrix, ...] = ()
    machines: Annotated[tuple[Machine, ...], MinLen(1), MaxLen(10_000)]
    vehicles: Annotated[tuple[VehicleGroup, ...], MaxLen(100)] = ()
    crews: Annotated[tuple[Crew, ...], MaxLen(1000)] = ()
    suppliers: Annotated[tuple[Supplier, ...], MaxLen(1000)] = ()
    materials: Annotated[tuple[Material, ...], MaxLen(10_000)] = ()
    products: Annotated[tuple[Product, ...], MinLen(1), MaxLen(10_000)]
    demand: Demand
    docks: Annotated[tuple[Dock, ...], MaxLen(16)] = ()
    network: Network = field(default_factory=Network)
    costs: Costs = field(default_factory=Costs)
    disturbances: Annotated[tuple[str, ...], MaxLen(10_000)] = ()
