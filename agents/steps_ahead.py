"""When the steps that a plan leaves out must begin at the latest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from worlds.products import Route


class StepsAhead:
    """Counts back from due dates, over nights and weekends.

    Parameters
    ----------
    closed
        By machine: sorted, disjoint (from, to) in which no work begins, ms.
    wait
        What a step is expected to take beside its work, ms.
    """

    def __init__(
        self, closed: Mapping[str, Sequence[tuple[int, int]]], wait: int
    ) -> None:
        self._closed, self._wait = closed, wait
        self._known: dict[tuple[int, int, int, int], int] = {}

    def latest_begin(self, route: Route, index: int, pieces: int, due: int) -> int:
        """Return when step ``index`` must begin for the route to end by ``due``, ms.

        ``route`` must live as long as this does: it is remembered by identity.
        """
        key = (id(route), index, pieces, due)
        latest = self._known.get(key)
        if latest is None:
            latest = due
            for step in reversed(tuple(route.steps_from(index))):
                mode = step.quickest
                latest -= mode.duration(pieces) + self._wait
                latest = self._open_until(mode.machine, latest)
            self._known[key] = latest
        return latest

    def _open_until(self, machine: str, time: int) -> int:
        """Return the last instant up to ``time`` at which a machine is open."""
        closed = self._closed[machine]
        at = bisect_right(closed, time, key=lambda pair: pair[0]) - 1
        if at >= 0 and time < closed[at][1]:
            return closed[at][0] - 1
        return time
