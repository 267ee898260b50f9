"""All KPIs in one fold over the facts: the same while running and afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kernel.calendar import DAY
from kernel.events import VOCABULARY, Event
from measures.kpis.deciding import DecidingMeasures
from measures.kpis.energy import Energy
from measures.kpis.lots import LotMeasures
from measures.kpis.machines import MachineMeasures
from measures.kpis.orders import OrderMeasures
from measures.kpis.quality import QualityMeasures
from measures.kpis.resources import CrewMeasures, TripMeasures, VehicleMeasures
from measures.kpis.stock import StockMeasures
from measures.kpis.window import Window
from worlds.spec import World

Values = dict[str, Any]


class Kpis:
    """The KPIs of one run, fact by fact.

    Parameters
    ----------
    world
        Where the facts come from: prices, power, capacities.

    Examples
    --------
    >>> measured = Kpis(world)  # doctest: +SKIP
    >>> for event in trace.events:  # doctest: +SKIP
    ...     measured.add(event)
    >>> measured.values()["on_time"]  # doctest: +SKIP
    0.97
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._window = window = Window()
        self._now = 0
        self._last_operation = 0
        self._last_delivery = 0
        self._energy = Energy(window, world)
        self._orders = OrderMeasures(window, world.costs)
        self._machines = MachineMeasures(window, world, self._energy)
        self._lots = LotMeasures(window, world)
        self._quality = QualityMeasures(window, world)
        self._vehicles = VehicleMeasures(window, world, self._energy)
        self._trips = TripMeasures(window, world)
        self._crews = CrewMeasures(window, world)
        self._stock = StockMeasures(window, world)
        self._deciding = DecidingMeasures(window)
        parts = (
            self,
            self._orders,
            self._machines,
            self._lots,
            self._quality,
            self._vehicles,
            self._trips,
            self._crews,
            self._stock,
            self._deciding,
        )
        self._folds: dict[str, list[Callable[[Event], None]]] = {
            kind: [getattr(part, kind) for part in parts if hasattr(part, kind)]
            for kind in VOCABULARY
        }

    def add(self, event: Event) -> None:
        """Take in the next fact."""
        self._now = event.time
        for fold in self._folds[event.kind]:
            fold(event)

    def run_started(self, event: Event) -> None:
        """Learn what is measured; this fact comes before any that lasts."""
        self._window.first, self._window.last = event.facts["window"]

    def operation_finished(self, event: Event) -> None:
        """Note the end of an operation, for the makespan."""
        self._last_operation = event.time

    def lot_delivered(self, event: Event) -> None:
        """Note the end of a trip, for the makespan."""
        self._last_delivery = event.time

    def values(self) -> Values:
        """Return every KPI as of the latest fact; one that has no value is absent.

        Returns
        -------
        dict
            Name to number, or to numbers by machine or kind. Units and formulas:
            :data:`measures.kpis.table.KPI_TABLE`.
        """
        now = self._now
        span = self._window.overlap(0, now)
        values = self._orders.values(now, span)
        if span:
            values["wip"] = self._lots.count(now) / span
        values |= self._machines.values(now)
        values |= self._quality.values()
        made = self._lots.scrapped + self._orders.pieces
        if made:
            values["scrap"] = self._lots.scrapped / made
        values |= self._vehicles.values(now, span)
        values |= self._trips.values()
        values |= self._crews.values(now)
        values |= self._stock.values(now, span)
        values |= self._money(now, span)
        values |= self._deciding.values()
        values |= self._automatic(now)
        if self._world.unit:
            values["makespan"] = self._makespan() / self._world.unit_ms
        return values

    def _money(self, now: int, span: int) -> Values:
        costs = self._world.costs
        year = 365 * DAY
        kept = self._stock.value(now) + self._lots.value(now)
        store = costs.store_per_lot_hour * self._lots.stored(now) * 24 / DAY
        split: dict[str, float] = {
            "material": self._lots.shipped_value,
            "machine": self._machines.cost(now) + self._vehicles.cost(now),
            "labour": self._crews.cost(now),
            "energy": self._energy.cost(now),
            "holding": costs.holding_per_year * kept / year + store,
            "lateness": self._orders.lateness_cost(now),
            "scrap": self._lots.scrap_value,
            "depreciation": costs.depreciation_per_day * span / DAY,
        }
        split = {part: float(cost) for part, cost in split.items()}
        total = sum(split.values())
        values: Values = {
            "energy": sum(self._energy.by_hour(now)),
            "total_cost": total,
            "cost": split,
        }
        if self._orders.pieces:
            values["unit_cost"] = total / self._orders.pieces
        return values

    def _automatic(self, now: int) -> Values:
        work = (
            sum(self._machines.busy(now).values())
            + self._machines.repairing(now)
            + self._vehicles.busy(now)
        )
        if not work:
            return {}
        return {"automatic_share": max(0.0, 1 - self._crews.taken(now) / work)}

    def _makespan(self) -> int:
        if self._world.completion == "delivered":
            return max(self._last_operation, self._last_delivery)
        return self._last_operation


def kpis(world: World, events: Iterable[Event]) -> Values:
    """Return the KPIs of a run (:meth:`Kpis.values`)."""
    measured = Kpis(world)
    for event in events:
        measured.add(event)
    return measured.values()


def flat(values: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield every KPI as one number; ``oee`` of M1 is called ``oee.M1``."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            for part, number in value.items():
                yield f"{name}.{part}", number
        else:
            yield name, value
