"""KPIs of the lots on the floor: work in process, scrap, the value in them."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.events import Event
from measures.kpis.window import Level, Window
from worlds.spec import World


@dataclass(slots=True)
class _Lot:
    order: str
    pieces: int
    value: float = 0.0  # of the material in it
    stored: bool = False  # in the overflow store


class LotMeasures:
    """Lots from their release until their order ships, and the material in them."""

    def __init__(self, window: Window, world: World) -> None:
        self._window = window
        self._prices = {material.id: material.unit_cost for material in world.materials}
        self._stores = {n.id for n in world.floor.nodes if n.kind == "store"}
        self._lots: dict[str, _Lot] = {}
        self._of_order: dict[str, set[str]] = {}
        self._count = Level(window)
        self._value = Level(window)
        self._stored = Level(window)
        self.scrapped = 0  # pieces
        self.scrap_value = 0.0
        self.shipped_value = 0.0

    def lot_released(self, event: Event) -> None:
        """Put a lot on the floor."""
        self._enter(event, event.subject, event.facts["order"], event.facts["pieces"])

    def lot_split(self, event: Event) -> None:
        """Part a lot, and its value in proportion."""
        lot, pieces = self._lots[event.subject], event.facts["pieces"]
        value = lot.value * pieces / lot.pieces
        lot.pieces -= pieces
        lot.value -= value
        self._enter(event, event.facts["into"], lot.order, pieces, value)

    def lots_joined(self, event: Event) -> None:
        """Make one lot of several."""
        value = sum(self._leave(event, id) for id in event.facts["inputs"])
        facts = event.facts
        self._enter(event, event.subject, facts["order"], facts["pieces"], value)

    def lot_scrapped(self, event: Event) -> None:
        """Lose pieces, and their value."""
        lot, pieces = self._lots[event.subject], event.facts["pieces"]
        lost = lot.value * pieces / lot.pieces
        lot.pieces -= pieces
        lot.value -= lost
        self._value.by(event.time, -lost)
        if self._window.holds(event.time):
            self.scrapped += pieces
            self.scrap_value += lost
        if lot.pieces <= 0:
            self._leave(event, event.subject)

    def lot_ended(self, event: Event) -> None:
        """Take a cancelled order's lot off the floor: its value is lost."""
        value = self._leave(event, event.subject)
        if self._window.holds(event.time):
            self.scrap_value += value

    def order_shipped(self, event: Event) -> None:
        """Take the order's lots off the floor."""
        for id in sorted(self._of_order.pop(event.subject, set())):
            value = self._leave(event, id)
            if self._window.holds(event.time):
                self.shipped_value += value

    def operation_started(self, event: Event) -> None:
        """Put the material used into the lot."""
        worth = sum(
            quantity * self._prices.get(material, 0.0)
            for material, _, quantity in event.facts["materials"]
        )
        if worth:
            self._lots[event.facts["lot"]].value += worth
            self._value.by(event.time, worth)

    def lot_loaded(self, event: Event) -> None:
        """Let a lot leave the store."""
        lot = self._lots[event.subject]
        if lot.stored:
            lot.stored = False
            self._stored.by(event.time, -1)

    def lot_delivered(self, event: Event) -> None:
        """Note a lot that is brought to the store; raw lots begin there for free."""
        lot = self._lots[event.subject]
        if event.facts["at"] in self._stores and not lot.stored:
            lot.stored = True
            self._stored.by(event.time, 1)

    def count(self, now: int) -> float:
        """Return lots on the floor x ms."""
        return self._count.area(now)

    def value(self, now: int) -> float:
        """Return material value in process x ms."""
        return self._value.area(now)

    def stored(self, now: int) -> float:
        """Return lots in the overflow store x ms."""
        return self._stored.area(now)

    def _enter(
        self, event: Event, id: str, order: str, pieces: int, value: float = 0.0
    ) -> None:
        self._lots[id] = _Lot(order, pieces, value)
        self._of_order.setdefault(order, set()).add(id)
        self._count.by(event.time, 1)
        if event.kind == "lots_joined":
            self._value.by(event.time, value)

    def _leave(self, event: Event, id: str) -> float:
        lot = self._lots.pop(id)
        self._of_order.get(lot.order, set()).discard(id)
        self._count.by(event.time, -1)
        self._value.by(event.time, -lot.value)
        if lot.stored:
            self._stored.by(event.time, -1)
        return lot.value
