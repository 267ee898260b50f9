"""A run as it can be looked at: now, or at any instant gone by."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from copy import deepcopy

from kernel.events import Event
from measures.replay import State
from worlds.spec import World

#: Every so many facts the state is kept: going back costs at most as many.
APART = 2_000


class Recording:
    """The facts of a run, folded up to the instant that is shown.

    Parameters
    ----------
    world
        What the facts are about.
    events
        The record itself; it may grow.

    Attributes
    ----------
    state
        What can be seen at ``shown``.
    shown
        An instant, ms.
    """

    def __init__(self, world: World, events: Sequence[Event]) -> None:
        self._world, self._events = world, events
        self._kept: list[tuple[int, State]] = []  # facts before it, state
        self._next = 0
        self.state = State(world)
        self.shown = 0

    def show(self, time: int) -> Sequence[Event] | None:
        """Go to an instant.

        Returns
        -------
        sequence of Event or None
            The facts passed on the way; None if the way led back.
        """
        back = time < self.shown
        if back:
            self._go_back(time)
        begun = self._next
        events, state = self._events, self.state
        while self._next < len(events) and events[self._next].time <= time:
            state.add(events[self._next])
            self._next += 1
            if self._next % APART == 0 and self._next > self._last_kept:
                self._kept.append((self._next, deepcopy(state)))
        self.shown = state.now = time
        return None if back else events[begun : self._next]

    @property
    def _last_kept(self) -> int:
        return self._kept[-1][0] if self._kept else 0

    def _go_back(self, time: int) -> None:
        """Take up the latest state kept that is not after an instant."""
        # A fact of that very instant may come after those folded.
        at = bisect_right(self._kept, time, key=lambda kept: kept[1].now) - 1
        if at < 0:
            self._next, self.state = 0, State(self._world)
        else:
            self._next, kept = self._kept[at]
            self.state = deepcopy(kept)
