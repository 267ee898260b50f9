"""Stores and docks: places with room for every lot."""

from __future__ import annotations

from kernel.calendar import Priority
from kernel.errors import Impossible
from plant.floor import Floor
from plant.lot import Lot
from worlds.spec import Dock
from worlds.workcalendar import Departures


class Store:
    """The unlimited overflow store, where raw lots begin too."""

    __slots__ = ("floor", "held", "id")

    def __init__(self, id: str, floor: Floor) -> None:
        self.id = id
        self.floor = floor
        self.held: set[str] = set()

    def reserve(self, lot: Lot) -> bool:
        """Keep a slot; there is always one."""
        return True

    def unreserve(self, lot: Lot) -> None:
        """Give the slot back."""

    def receive(self, lot: Lot) -> None:
        """Put a lot down here."""
        self.held.add(lot.id)

    def hand_over(self, lot: Lot) -> None:
        """Let a vehicle take the lot away."""
        if lot.id not in self.held:
            raise Impossible(f"{self.id}: lot {lot.id} is not here")
        self.held.remove(lot.id)


class DockBody(Store):
    """Where finished lots wait for a departure; ``ready`` orders leave with it."""

    __slots__ = ("departures", "ready", "spec")

    def __init__(self, spec: Dock, floor: Floor, departures: Departures | None) -> None:
        super().__init__(spec.id, floor)
        self.spec = spec
        self.departures = departures
        self.ready: dict[str, tuple[str, ...]] = {}

    def ship(self, order: str, lots: tuple[str, ...]) -> None:
        """Have a complete order leave with the next departure it can make."""
        self.ready[order] = lots
        now = self.floor.calendar.now
        self.floor.calendar.schedule(
            self.leaves_at(now), Priority.FINISH, self.id, "depart", order
        )

    def leaves_at(self, complete: int) -> int:
        """Return when an order leaves that is complete here at that time."""
        handled = complete + self.spec.handling
        return self.departures.first_from(handled) if self.departures else handled

    def depart(self, order: str) -> None:
        """Send a ready order off."""
        lots = self.ready.pop(order, None)
        if lots is None:
            return
        pieces = 0
        for id in lots:
            pieces += len(self.floor.lots.pop(id).pieces)
            self.held.discard(id)
        self.floor.emit("order_shipped", order, dock=self.id, pieces=pieces)

    def keep(self, order: str) -> None:
        """Take an order back from those that are ready."""
        self.ready.pop(order, None)
