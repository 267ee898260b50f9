"""The Gantt chart as the page draws it: done, going on, planned."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from dashboard.plans import Made
from kernel.calendar import SECOND
from kernel.events import Event
from studies.bars import Bar, Bars, Doing
from worlds.layout import vehicles_of
from worlds.spec import World

#: In the order in which the page knows them.
DOINGS = [doing.value for doing in Doing]
#: Of what is shown, so much is past.
PAST = 0.5
#: Of what is shown, so small a part cannot be told apart: bars in it become one.
FINEST = 400


class Chart:
    """What was done, fact by fact, and what of it a window shows."""

    def __init__(self, world: World, events: Sequence[Event]) -> None:
        self._events = events
        self._folded = 0
        self._bars = Bars()
        self._machines = [machine.id for machine in world.machines]
        self._vehicles = [id for id, _, _ in vehicles_of(world)]

    def window(
        self,
        shown: int,
        span: int,
        plan: Made | None,
        last: Made | None,
        *,
        vehicles: bool,
    ) -> dict[str, Any]:
        """Return what is to be drawn around an instant.

        Parameters
        ----------
        shown, span
            The instant, and how much time is drawn, ms.
        plan
            The plan in force then.
        last
            The latest plan an event called for: what it changed is marked.
        vehicles
            Whether vehicles have rows, too.

        Returns
        -------
        dict
            Times are seconds after ``begin`` (ms); bars are ``[row, start, end, doing,
            order]``, planned ones ``[row, start, end, set-up, order, changed]``; orders
            are positions in ``orders``, -1 is none.
        """
        while self._folded < len(self._events):
            self._bars.add(self._events[self._folded])
            self._folded += 1
        begin = (shown - round(PAST * span)) // SECOND * SECOND
        end = begin + span
        rows = [*self._machines, *(self._vehicles if vehicles else ())]
        row_of = {id: i for i, id in enumerate(rows)}
        orders: dict[str, int] = {}

        def position(order: str | None) -> int:
            return -1 if order is None else orders.setdefault(order, len(orders))

        def at(time: int) -> int:
            return (min(max(time, begin), end) - begin) // SECOND

        bars: list[list[Any]] = []
        fine = span // FINEST // SECOND
        last_of: dict[tuple[str, Doing], list[Any]] = {}
        for bar in self._between(begin, shown):
            if bar.row not in row_of:
                continue
            start, stop = at(bar.start), at(min(bar.end, shown))
            before = last_of.get((bar.row, bar.doing))
            if before and stop - before[1] <= fine and start >= before[1]:
                before[2] = max(before[2], stop)  # too short to be told apart
                continue
            order = position(bar.order)
            drawn = [row_of[bar.row], start, stop, DOINGS.index(bar.doing), order]
            last_of[bar.row, bar.doing] = drawn
            bars.append(drawn)
        planned = []
        changed = last.changed if last is not None and last.time >= begin else ()
        for work in plan.assignments if plan is not None else ():
            if work.end <= shown or work.setup_start >= end:
                continue
            if work.machine not in row_of:
                continue
            assert plan is not None
            planned.append(
                [
                    row_of[work.machine],
                    at(max(work.start, shown)),
                    at(work.end),
                    at(max(work.setup_start, shown)),
                    position(plan.order.get(work.operation)),
                    int(work.operation in changed),
                ]
            )
        return {
            "begin": begin,
            "span": span // SECOND,
            "now": (shown - begin) // SECOND,
            "made": (last.time - begin) // SECOND if last is not None else -1,
            "rows": rows,
            "orders": list(orders),
            "bars": bars,
            "planned": planned,
        }

    def _between(self, begin: int, shown: int) -> list[Bar]:
        """Return the bars that show in a stretch of the past."""
        done = self._bars.bars
        first = bisect_left(done, begin, key=lambda bar: bar.end)
        found = [bar for bar in done[first:] if bar.start < shown]
        return found + self._bars.unfinished(shown)
