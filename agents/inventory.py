"""Inventory agents: who gets a material, when it is there, when more is bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.agent import Holon
from agents.contract_net import Bid, Participant
from agents.messages import CallForProposal, Message
from agents.pegging import turns
from kernel.errors import Impossible
from kernel.events import Event
from plant.stock import Stock, SupplierBody

if TYPE_CHECKING:
    from agents.factory import Factory
    from agents.order import OrderAgent


@dataclass(slots=True, eq=False)
class Reservation:
    """A quantity for an order, allocated once it is there.

    ``purpose``: the kit that is made again, or "" (:meth:`agents.work.Kit.purpose`).
    """

    order: str
    quantity: int
    purpose: str = ""
    allocated: bool = False


class InventoryAgent(Holon):
    """Answers for one material: when is it there? It buys more in time.

    Reservations are served first come, first served; where the policy has pegging
    dynamic and there is not enough for all, as :mod:`agents.pegging` says.
    """

    def __init__(
        self, factory: Factory, stock: Stock, supplier: SupplierBody | None
    ) -> None:
        super().__init__(factory, stock.id)
        self.stock = stock
        self.spec = stock.spec
        self.supplier = supplier
        self.participant = Participant(
            self.address, factory.calendar, factory.network, self
        )
        self.awarded: set[str] = set()  # calls it has reserved for
        self.reservations: list[Reservation] = []
        self.reserved = 0  # sum of the reservations
        self.allocated = 0  # of that, of the stock that is there
        self.on_order: dict[str, tuple[int, int]] = {}  # purchase: quantity, expected

    # -- contract net ---------------------------------------------------------------

    def receive(self, message: Message) -> None:
        """Take a message of the contract net."""
        self.participant.receive(message)

    def timeout(self, argument: object) -> None:
        """Take a timer of the contract net."""
        self.participant.timeout(argument)

    def bid(self, call: CallForProposal) -> Bid | str:
        """Offer a quantity from the date on which it will be there."""
        date = self.available(call.body)
        return Bid(price=call.body * self.spec.unit_cost, promise=date)

    def take(self, call: CallForProposal, bid: Bid) -> bool:
        """Reserve what was awarded."""
        order = self.factory.orders[call.about.partition("/")[0]]
        if not order.cancelled and call.about not in self.awarded:
            self.awarded.add(call.about)  # called again, if the answer was lost
            _, quantity, purpose = order.allocation.needs[call.about]
            self.reserve(order, quantity, purpose)
        self.at(self.now, "settle_award", call.about)
        return True

    def settle_award(self, about: str) -> None:
        """Report a reservation as done."""
        if self.participant.holds(about):
            self.participant.finish(about)

    def drop(self, about: str, conversation: str) -> None:
        """A reservation stays until the order gives it back."""

    # -- stock ----------------------------------------------------------------------

    def available(self, quantity: int) -> int:
        """Return when so much more will be there, as far as is known, ms."""
        return self._covers(self.reserved + quantity)

    def expected_for(self, order: OrderAgent, purpose: str) -> int:
        """Return when what an order wants for a purpose will be there, ms."""
        before = self.allocated
        for reservation in self.reservations:
            if not reservation.allocated:
                before += reservation.quantity
                if (reservation.order, reservation.purpose) == (order.id, purpose):
                    return self._covers(before)
        return self.available(order.allocation.asked(self.id, purpose))

    def _covers(self, quantity: int) -> int:
        """Return when stock and purchases come to a quantity, as far as is known."""
        there = self.stock.quantity
        if there >= quantity:
            return self.now
        for bought, expected in sorted(self.on_order.values(), key=lambda v: v[1]):
            there += bought
            if there >= quantity:
                return self._comes(expected)
        return self._bought_now()

    @property
    def _lead(self) -> int:
        return round(self.supplier.spec.lead.mean if self.supplier else 1e11)

    def _comes(self, expected: int) -> int:
        """Return when a delivery will come; one that is overdue takes some more."""
        return expected if expected > self.now else self.now + self._lead // 4

    def _bought_now(self) -> int:
        """Return when a purchase made now would be expected, ms."""
        return self.now + self._lead

    def next_delivery(self) -> int:
        """Return when the next purchase is expected, ms."""
        dates = [self._comes(expected) for _, expected in self.on_order.values()]
        return min(dates, default=self._bought_now())

    def reserve(self, order: OrderAgent, quantity: int, purpose: str = "") -> None:
        """Keep a quantity for an order."""
        reservation = Reservation(order.id, quantity, purpose)
        short = quantity - max(0, self.stock.quantity - self.reserved)
        self.reservations.append(reservation)
        self.reserved += quantity
        self._tell("material_reserved", reservation)
        self._allocate()
        if not reservation.allocated:
            self.factory.emit("stock_out", self.id, short=min(short, quantity))
        self._buy()

    def give_back(self, order: OrderAgent) -> None:
        """Take back what is left of an order's reservations."""
        kept = []
        for reservation in self.reservations:
            if reservation.order != order.id:
                kept.append(reservation)
                continue
            self.reserved -= reservation.quantity
            if reservation.allocated:
                self.allocated -= reservation.quantity
            self._tell("material_released", reservation)
        self.reservations = kept
        self._allocate()

    def _allocated(self, order: str, purpose: str) -> Reservation | None:
        """Return what an order has for a purpose."""
        for reservation in self.reservations:
            if (reservation.order, reservation.purpose) == (order, purpose):
                return reservation if reservation.allocated else None
        return None

    def holds(self, order: str, purpose: str) -> bool:
        """Return whether what an order wants for a purpose is there."""
        return self._allocated(order, purpose) is not None

    def consume(self, order: str, purpose: str, quantity: int) -> list[list[object]]:
        """Take from the stock what was reserved for an order, for a purpose."""
        reservation = self._allocated(order, purpose)
        if reservation is None or reservation.quantity < quantity:
            raise Impossible(f"{self.id}: {quantity} for {order}, not allocated to it")
        reservation.quantity -= quantity
        if not reservation.quantity:
            self.reservations.remove(reservation)
        self.reserved -= quantity
        self.allocated -= quantity
        return self.stock.take(quantity)

    def _rearrange(self) -> None:
        """Let orders that can wait give their reservations back and reserve anew.

        They do so behind those to whom the material goes: on record it is first come,
        first served, whatever the pegging.
        """
        served, waiting = turns(self)
        if set(map(id, served)) == set(map(id, self._served())):
            return
        wanted, keep = served + waiting, 0
        moved: list[Reservation] = []
        for reservation in self.reservations:
            if reservation is wanted[keep]:
                keep += 1
            else:
                moved.append(reservation)
        lent = [reservation for reservation in moved if reservation.allocated]
        # Those who wait leave the queue before anything is given back.
        for reservation in sorted(moved, key=lambda r: r.allocated):
            self._tell("material_released", reservation)
        for reservation in wanted[keep:]:
            self._tell("material_reserved", reservation)
        self.reservations = wanted
        for reservation in lent:
            reservation.allocated = False
            self.allocated -= reservation.quantity
            if reservation in waiting:
                self.factory.emit("stock_out", self.id, short=reservation.quantity)

    def _served(self) -> list[Reservation]:
        """Return the reservations that are served, first come, first served."""
        free = self.stock.quantity - self.allocated
        served = []
        for reservation in self.reservations:
            if not reservation.allocated:
                if reservation.quantity > free:
                    free = 0  # who comes after waits too
                    continue
                free -= reservation.quantity
            served.append(reservation)
        return served

    def _tell(self, kind: str, reservation: Reservation) -> None:
        self.factory.emit(
            kind, self.id, order=reservation.order, quantity=reservation.quantity
        )

    def _allocate(self) -> None:
        """Allocate what is there to the reservations, in their order."""
        short = self.stock.quantity < self.reserved
        if short and self.factory.policy.pegging == "dynamic":
            self._rearrange()
        fresh = [r for r in self._served() if not r.allocated]
        for reservation in fresh:
            reservation.allocated = True
            self.allocated += reservation.quantity
        more = {r.order for r in fresh}
        waiting = {r.order for r in self.reservations if not r.allocated}
        for id in dict.fromkeys(r.order for r in self.reservations):
            order = self.factory.orders[id]
            order.material(self.id, there=id not in waiting, more=id in more)

    def _buy(self) -> None:
        """Buy more when stock and purchases, less reservations, have fallen low."""
        if self.supplier is None:
            return
        spec = self.spec
        coming = sum(quantity for quantity, _ in self.on_order.values())
        position = self.stock.quantity + coming - self.reserved
        if position > spec.reorder_point:
            return
        up_to = spec.reorder_point + 1 if spec.up_to is None else spec.up_to
        count = max(1, -(-(up_to - position) // spec.lot))
        self.supplier.order(self.id, count * spec.lot)

    # -- facts ----------------------------------------------------------------------

    def on_material_ordered(self, event: Event) -> None:
        """More was bought."""
        facts = event.facts
        self.on_order[facts["purchase"]] = (facts["quantity"], facts["expected"])

    def on_material_delayed(self, event: Event) -> None:
        """A purchase comes later."""
        quantity, _ = self.on_order[event.facts["purchase"]]
        self.on_order[event.facts["purchase"]] = (quantity, event.facts["expected"])
        self.factory.changed(self.id, "delay", major=True)

    def on_material_received(self, event: Event) -> None:
        """More is there."""
        self.on_order.pop(event.facts["purchase"], None)
        short = any(not r.allocated for r in self.reservations)
        self._allocate()
        self._buy()
        if short:
            self.factory.changed(self.id, "material", major=True)
            self.factory.wake_machines()
