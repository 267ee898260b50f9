"""Pending events in time order: the one clock of a factory."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from heapq import heappop, heappush
from typing import Any

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Priority(IntEnum):
    """The order of events of one instant: facts precede decisions.

    A plan made at an instant is adopted before the machines decide at it.
    """

    FAIL = 0
    REPAIR = 1
    SHIFT = 2
    FINISH = 3
    ARRIVE = 4
    MESSAGE = 5
    PLAN = 6
    DECIDE = 7
    OBSERVE = 8


class Calendar:
    """A future event list whose entries are data.

    An entry is ``(time, priority, ticket, id, method, argument)``: no bound
    method, no closure, so that a factory can be copied, sent and replayed. Equal
    times and priorities are served in the order of scheduling.

    Parameters
    ----------
    now
        The first instant, in milliseconds.
    """

    __slots__ = ("_cancelled", "_heap", "_stopped", "_targets", "_ticket", "now")

    def __init__(self, now: int = 0) -> None:
        self.now = now
        self._heap: list[tuple[int, int, int, str, str, Any]] = []
        self._cancelled: set[int] = set()
        self._targets: dict[str, object] = {}
        self._ticket = 0
        self._stopped = False

    def register(self, id: str, target: object) -> None:
        """Let events find ``target`` under ``id``."""
        if id in self._targets:
            raise ValueError(f"calendar: two targets are called {id!r}")
        self._targets[id] = target

    def forget(self, id: str) -> None:
        """Remove a target; whatever is still pending for it is dropped."""
        del self._targets[id]

    def schedule(
        self, time: int, priority: int, id: str, method: str, argument: Any = None
    ) -> int:
        """Have ``target.method(argument)`` called at ``time``.

        Returns
        -------
        int
            A ticket, with which the event can be cancelled.

        Raises
        ------
        ValueError
            If ``time`` is in the past.
        """
        if time < self.now:
            raise ValueError(
                f"calendar: {id}.{method} at {time} ms is before now, {self.now} ms"
            )
        self._ticket = ticket = self._ticket + 1
        heappush(self._heap, (time, priority, ticket, id, method, argument))
        return ticket

    def cancel(self, ticket: int) -> None:
        """Take back a pending event."""
        self._cancelled.add(ticket)

    def stop(self) -> None:
        """Return from :meth:`run_until` after the event being served."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        """Whether :meth:`stop` has ended the run."""
        return self._stopped

    def run_until(self, end: int) -> int:
        """Serve every event up to and including ``end``.

        Returns
        -------
        int
            How many events were served.
        """
        heap, cancelled, targets = self._heap, self._cancelled, self._targets
        served = 0
        while heap and not self._stopped:
            # Popping first, and putting one entry back at the end, is faster than
            # looking at the first entry every time.
            entry = heappop(heap)
            time, _, ticket, id, method, argument = entry
            if time > end:
                heappush(heap, entry)
                break
            if cancelled and ticket in cancelled:
                cancelled.discard(ticket)
            elif id in targets:
                self.now = time
                getattr(targets[id], method)(argument)
                served += 1
        if not self._stopped:
            self.now = max(self.now, end)
        return served

    def pending(self) -> Iterator[tuple[int, int, int, str, str, Any]]:
        """Return the live entries, in no particular order."""
        return (entry for entry in self._heap if entry[2] not in self._cancelled)
