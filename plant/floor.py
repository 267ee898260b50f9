"""What all bodies of one plant share: the clock, chance, the record, the places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kernel.calendar import Calendar
from kernel.chance import Law, draw
from kernel.errors import Impossible
from plant.lot import Lot
from worlds.layout import Layout
from worlds.spec import World


class Place(Protocol):
    """Where a lot can be put down: a machine, the store, a dock."""

    id: str

    def reserve(self, lot: Lot) -> bool:
        """Keep a slot for a lot that will come; False: there is none."""

    def unreserve(self, lot: Lot) -> None:
        """Give the slot back."""

    def receive(self, lot: Lot) -> None:
        """Put a lot that has a slot down here."""

    def hand_over(self, lot: Lot) -> None:
        """Let a vehicle take the lot away."""


class Floor:
    """The plant's shared ground.

    Parameters
    ----------
    world, layout
        What the plant is; immutable.
    calendar
        The clock.
    seed
        Of the world's draws.
    emit
        Called with kind, subject and facts of whatever happens.
    """

    __slots__ = ("calendar", "emit", "layout", "lots", "places", "seed", "world")

    def __init__(
        self,
        world: World,
        layout: Layout,
        calendar: Calendar,
        seed: int,
        emit: Callable[..., None],
    ) -> None:
        self.world = world
        self.layout = layout
        self.calendar = calendar
        self.seed = seed
        self.emit = emit
        self.lots: dict[str, Lot] = {}
        self.places: dict[str, Place] = {}

    def draw(self, law: Law | None, name: str, k: int = 0) -> float:
        """Return the ``k``-th draw of the thing called ``name``; without law 1."""
        return law.quantile(draw(self.seed, name, k)) if law is not None else 1.0

    def place(self, id: str, place: Place) -> None:
        """Add a place where lots can be."""
        self.places[id] = place

    def lot(self, id: str) -> Lot:
        """Return the lot, which must be on the floor."""
        try:
            return self.lots[id]
        except KeyError:
            raise Impossible(f"lot {id} is not on the floor") from None

    def hop(self, lot: str, to: str) -> None:
        """Move a lot at once to its reserved slot, where there are no vehicles."""
        moved = self.lot(lot)
        self.places[moved.at].hand_over(moved)
        self.emit("lot_loaded", lot, vehicle=None, at=moved.at)
        self.put_down(moved, to, vehicle=None)

    def put_down(self, lot: Lot, to: str, vehicle: str | None) -> None:
        """Put a lot down where it has a slot, and say so."""
        lot.at = to
        self.places[to].receive(lot)
        self.emit("lot_delivered", lot.id, vehicle=vehicle, at=to)
