"""KPIs of the orders that arrive in the window: late, early, how long, how many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.calendar import DAY, HOUR
from kernel.events import Event
from measures.kpis.window import Window
from worlds.spec import Costs


@dataclass(slots=True, kw_only=True)
class _Order:
    variant: str
    quantity: int
    begun: int  # arrival or release, whichever is later
    due: int
    weight: float
    rush: bool
    price: float  # of a piece
    shipped: int | None = None

    def tardiness(self, now: int) -> int:
        ended = self.shipped if self.shipped is not None else now
        return max(0, ended - self.due)


def variant_of(product: str, options: Mapping[str, str]) -> str:
    """Return a name of the variant: equal for equal options in any order."""
    return "/".join((product, *(f"{k}={v}" for k, v in sorted(options.items()))))


class OrderMeasures:
    """Orders of the window, and what left the plant in it.

    An order that has not shipped counts as shipped now: at the end of a run that is
    the cap. A cancelled order counts no longer.
    """

    def __init__(self, window: Window, costs: Costs) -> None:
        self._window = window
        self._costs = costs
        self._orders: dict[str, _Order] = {}  # of the window
        self.pieces = 0  # shipped in the window

    def order_received(self, event: Event) -> None:
        """Note an order, if it arrives in the window."""
        if not self._window.holds(event.time):
            return
        facts = event.facts
        self._orders[event.subject] = _Order(
            variant=variant_of(facts["product"], facts["options"]),
            quantity=facts["quantity"],
            begun=max(event.time, facts["release"]),
            due=facts["due"],
            weight=facts["weight"],
            rush=facts["rush"],
            price=facts["price"],
        )

    def order_changed(self, event: Event) -> None:
        """Let the latest due date and weight count."""
        order = self._orders.get(event.subject)
        if order is not None:
            order.due, order.weight = event.facts["due"], event.facts["weight"]
            order.quantity = event.facts["quantity"]

    def order_cancelled(self, event: Event) -> None:
        """Forget an order."""
        self._orders.pop(event.subject, None)

    def order_shipped(self, event: Event) -> None:
        """Note when an order leaves."""
        if self._window.holds(event.time):
            self.pieces += event.facts["pieces"]
        if event.subject in self._orders:
            self._orders[event.subject].shipped = event.time

    def lateness_cost(self, now: int) -> float:
        """Return what customers deduct for late orders of the window."""
        rate, most = self._costs.lateness_per_day, self._costs.lateness_most
        return sum(
            order.price * order.quantity * min(rate * order.tardiness(now) / DAY, most)
            for order in self._orders.values()
        )

    def values(self, now: int, span: int) -> dict[str, Any]:
        """Return the KPIs at ``now``, ``span`` ms of the window having passed."""
        orders = list(self._orders.values())
        shipped = [order for order in orders if order.shipped is not None]
        values: dict[str, Any] = {
            "orders": float(len(orders)),
            "unfinished": float(len(orders) - len(shipped)),
            "variants_shipped": float(len({order.variant for order in shipped})),
        }
        if span:
            values["throughput"] = self.pieces * DAY / span
        if not orders:
            return values
        late = [order.tardiness(now) for order in orders]
        weights = sum(order.weight for order in orders)
        flow = (
            (order.shipped if order.shipped is not None else now) - order.begun
            for order in orders
        )
        values["weighted_tardiness"] = (
            sum(o.weight * t for o, t in zip(orders, late, strict=True))
            / weights
            / HOUR
        )
        values["mean_tardiness"] = sum(late) / len(orders) / HOUR
        values["on_time"] = sum(not t for t in late) / len(orders)
        values["flow_time"] = sum(max(0, t) for t in flow) / len(orders) / HOUR
        rush = [not t for o, t in zip(orders, late, strict=True) if o.rush]
        if rush:
            values["rush_on_time"] = sum(rush) / len(rush)
        return values
