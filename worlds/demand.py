"""Who orders what, and when: the stream of orders a factory receives.

Every property of the k-th order is a named draw (:func:`kernel.chance.draw`), so it
is the same whatever the factory does and whatever the rate of the demand; ``arrival``
draws the gaps, and a changed rate only moves the same orders in time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kernel.chance import Fixed, draw
from kernel.errors import BadInput
from worlds.arrivals import WeeklyRate
from worlds.mix import Shares, VariantMix, quantity_of
from worlds.routes import Routes
from worlds.spec import CustomerClass, OrderLine, World
from worlds.workcalendar import Departures

_DRAWN = re.compile(r"O[1-9][0-9]*")
#: Who orders in a world without customer classes: due at once.
_ANYBODY = CustomerClass(id="anybody", slack=Fixed(value=0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What a customer asks for; instants are ms since the world's start.

    ``options`` are pairs of option and choice, in the order of the product's options.
    ``customer`` is the customer class, "" for an order of the book; ``done`` names the
    steps completed before the start (work in process).
    """

    id: str
    product: str
    options: tuple[tuple[str, str], ...]
    quantity: int
    arrival: int
    release: int
    due: int
    weight: float
    rush: bool = False
    customer: str = ""
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """A customer changes his mind at ``time``: a new due, or None: cancelled."""

    order: str
    time: int
    due: int | None


