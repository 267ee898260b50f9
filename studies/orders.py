"""The orders of a run as a table: what was asked for, promised and done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from kernel.calendar import HOUR
from kernel.events import Event
from measures.replay import replay
from worlds.spec import World

#: The first seven are named and written as in an order book (``demand.file``).
COLUMNS = (
    "order",
    "product",
    "options",
    "quantity",
    "release",
    "due",
    "priority",
    "rush",
    "received",
    "promise",
    "status",
    "closed",
    "pieces",
    "tardiness_hours",
)


def order_rows(world: World, events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    """Yield a row of :data:`COLUMNS` for each order, by arrival.

    Instants are ISO 8601 (UTC); ``closed`` is when the order shipped or was cancelled.
    """

    def instant(ms: int | None) -> str:
        if ms is None:
            return ""
        try:
            return (world.start + timedelta(milliseconds=ms)).isoformat()
        except OverflowError:  # after the year 9999
            return ""

    state = replay(events)
    for id, order in state.orders.items():
        tardiness: float | str = ""
        if order.status == "shipped" and order.closed is not None:
            tardiness = round(max(0, order.closed - order.due) / HOUR, 4)
        yield (
            id,
            order.product,
            ";".join(f"{name}={choice}" for name, choice in order.options.items()),
            order.quantity,
            instant(order.release),
            instant(order.due),
            f"{order.weight:g}",
            "yes" if order.rush else "no",
            instant(order.received),
            instant(order.promise),
            order.status,
            instant(order.closed),
            order.pieces,
            tardiness,
        )
