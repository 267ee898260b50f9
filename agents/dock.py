"""The dock agent: where finished goods go, and when they leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agents.agent import Holon
from plant.store import DockBody

if TYPE_CHECKING:
    from agents.factory import Factory


class DockAgent(Holon):
    """Answers for shipping: by when must an order be here to leave in time?

    A world whose ``completion`` is "processed" ships nothing: an order is complete
    where its last operations end. Without a dock goods go to the store.

    Attributes
    ----------
    place
        Where finished lots are brought; None: nowhere.
    """

    def __init__(self, factory: Factory, dock: DockBody | None) -> None:
        super().__init__(factory, "shipping")
        shipped = factory.world.completion == "delivered"
        self.dock = dock if shipped else None
        self.place: str | None = None
        if shipped:
            self.place = dock.id if dock is not None else factory.store.id

    def leaves_at(self, complete: int) -> int:
        """Return when an order leaves that is complete at that time, ms."""
        return self.dock.leaves_at(complete) if self.dock else complete

    def latest_for(self, due: int) -> int:
        """Return when an order must be here to leave by its due, ms."""
        if self.dock is None:
            return due
        departures = self.dock.departures
        left = departures.last_until(due) if departures else due
        return left - self.dock.spec.handling

    def ship(self, order: str, lots: Sequence[str]) -> None:
        """Have a complete order leave."""
        if self.dock is not None:
            self.dock.ship(order, tuple(lots))
            return
        floor, pieces = self.factory.floor, 0
        for id in lots:
            lot = floor.lots.pop(id)
            floor.places[lot.at].hand_over(lot)
            pieces += len(lot.pieces)
        self.factory.emit("order_shipped", order, dock=None, pieces=pieces)

    def keep(self, order: str) -> None:
        """Take a cancelled order back from those that are ready to leave."""
        if self.dock is not None:
            self.dock.keep(order)
