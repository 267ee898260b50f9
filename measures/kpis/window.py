"""The time that is measured, and quantities integrated over it."""

from __future__ import annotations

from dataclasses import dataclass

#: Longer than any run.
ENDLESS = 10**15


@dataclass(slots=True)
class Window:
    """The closed interval of time, ms, within which a run is measured.

    Orders count if they arrive in it; states, stocks and other lasting quantities
    count for as long as they lie within it. ``run_started`` says where it lies.
    """

    first: int = 0
    last: int = ENDLESS

    def holds(self, time: int) -> bool:
        """Return whether an instant is measured."""
        return self.first <= time <= self.last

    def overlap(self, start: int, end: int) -> int:
        """Return how much of ``start`` to ``end`` is measured, ms."""
        return max(0, min(end, self.last) - max(start, self.first))


class Level:
    """A quantity that is constant between changes, integrated over the window.

    Parameters
    ----------
    window
        Shared by all levels of a run.
    value
        From time 0 on.
    """

    __slots__ = ("_area", "_since", "_window", "value")

    def __init__(self, window: Window, value: float = 0.0) -> None:
        self._window = window
        self._area = 0.0
        self._since = 0
        self.value = value

    def to(self, time: int, value: float) -> None:
        """Let the quantity have this value from ``time`` on."""
        self._area += self.value * self._window.overlap(self._since, time)
        self._since, self.value = time, value

    def by(self, time: int, change: float) -> None:
        """Let the quantity change by so much at ``time``."""
        self.to(time, self.value + change)

    def area(self, now: int) -> float:
        """Return the integral up to now: value times measured ms."""
        return self._area + self.value * self._window.overlap(self._since, now)
