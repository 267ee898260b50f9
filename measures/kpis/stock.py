"""KPIs of purchased materials: value in stock, waits for want of it."""

from __future__ import annotations

from typing import Any

from kernel.events import Event
from measures.kpis.window import Level, Window
from worlds.spec import World


class StockMeasures:
    """What lies in stock, at its purchase price."""

    def __init__(self, window: Window, world: World) -> None:
        self._window = window
        self._prices = {material.id: material.unit_cost for material in world.materials}
        self._value = Level(window)
        self._outs = 0

    def stock_counted(self, event: Event) -> None:
        """Add the opening stock."""
        worth = event.facts["quantity"] * self._prices.get(event.subject, 0.0)
        self._value.by(event.time, worth)

    def material_received(self, event: Event) -> None:
        """Add a delivery."""
        self.stock_counted(event)

    def operation_started(self, event: Event) -> None:
        """Take out what an operation uses."""
        for material, _, quantity in event.facts["materials"]:
            self._value.by(event.time, -quantity * self._prices.get(material, 0.0))

    def stock_out(self, event: Event) -> None:
        """Count an operation that had to wait."""
        self._outs += self._window.holds(event.time)

    def value(self, now: int) -> float:
        """Return value in stock x ms."""
        return self._value.area(now)

    def values(self, now: int, span: int) -> dict[str, Any]:
        """Return the KPIs of the stock."""
        values: dict[str, Any] = {"stock_outs": float(self._outs)}
        if span:
            values["stock_value"] = self.value(now) / span
        return values
