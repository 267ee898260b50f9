"""The outside world: customers who order, and disturbances that strike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.agent import Holon
from agents.order import OrderAgent
from kernel.calendar import Priority
from worlds import disturbances
from worlds.demand import Customers, OrderRequest
from worlds.disturbances import (
    Break,
    Cancel,
    Delay,
    Disturbance,
    Lose,
    Repair,
    Rush,
    Stop,
)

if TYPE_CHECKING:
    from agents.factory import Factory


class CustomersAgent(Holon):
    """Brings orders, changes of mind and disturbances; ends the run when all is done.

    Attributes
    ----------
    waiting
        Orders of the window that are not shipped or cancelled yet.
    """

    def __init__(self, factory: Factory) -> None:
        super().__init__(factory, "customers")
        scenario = factory.case
        self.customers = Customers(scenario.world, scenario.seed, routes=factory.routes)
        self.count = 0
        self.waiting: set[str] = set()
        self.rushed = 0
        self.losing_until = 0
        self.window = scenario.window
        self.rushes = 0  # that are still to strike
        self.all_came = False  # but for these
        self.complete = False  # no further order belongs to the window

    @property
    def unfinished(self) -> int:
        """How many orders of the window have not shipped."""
        return len(self.waiting)

    def begin(self) -> None:
        """Open the doors."""
        scenario = self.factory.case
        self.strikes: list[Disturbance] = []
        texts = (*scenario.world.disturbances, *scenario.disturbances)
        for text in texts:
            strike = disturbances.parse(text, scenario.world, now=0)
            self.strikes.append(strike)
            self.rushes += isinstance(strike, Rush)
            self.at(strike.time, "strike", len(self.strikes) - 1, Priority.FAIL)
        self.at(scenario.cap, "cap", priority=Priority.OBSERVE)
        self.at(self.window[1], "close_window", priority=Priority.OBSERVE)
        self._await(0)

    def _await(self, n: int) -> None:
        request = self.customers.request(n)
        if request is not None:
            self.at(request.arrival, "arrive", n, Priority.ARRIVE)
        else:
            self.all_came = True
            self.complete = self.complete or not self.rushes

    def arrive(self, n: int) -> None:
        """Receive the n-th order."""
        request = self.customers.request(n)
        assert request is not None
        self.receive_order(request)
        change = self.customers.change_of(request)
        if change is not None and change.due is None:
            self.at(change.time, "cancel", request.id, Priority.ARRIVE)
        elif change is not None:
            self.at(change.time, "change", (request.id, change.due), Priority.ARRIVE)
        self._await(n + 1)

    def receive_order(self, request: OrderRequest) -> None:
        """Take an order in."""
        factory = self.factory
        route = factory.routes.of(request.product, dict(request.options))
        order = OrderAgent(factory, request, route)
        factory.orders[request.id] = order
        if self.window[0] <= self.now <= self.window[1]:
            self.waiting.add(request.id)
        order.begin()
        factory.changed(request.id, "order", major=True)

    def cancel(self, order: str) -> None:
        """A customer takes an order back."""
        agent = self.factory.orders.get(order)
        if agent is not None:
            agent.cancel("customer")

    def change(self, changed: tuple[str, int]) -> None:
        """A customer wants an order at another time."""
        order, due = changed
        agent = self.factory.orders.get(order)
        if agent is not None:
            agent.change(due)

    def strike(self, index: int) -> None:
        """Let a disturbance happen."""
        strike = self.strikes[index]
        self.disturb(strike)
        if isinstance(strike, Rush):
            self.rushes -= 1
            if self.all_came and not self.rushes:
                self.complete = True
                self._end_if_done()

    def disturb(self, strike: Disturbance) -> None:
        """Let something happen that nobody planned."""
        factory = self.factory
        factory.emit("disturbed", factory.world.name, what=strike.text)
        match strike:
            case Break():
                factory.machines[strike.machine].body.disturb(strike.duration)
            case Repair():
                factory.machines[strike.machine].body.mend()
            case Lose():
                factory.network.lose(strike.share)
                self.losing_until = max(self.losing_until, self.now + strike.duration)
                self.at(self.losing_until, "lose_no_more", priority=Priority.REPAIR)
            case Stop():
                factory.vehicles[strike.vehicle].stop(strike.duration)
            case Delay():
                for supplier in factory.suppliers.values():
                    supplier.delay(strike.material, strike.duration)
            case Cancel():
                self.cancel(strike.order)
            case Rush():
                self.rushed += 1
                self.receive_order(
                    OrderRequest(
                        id=f"R{self.rushed}",
                        product=strike.product,
                        options=strike.options,
                        quantity=strike.quantity,
                        arrival=self.now,
                        release=self.now,
                        due=strike.due,
                        weight=self.rush_weight(),
                        rush=True,
                        customer="rush",
                    )
                )

    def lose_no_more(self, _: object) -> None:
        """Let the network be as good as it is, unless it was disturbed again."""
        if self.now >= self.losing_until:
            self.factory.network.lose(None)

    def rush_weight(self) -> float:
        """Return what the tardiness of an urgent order weighs."""
        classes = self.factory.world.demand.customers
        return max((c.weight for c in classes), default=1.0)

    def closed(self, order: OrderAgent) -> None:
        """An order has shipped, or was cancelled."""
        self.waiting.discard(order.id)
        self._end_if_done()

    def close_window(self, _: object) -> None:
        """No further order counts."""
        self.complete = True
        self._end_if_done()

    def _end_if_done(self) -> None:
        if self.complete and not self.waiting:
            self.at(self.now, "finish", priority=Priority.OBSERVE)

    def finish(self, _: object) -> None:
        """End the run: all that counts has shipped."""
        if not self.factory.calendar.stopped:
            self.factory.end()

    def cap(self, _: object) -> None:
        """End the run, whatever is unfinished."""
        self.finish(None)
