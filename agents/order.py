"""Order agents: each answers for one customer's order, from promise to shipment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agents.agent import Holon
from agents.allocation import Allocation
from agents.messages import Message
from agents.production import Production
from agents.work import Kit
from kernel.calendar import Priority
from kernel.events import Event
from plant import lots
from plant.lot import operation_id
from worlds.demand import OrderRequest
from worlds.products import Route, RouteStep

if TYPE_CHECKING:
    from agents.factory import Factory


class OrderAgent(Holon):
    """Answers for an order: does it get done, and on time?

    It reserves material, releases the order's lots, promises a date and ships what is
    complete. Its :class:`~agents.production.Production` knows what is to be done next,
    its :class:`~agents.allocation.Allocation` who does it.
    """

    def __init__(self, factory: Factory, request: OrderRequest, route: Route) -> None:
        super().__init__(factory, request.id)
        self.request = request
        self.route = route
        self.due = request.due
        self.weight = request.weight
        self.quantity = request.quantity
        self.log_weight = math.log(max(request.weight, 1e-9))
        self.content = route.content(1)  # of one piece: what must come one by one
        self.allocation = Allocation(self)
        self.production = Production(self)
        self.missing: set[str] = set()  # materials still to be allocated
        self.firsts: set[str] = set()  # the first operations, of all lots
        #: When these would be done, and what follows takes, ms.
        self.quotes: dict[str, tuple[int, int]] = {}
        self.promise: int | None = None
        self.finished: dict[str, int] = {}  # lots where they leave: pieces
        self.cancelled = False
        self.shipped = False

    # -- by way of its parts ----------------------------------------------------------

    def receive(self, message: Message) -> None:
        """Take a message of the contract net."""
        self.allocation.initiator.receive(message)

    def timeout(self, argument: object) -> None:
        """Take a timer of the contract net."""
        self.allocation.initiator.timeout(argument)

    def call_again(self, about: str) -> None:
        """Announce once more what nobody took on."""
        self.allocation.call_again(about)

    def settle(self, _: Any) -> None:
        """See to the lots of which something was learnt at this instant."""
        self.production.settle()

    def store(self, lot: str) -> None:
        """See whether a lot has been blocked for too long."""
        self.production.store(lot)

    # -- from promise to shipment -----------------------------------------------------

    def begin(self) -> None:
        """Take the order in: reserve materials, release it when it may begin."""
        request, factory = self.request, self.factory
        factory.emit(
            "order_received",
            self.id,
            product=request.product,
            options=dict(request.options),
            quantity=request.quantity,
            release=request.release,
            due=request.due,
            weight=request.weight,
            customer=request.customer,
            rush=request.rush,
            price=self.route.price,
        )
        self.reserve(self.route.steps, request.quantity, done=set(request.done))
        self.at(max(self.now, request.release), "release", priority=Priority.MESSAGE)

    def reserve(
        self,
        steps: Sequence[RouteStep],
        pieces: int,
        done: set[str],
        purpose: str = "",
    ) -> None:
        """Have the material kept that these steps need for so many pieces."""
        need: dict[str, int] = {}
        for step in steps:
            if step.id not in done:
                for material, per_piece in step.materials:
                    need[material] = need.get(material, 0) + per_piece * pieces
        for material, quantity in need.items():
            self.missing.add(material)
            if self.factory.policy.allocation == "contract_net":
                self.allocation.call_material(material, quantity, purpose)
            else:
                self.factory.inventories[material].reserve(self, quantity, purpose)

    def release(self, _: object) -> None:
        """Put the order's lots on the floor."""
        if self.cancelled:
            return
        size = self.factory.products[self.request.product].lot_size
        kits = [
            Kit(
                id=f"{self.id}.{n}",
                order=self.id,
                route=self.route,
                pieces=min(size, self.quantity - before),
                root=len(self.route.steps) - 1,
            )
            for n, before in enumerate(range(0, self.quantity, size), start=1)
        ]
        done = set(self.request.done)
        self.firsts = {
            operation_id(kit.lot_of(step.chain), step.id)
            for kit in kits
            for step, _ in self._begins(kit, done)
        }
        for kit in kits:
            self.release_kit(kit)

    def release_kit(self, kit: Kit, replaces: str | None = None) -> None:
        """Put the first lots of a kit on the floor."""
        self.production.kits[kit.id] = kit
        done = set(self.request.done) if replaces is None else set()
        for step, chain in self._begins(kit, done):
            id = kit.lot_of(chain)
            self.factory.hearers[id] = self.production
            lots.release(
                self.factory.floor,
                id=id,
                order=self.id,
                kit=kit.id,
                route=self.route,
                step=step,
                chain=chain,
                pieces=tuple(range(kit.pieces)),
                replaces=replaces,
                wip=bool(done),
            )

    @staticmethod
    def _begins(kit: Kit, done: set[str]) -> list[tuple[RouteStep, str]]:
        """Return the steps its lots begin with, behind those done, and their chains.

        A branch that is done waits for the others before their assembly.
        """
        begins: list[tuple[RouteStep, str]] = []
        for step in kit.steps():
            if step.id in done:
                continue
            before = [kit.route.steps[i] for i in step.predecessors]
            if all(up.id in done for up in before):
                begins.append((step, step.chain))
            else:
                begins += [(step, up.chain) for up in before if up.id in done]
        return begins

    def cancel(self, reason: str) -> None:
        """Drop the order: what is not begun is taken off the floor."""
        if self.shipped or self.cancelled:
            return
        self.cancelled = True
        factory = self.factory
        factory.emit("order_cancelled", self.id, reason=reason)
        for material in factory.inventories.values():
            material.give_back(self)
        factory.dock.keep(self.id)
        for operation in list(self.production.operations.values()):
            if not operation.running:
                self.production.work.drop(operation)
        factory.changed(self.id, "cancel", major=True)
        for part in list(self.production.parts.values()):
            self.production.end_if_idle(part)
        for lot in self.finished:
            lots.end(factory.floor, factory.floor.lot(lot))
        self.close()

    def change(self, due: int) -> None:
        """Take a new due date."""
        if self.shipped or self.cancelled:
            return
        self.due = due
        for operation in self.production.operations.values():
            operation.due = self.factory.dock.latest_for(due)
        self.factory.emit(
            "order_changed",
            self.id,
            due=due,
            weight=self.weight,
            quantity=self.quantity,
        )
        self.factory.changed(self.id, "change", major=True)

    def material(self, material: str, *, there: bool, more: bool) -> None:
        """Learn whether all that is reserved of a material is there, or more of it."""
        if there and not self.allocation.asked(material):
            self.missing.discard(material)
        else:
            self.missing.add(material)
        if more:
            holders = (op.holder for op in self.production.operations.values())
            self.factory.wake_machines(sorted({id for id in holders if id is not None}))

    def quoted(self, operation: str, finish: int) -> None:
        """Make the promise, once the first operation of every lot has a bid.

        Bids of one instant know nothing of each other: those who hold the operations
        say once more when they would be done.
        """
        if self.promise is not None or operation not in self.firsts:
            return
        opened = self.production.operations
        self.quotes[operation] = finish, opened[operation].tail
        if len(self.quotes) < len(self.firsts):
            return
        factory = self.factory
        there = max((self._supplied(name) for name in self.missing), default=0)
        latest = 0
        for id, (quote, tail) in self.quotes.items():
            first = opened.get(id)
            if first is not None and first.holder is not None and not first.running:
                duration = first.duration(first.holder)
                again = factory.machines[first.holder].outlook.quote(first)[1]
                quote = max(quote, again, there + duration)
            latest = max(latest, quote + round(tail * factory.flow_factor))
        self.promise = factory.dock.leaves_at(latest)
        factory.emit("order_promised", self.id, promise=self.promise)

    def _supplied(self, material: str) -> int:
        """Return when what the order has reserved of a material will be there, ms."""
        return self.factory.inventories[material].expected_for(self, "")

    def arrived(self, lot: str, pieces: int) -> None:
        """A finished lot is where the order leaves: ship it once all are."""
        self.finished[lot] = pieces
        if sum(self.finished.values()) >= self.quantity:
            self.factory.dock.ship(self.id, tuple(self.finished))

    def on_order_shipped(self, event: Event) -> None:
        """The order has left."""
        self.shipped = True
        self.close()

    def close(self) -> None:
        """Be done with, once nothing of the order is left on the floor."""
        if (self.shipped or self.cancelled) and not self.production.parts:
            self.factory.close_order(self)
