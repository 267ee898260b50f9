"""Electric energy: power integrated over the window, by the hour of the day."""

from __future__ import annotations

from datetime import UTC

from kernel.calendar import HOUR
from measures.kpis.window import Window
from worlds.spec import World


class Energy:
    """What machines and vehicles draw, kWh by hour of the day (UTC), and its price."""

    def __init__(self, window: Window, world: World) -> None:
        self._window = window
        self._costs = world.costs
        start = world.start.astimezone(UTC)
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        self._offset = round((start - midnight).total_seconds() * 1000)
        self._drains: dict[str, tuple[int, float]] = {}  # since, kW
        self._hours = [0.0] * 24

    def drain(self, consumer: str, time: int, kw: float) -> None:
        """Let a consumer draw so much from ``time`` on."""
        since, before = self._drains.get(consumer, (time, 0.0))
        self._book(self._hours, since, time, before)
        self._drains[consumer] = (time, kw)

    def _book(self, hours: list[float], start: int, end: int, kw: float) -> None:
        start = max(start, self._window.first)
        end = min(end, self._window.last)
        if not kw:
            return
        while start < end:
            hour = (start + self._offset) // HOUR
            until = min(end, (hour + 1) * HOUR - self._offset)
            hours[hour % 24] += kw * (until - start) / HOUR
            start = until

    def by_hour(self, now: int) -> list[float]:
        """Return the kWh drawn so far in each hour of the day."""
        hours = list(self._hours)
        for since, kw in self._drains.values():
            self._book(hours, since, now, kw)
        return hours

    def cost(self, now: int) -> float:
        """Return what the energy costs: the tariff of the hour, or the flat price."""
        tariff = self._costs.tariff or (self._costs.energy_per_kwh,) * 24
        return sum(kwh * tariff[h] for h, kwh in enumerate(self.by_hour(now)))
