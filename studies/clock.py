"""Instants on the horizontal axis of a chart, and in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import MaxNLocator

from kernel.calendar import DAY
from worlds.spec import World

#: An axis of time is so long at least, ms: of less the ticks make no sense.
SHORTEST = 1_000


class Clock:
    """Instants as positions: dates in a plant, the unit's numbers in an instance."""

    def __init__(self, world: World) -> None:
        self._unit, self._per_unit = world.unit, world.unit_ms
        epoch = datetime(1970, 1, 1, tzinfo=UTC)  # Matplotlib counts days since then
        self._begin = world.start.astimezone(UTC)
        self._start = (self._begin - epoch).total_seconds() / 86_400

    def at(self, ms: float) -> float:
        """Return where an instant is drawn."""
        return ms / self._per_unit if self._unit else self._start + ms / DAY

    def said(self, ms: int) -> str:
        """Return an instant in words, to the second."""
        if self._unit:
            return f"{ms / self._per_unit:g}"
        return f"{self._begin + timedelta(milliseconds=ms):%a %d %b %H:%M:%S}"

    def span(self, start: int, end: int) -> str:
        """Return from when to when in words; the day is named once if it is one."""
        first, last = self.said(start), self.said(end)
        day, _, hour = last.rpartition(" ")
        return f"{first} to {hour if first.startswith(day) else last}"

    def extent(self, start: int, end: int) -> tuple[float, float]:
        """Return where a span of time begins, and how long it is drawn."""
        return self.at(start), self.at(end) - self.at(start)

    def label(self, axes: Axes, ticks: int = 16) -> None:
        """Have the horizontal axis say what its numbers are, with so many ticks."""
        if self._unit:
            axes.set_xlabel(f"time, {self._unit}")
            axes.xaxis.set_major_locator(MaxNLocator(nbins=ticks - 2, integer=True))
            return
        # The longest step of a unit is half of the next one's: with more ticks at least
        # than half of the most there may be no step at all, as for five hours.
        fewest = min(6, (ticks - 1) // 2)
        locator = AutoDateLocator(  # type: ignore[no-untyped-call]
            minticks=fewest, maxticks=ticks
        )
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(
            ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]
        )
        axes.set_xlabel("date and time, UTC")
