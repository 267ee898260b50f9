"""A run laid out for checking: the biography of everything that has one.

Rules are generator functions over a :class:`Record`; each yields what it finds as
``(time, subject, sentence)``. Nothing here is shared with the plant or the agents: the
record is rebuilt from the facts and the world alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kernel.events import Event
from worlds.layout import Layout, vehicles_of
from worlds.products import Route, RouteStep
from worlds.routes import Routes
from worlds.spec import Machine, World


class Violation(NamedTuple):
    """A fact that breaks a rule: when, which rule, whose fact, and what is wrong."""

    time: int
    rule: str
    subject: str
    sentence: str


def named(route: Route | None, step: str) -> RouteStep | None:
    """Return the step of this name, if the route has it."""
    steps = route.steps if route else ()
    return next((found for found in steps if found.id == step), None)


Finding = tuple[int, str, str]
Rule = Callable[["Record"], Iterator[Finding]]

#: What the name of a step's rework adds to the step's.
REWORK = ".rework"


class Task(NamedTuple):
    """What an operation does: a step of the route, or the rework of its inspection."""

    step: RouteStep
    rework: bool


@dataclass(slots=True)
class Order:
    """An order as its facts tell it, up to the latest change."""

    received: Event
    route: Route
    quantity: int
    most: int  # quantity, before it was ever reduced
    closed: Event | None = None


@dataclass(slots=True)
class Lot:
    """Where a lot comes from, and when it left the floor."""

    entered: Event
    order: str
    kit: str
    chain: str
    home: str = ""  # the kit it is to complete, if it replaces pieces of a branch
    left: Event | None = None

    @property
    def slot(self) -> tuple[str, str]:
        """What takes up one place in a buffer.

        Lots parted from one share it, and those that replace its scrapped pieces.
        """
        return self.home or self.kit, self.chain


@dataclass(slots=True)
class Work:
    """An operation with all facts about it."""

    id: str
    machine: str
    lot: str
    facts: list[Event] = field(default_factory=list)

    @property
    def started(self) -> Event:
        """Its first fact: the start, in a correct record."""
        return self.facts[0]


class Record:
    """The facts of a run by what they are about, in the order they happened.

    Parameters
    ----------
    world
        What the plant is.
    events
        Well-formed facts (:mod:`measures.check.shape` sorts out the others).
    """

    def __init__(self, world: World, events: Sequence[Event]) -> None:
        self.world = world
        self.events = events
        self.layout = Layout(world)
        self.machines: Mapping[str, Machine] = {m.id: m for m in world.machines}
        self.vehicles = {id: (group, node) for id, group, node in vehicles_of(world)}
        self.places = {*self.machines, *(dock.id for dock in world.docks)} | {
            node.id for node in world.floor.nodes if node.kind == "store"
        }
        self.kinds: dict[str, list[Event]] = defaultdict(list)
        self.at: dict[str, list[Event]] = defaultdict(list)  # by place
        self.of_vehicle: dict[str, list[Event]] = defaultdict(list)
        self.of_lots: list[Event] = []
        self.orders: dict[str, Order] = {}
        self.lots: dict[str, Lot] = {}
        self.works: dict[str, Work] = {}
        self.twice: list[Event] = []  # orders and lots that enter a second time
        self._routes = Routes(world)
        self._place: dict[str, str] = {}
        self._pieces: dict[str, int] = {}
        self.lots_of: dict[str, list[str]] = defaultdict(list)
        for event in events:
            self.kinds[event.kind].append(event)
            sort = _SORTS.get(event.kind)
            if sort is not None:
                sort(self, event)

    def task(self, lot: str, name: str) -> Task | None:
        """Return what an operation of this name does to a lot, if its route has it."""
        known = self.lots.get(lot)
        route = self.route(known.order) if known else None
        step = named(route, name)
        if step is not None:
            return Task(step, False)
        step = named(route, name.removesuffix(REWORK))
        if step is not None and step.inspection is not None:
            return Task(step, True)
        return None

    def route(self, order: str) -> Route | None:
        """Return how an order is made."""
        known = self.orders.get(order)
        return known.route if known else None

    # -- orders --------------------------------------------------------------------

    def _order_received(self, event: Event) -> None:
        facts = event.facts
        if event.subject in self.orders:
            self.twice.append(event)
            return
        route = self._routes.of(facts["product"], facts["options"])
        quantity = facts["quantity"]
        self.orders[event.subject] = Order(event, route, quantity, most=quantity)

    def _order_changed(self, event: Event) -> None:
        order = self.orders.get(event.subject)
        if order is not None:
            order.quantity = event.facts["quantity"]
            order.most = max(order.most, order.quantity)

    def _order_closed(self, event: Event) -> None:
        order = self.orders.get(event.subject)
        if order is not None and order.closed is None:
            order.closed = event
        if event.kind == "order_shipped":
            if event.facts["dock"] is not None:
                self.at[event.facts["dock"]].append(event)
            self.of_lots.append(event)
            for lot in self.lots_of[event.subject]:
                self._leave(lot, event)

    # -- lots ----------------------------------------------------------------------

    def _enter(self, event: Event, id: str, lot: Lot, at: str, pieces: int) -> None:
        if id in self.lots:
            self.twice.append(event)
            return
        self.lots[id] = lot
        self.lots_of[lot.order].append(id)
        self._place[id], self._pieces[id] = at, pieces

    def _leave(self, id: str, event: Event) -> None:
        lot = self.lots.get(id)
        if lot is not None and lot.left is None:
            lot.left = event

    def _about(self, lot: str, event: Event) -> None:
        """File a fact under the lots and where this one is."""
        self.of_lots.append(event)
        if lot in self._place:
            self.at[self._place[lot]].append(event)

    def _lot_released(self, event: Event) -> None:
        facts = event.facts
        lot = Lot(event, facts["order"], facts["kit"], facts["chain"])
        lot.home = self._home(lot, facts["replaces"])
        self._enter(event, event.subject, lot, facts["at"], facts["pieces"])
        self._about(event.subject, event)

    def _home(self, lot: Lot, replaced: str | None) -> str:
        """Return the kit a lot completes if it replaces another on its branch."""
        other = self.lots.get(replaced or "")
        if other is None or other.chain != lot.chain or lot.order not in self.orders:
            return ""
        steps = self.orders[lot.order].route.steps
        if steps[-1].chain == lot.chain:
            return ""  # no branch: nothing is assembled afterwards
        return other.home or other.kit

    def _lots_joined(self, event: Event) -> None:
        facts = event.facts
        for id in facts["inputs"]:
            self._leave(id, event)
        lot = Lot(event, facts["order"], facts["kit"], facts["step"])
        for id in facts["inputs"]:
            if id in self.lots:
                replaced = self.lots[id].entered.facts.get("replaces")
                lot.home = lot.home or self._home(lot, replaced)
        self._enter(event, event.subject, lot, facts["at"], facts["pieces"])
        self._about(event.subject, event)

    def _lot_split(self, event: Event) -> None:
        id, facts = event.subject, event.facts
        parent = self.lots.get(id)
        if parent is not None:
            lot = Lot(event, parent.order, parent.kit, parent.chain, parent.home)
            self._pieces[id] -= facts["pieces"]
            self._enter(event, facts["into"], lot, self._place[id], facts["pieces"])
        self._about(id, event)

    def _lot_scrapped(self, event: Event) -> None:
        id = event.subject
        if id in self.lots:
            self._pieces[id] -= event.facts["pieces"]
            if self._pieces[id] <= 0:
                self._leave(id, event)
        self._about(id, event)

    def _lot_ended(self, event: Event) -> None:
        self._leave(event.subject, event)
        self._about(event.subject, event)

    def _lot_inspected(self, event: Event) -> None:
        self.of_lots.append(event)
        self.at[event.facts["machine"]].append(event)

    def _lot_moved(self, event: Event) -> None:
        self.of_lots.append(event)
        self.at[event.facts["at"]].append(event)
        vehicle = event.facts["vehicle"]
        if vehicle is not None:
            self.of_vehicle[vehicle].append(event)
        if event.kind == "lot_delivered" and event.subject in self._place:
            self._place[event.subject] = event.facts["at"]

    # -- machines and vehicles -----------------------------------------------------

    def _machine(self, event: Event) -> None:
        self.at[event.subject].append(event)

    def _operation(self, event: Event) -> None:
        self.at[event.subject].append(event)
        self.of_lots.append(event)
        id, lot = event.facts["operation"], event.facts["lot"]
        if id not in self.works:
            self.works[id] = Work(id, event.subject, lot)
        self.works[id].facts.append(event)

    def _vehicle(self, event: Event) -> None:
        self.of_vehicle[event.subject].append(event)


_SORTS: Mapping[str, Callable[[Record, Event], Any]] = {
    kind: vars(Record)[name]
    for name, kinds in {
        "_order_received": ["order_received"],
        "_order_changed": ["order_changed"],
        "_order_closed": ["order_cancelled", "order_shipped"],
        "_lot_released": ["lot_released"],
        "_lots_joined": ["lots_joined"],
        "_lot_split": ["lot_split"],
        "_lot_scrapped": ["lot_scrapped"],
        "_lot_ended": ["lot_ended"],
        "_lot_inspected": ["lot_inspected"],
        "_lot_moved": ["lot_loaded", "lot_delivered"],
        "_machine": [
            "machine_state",
            "setup_started",
            "setup_finished",
            "machine_failed",
            "repair_started",
            "machine_repaired",
        ],
        "_operation": [
            "operation_started",
            "operation_interrupted",
            "operation_resumed",
            "operation_finished",
        ],
        "_vehicle": [
            "drive_started",
            "drive_finished",
            "vehicle_stopped",
            "vehicle_resumed",
        ],
    }.items()
    for kind in kinds
}
