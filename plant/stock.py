"""Materials in stock, and the suppliers that bring more."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from kernel.calendar import Priority
from kernel.errors import Impossible
from plant.floor import Floor
from worlds.spec import Material, Supplier


class Stock:
    """What is there of one material, by material lots, the oldest used first."""

    __slots__ = ("floor", "id", "lots", "received", "spec")

    def __init__(self, spec: Material, floor: Floor) -> None:
        self.spec = spec
        self.id = spec.id
        self.floor = floor
        self.lots: deque[tuple[str, int]] = deque()  # (material lot, quantity)
        self.received = 0

    @property
    def quantity(self) -> int:
        """How much is there."""
        return sum(quantity for _, quantity in self.lots)

    def begin(self) -> None:
        """Count the opening stock."""
        lot = self._new_lot(self.spec.stock) if self.spec.stock else None
        self.floor.emit(
            "stock_counted", self.id, quantity=self.spec.stock, material_lot=lot
        )

    def take(self, quantity: int) -> list[list[object]]:
        """Consume a quantity, which must be there.

        Returns
        -------
        list
            ``[material, material lot, quantity]`` for each lot it came from.
        """
        if quantity > self.quantity:
            raise Impossible(f"{self.id}: {quantity} taken, {self.quantity} there")
        taken: list[list[object]] = []
        while quantity:
            lot, there = self.lots.popleft()
            part = min(quantity, there)
            taken.append([self.id, lot, part])
            quantity -= part
            if part < there:
                self.lots.appendleft((lot, there - part))
        return taken

    def receive(self, purchase: str, quantity: int) -> None:
        """Put a delivery on stock."""
        self.floor.emit(
            "material_received",
            self.id,
            purchase=purchase,
            material_lot=self._new_lot(quantity),
            quantity=quantity,
        )

    def _new_lot(self, quantity: int) -> str:
        self.received += 1
        id = f"{self.id}/{self.received}"
        self.lots.append((id, quantity))
        return id


@dataclass(slots=True)
class _Purchase:
    """What has been bought and has not come."""

    material: str
    quantity: int
    expected: int  # as the buyer was told
    due: int = 0  # realised, hidden
    ticket: int = 0


class SupplierBody:
    """A supplier: takes purchases and delivers them after a lead time nobody knows."""

    __slots__ = ("bought", "floor", "id", "open", "purchases", "spec", "stocks")

    def __init__(self, spec: Supplier, stocks: dict[str, Stock], floor: Floor) -> None:
        self.spec = spec
        self.id = spec.id
        self.stocks = stocks
        self.floor = floor
        self.purchases = 0
        self.bought: dict[str, int] = {}  # how often, by material
        self.open: dict[str, _Purchase] = {}

    def order(self, material: str, quantity: int) -> str:
        """Buy; the delivery comes when it comes.

        Returns
        -------
        str
            The purchase's id.
        """
        calendar = self.floor.calendar
        self.purchases += 1
        purchase = f"{self.id}/{self.purchases}"
        # Named by what is bought for the n-th time, whoever else buys what.
        count = self.bought[material] = self.bought.get(material, 0) + 1
        lead = self.floor.draw(self.spec.lead, f"lead/{material}", count)
        expected = calendar.now + round(self.spec.lead.mean)
        self.floor.emit(
            "material_ordered",
            material,
            purchase=purchase,
            supplier=self.id,
            quantity=quantity,
            expected=expected,
        )
        self.open[purchase] = _Purchase(material, quantity, expected)
        self._send(purchase, calendar.now + round(lead))
        return purchase

    def delay(self, material: str, duration: int) -> None:
        """Have every open purchase of a material come later than it would have."""
        for id, purchase in self.open.items():
            if purchase.material == material:
                self.floor.calendar.cancel(purchase.ticket)
                self._send(id, purchase.due + duration)
                purchase.expected += duration
                self.floor.emit(
                    "material_delayed",
                    material,
                    purchase=id,
                    expected=purchase.expected,
                )

    def deliver(self, purchase: str) -> None:
        """Bring what was bought."""
        bought = self.open.pop(purchase)
        self.stocks[bought.material].receive(purchase, bought.quantity)

    def _send(self, purchase: str, due: int) -> None:
        bought = self.open[purchase]
        bought.due = due
        bought.ticket = self.floor.calendar.schedule(
            due, Priority.ARRIVE, self.id, "deliver", purchase
        )