class Customers:
    """The orders of a world, in the order of their arrival.

    Orders drawn from the process are called O1, O2, ...; those of the order book keep
    their ids and come first among equal times. Where one has got to is one number, the
    position in the stream: nothing else has to be saved.

    Parameters
    ----------
    world
        A consistent world.
    seed
        Of the world's draws.
    since
        Nothing arrives at or before this time, ms; None: from the beginning.
    first
        The number of the first order drawn.

    Raises
    ------
    BadInput
        If there are orders but nothing can be ordered, or an id occurs twice.
    """

    __slots__ = (
        "_book",
        "_classes",
        "_demand",
        "_departures",
        "_drawn",
        "_epoch",
        "_first",
        "_known",
        "_mixes",
        "_popular",
        "_products",
        "_rate",
        "_routes",
        "_seed",
        "_since",
        "_taken",
        "_world",
    )

    def __init__(
        self,
        world: World,
        seed: int,
        *,
        since: int | None = None,
        first: int = 1,
        routes: Routes | None = None,
    ) -> None:
        demand = world.demand
        self._world, self._seed, self._demand = world, seed, demand
        #: Orders leave by the first dock.
        docks = world.docks[:1]
        self._departures = Departures(docks[0], world.start) if docks else None
        self._products = {product.id: product for product in world.products}
        self._routes = routes or Routes(world)
        self._mixes: dict[str, VariantMix] = {}
        lines = sorted(demand.orders, key=lambda line: line.arrival)
        self._book = [x for x in lines if since is None or x.arrival > since]
        self._taken = 0  # orders of the book
        self._since, self._first = since, first
        self._drawn = first - 1  # number of the last order drawn
        self._epoch = 0.0  # its arrival, in expected orders since the start
        self._known: list[OrderRequest] = []
        self._rate: WeeklyRate | None = None
        if demand.orders_per_day > 0:
            _refuse(world)
            self._rate = WeeklyRate(demand, world.start)
            self._epoch = 0.0 if since is None else self._rate.expected(since)
            self._popular = Shares([product.share for product in world.products])
            self._classes = Shares([c.share for c in demand.customers] or [1.0])

    def request(self, n: int) -> OrderRequest | None:
        """Return the order at position ``n`` (from 0); None: there are no more."""
        while len(self._known) <= n:
            found = self._next()
            if found is None:
                return None
            self._known.append(found)
        return self._known[n]

    def __iter__(self) -> Iterator[OrderRequest]:
        n = 0
        while (found := self.request(n)) is not None:
            yield found
            n += 1

    def redrawn(self, seed: int, served: int, now: int) -> Customers:
        """Return other customers from ``now`` on; the first ``served`` orders are past.

        What is known of a Poisson process says nothing about what follows, so this is
        the future given the facts. Ids go on where they have got to; position 0 is the
        first order after ``now``.
        """
        past = (self.request(n) for n in range(served))
        drawn = sum(1 for found in past if found and _DRAWN.fullmatch(found.id))
        other = Customers(self._world, seed, since=now, first=self._first + drawn)
        other._mixes = self._mixes
        return other

    def change_of(self, request: OrderRequest) -> OrderChange | None:
        """Return how and when the customer changes his mind about an order, if ever.

        It happens at any time between arrival and due alike. A new due lies from half
        to one and a half times as far ahead as the old one did, at a departure.
        """
        demand, seed, id = self._demand, self._seed, request.id
        ahead = request.due - request.arrival
        if ahead <= 1 or not (demand.cancelled or demand.changed):
            return None
        after = max(1, round(draw(seed, f"mind/{id}", 1) * ahead))
        time, u = request.arrival + after, draw(seed, f"mind/{id}", 0)
        if u < demand.cancelled:
            return OrderChange(order=id, time=time, due=None)
        if u < demand.cancelled + demand.changed:
            factor = 0.5 + draw(seed, f"mind/{id}", 2)
            ahead = max(1, round(factor * (request.due - time)))
            return OrderChange(order=id, time=time, due=self._due(time, ahead))
        return None

    def _due(self, time: int, ahead: int) -> int:
        """Return a due ``ahead`` from an instant, where orders can leave."""
        if self._departures is None:
            return time + ahead
        return self._departures.promised(time, ahead)

    def _next(self) -> OrderRequest | None:
        """Return the order after those known."""
        written = self._book[self._taken] if self._taken < len(self._book) else None
        if self._rate is not None:
            gap = -math.log1p(-draw(self._seed, "arrival", self._drawn + 1))
            earliest = 0 if self._since is None else self._since + 1
            arrival = max(earliest, self._rate.time_of(self._epoch + gap))
            if written is None or arrival < written.arrival:
                self._drawn, self._epoch = self._drawn + 1, self._epoch + gap
                return self._draw(self._drawn, arrival)
        if written is None:
            return None
        self._taken += 1
        return self._line(written)

    def _draw(self, k: int, arrival: int) -> OrderRequest:
        """Return the ``k``-th order of the process."""
        seed, demand, classes = self._seed, self._demand, self._demand.customers
        product = self._world.products[self._popular.pick(draw(seed, "product", k))]
        if product.id not in self._mixes:
            self._mixes[product.id] = VariantMix(product, self._world.name)
        wanted = _ANYBODY
        if classes:
            wanted = classes[self._classes.pick(draw(seed, "customer", k))]
        options = self._mixes[product.id].pick(draw(seed, "options", k))
        quantity = quantity_of(demand, draw(seed, "quantity", k))
        ahead = wanted.slack.quantile(draw(seed, "slack", k))
        if wanted.work:
            route = self._routes.of(product.id, dict(options))
            ahead += wanted.work * route.content(quantity)
        return OrderRequest(
            id=f"O{k}",
            product=product.id,
            options=options,
            quantity=quantity,
            arrival=arrival,
            release=arrival,
            due=self._due(arrival, max(0, round(ahead))),
            weight=wanted.weight,
            rush=wanted.rush,
            customer=wanted.id if classes else "",
        )

    def _line(self, line: OrderLine) -> OrderRequest:
        """Return an order of the book as a request."""
        options = self._products[line.product].options
        return OrderRequest(
            id=line.id,
            product=line.product,
            options=tuple((o.id, line.options[o.id]) for o in options),
            quantity=line.quantity,
            arrival=line.arrival,
            release=max(line.arrival, line.release),
            due=line.due,
            weight=line.weight,
            rush=line.rush,
            done=line.done,
        )


def _refuse(world: World) -> None:
    """Refuse a process that never orders anything, or whose ids are in the book."""
    demand = world.demand
    shares = {
        "demand.by_hour": demand.by_hour,
        "demand.by_weekday": demand.by_weekday,
        "demand.customers": [c.share for c in demand.customers] or [1.0],
        "products": [product.share for product in world.products],
    }
    for place, values in shares.items():
        if not any(values):
            problem = "all shares are 0, expected at least one above 0"
            raise BadInput(world.name, place, problem)
    for line in demand.orders:
        if _DRAWN.fullmatch(line.id):
            problem = "O and a number is kept for orders drawn, expected another id"
            raise BadInput(world.name, f"demand.orders.{line.id}.id", problem)
