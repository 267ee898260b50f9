"""A run as bars: what each machine and vehicle did from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kernel.events import Event


class Doing(StrEnum):
    """What a bar stands for."""

    WORK = "work"
    SETUP = "set-up"
    DOWN = "broken down"
    CLOSED = "closed"
    LOADED = "loaded"
    EMPTY = "driving empty"
    STOPPED = "stopped"
    PLANNED = "as first planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Something a machine or vehicle (``row``) did, in ms; ``order`` it did it for.

    ``what`` is the operation in work, the lot on a vehicle, or the set-up's family.
    """

    row: str
    start: int
    end: int
    doing: Doing
    order: str | None = None
    what: str = ""


class _Bars:
    """Folds facts into bars, in the order in which they end."""

    def __init__(self) -> None:
        self.bars: list[Bar] = []
        self.now = 0
        self._order: dict[str, str] = {}  # lot -> order
        #: Row, doing, key -> since when, for which order, what.
        self._open: dict[tuple[str, Doing, str], tuple[int, str | None, str]] = {}

    def _begin(
        self,
        row: str,
        doing: Doing,
        key: str = "",
        order: str | None = None,
        what: str = "",
    ) -> None:
        self._open.setdefault((row, doing, key), (self.now, order, what or key))

    def _end(self, row: str, doing: Doing, key: str = "") -> None:
        start, order, what = self._open.pop((row, doing, key), (self.now, None, ""))
        if start < self.now:
            bar = Bar(
                row=row, start=start, end=self.now, doing=doing, order=order, what=what
            )
            self.bars.append(bar)

    def add(self, event: Event) -> None:
        """Take in a fact."""
        self.now = event.time
        fold = getattr(self, event.kind, None)
        if fold is not None:
            fold(event.subject, event.facts)

    def end(self) -> list[Bar]:
        """Return all bars, those that have not ended cut off now."""
        for row, doing, key in list(self._open):
            self._end(row, doing, key)
        return self.bars

    # -- lots ----------------------------------------------------------------------

    def lot_released(self, id: str, facts: Mapping[str, Any]) -> None:
        self._order[id] = facts["order"]

    lots_joined = lot_released

    def lot_split(self, id: str, facts: Mapping[str, Any]) -> None:
        self._order[facts["into"]] = self._order[id]

    # -- machines ------------------------------------------------------------------

    def operation_started(self, id: str, facts: Mapping[str, Any]) -> None:
        order = self._order.get(facts["lot"])
        self._begin(id, Doing.WORK, facts["operation"], order)

    def operation_resumed(self, id: str, facts: Mapping[str, Any]) -> None:
        self.operation_started(id, facts)

    def operation_interrupted(self, id: str, facts: Mapping[str, Any]) -> None:
        self._end(id, Doing.WORK, facts["operation"])

    operation_finished = operation_interrupted

    def setup_started(self, id: str, facts: Mapping[str, Any]) -> None:
        self._begin(id, Doing.SETUP, what=facts["to"] or "")

    def setup_finished(self, id: str, facts: Mapping[str, Any]) -> None:
        self._end(id, Doing.SETUP)

    def machine_failed(self, id: str, facts: Mapping[str, Any]) -> None:
        self._begin(id, Doing.DOWN, what=facts["mode"])

    def machine_repaired(self, id: str, facts: Mapping[str, Any]) -> None:
        self._end(id, Doing.DOWN)

    def machine_state(self, id: str, facts: Mapping[str, Any]) -> None:
        if facts["state"] == "stopped":
            self._begin(id, Doing.CLOSED)
        else:
            self._end(id, Doing.CLOSED)

    # -- vehicles ------------------------------------------------------------------

    def drive_started(self, id: str, facts: Mapping[str, Any]) -> None:
        lot = facts["lot"]
        if lot is None:
            self._begin(id, Doing.EMPTY)

    def drive_finished(self, id: str, facts: Mapping[str, Any]) -> None:
        self._end(id, Doing.EMPTY)

    def lot_loaded(self, id: str, facts: Mapping[str, Any]) -> None:
        if facts["vehicle"] is not None:
            self._begin(facts["vehicle"], Doing.LOADED, id, self._order.get(id))

    def lot_delivered(self, id: str, facts: Mapping[str, Any]) -> None:
        if facts["vehicle"] is not None:
            self._end(facts["vehicle"], Doing.LOADED, id)

    def vehicle_stopped(self, id: str, facts: Mapping[str, Any]) -> None:
        self._begin(id, Doing.STOPPED)

    def vehicle_resumed(self, id: str, facts: Mapping[str, Any]) -> None:
        self._end(id, Doing.STOPPED)


class Bars(_Bars):
    """Bars fact by fact, while a run goes on: ``bars`` are those that have ended."""

    def unfinished(self, now: int) -> list[Bar]:
        """Return what has not ended, cut off at an instant, ms."""
        return [
            Bar(row=row, start=start, end=now, doing=doing, order=order, what=what)
            for (row, doing, _), (start, order, what) in self._open.items()
            if start < now
        ]


def bars_of(events: Iterable[Event]) -> list[Bar]:
    """Return what was done, by the facts of a run, in the order it ended."""
    bars = _Bars()
    for event in events:
        bars.add(event)
    return bars.end()


def busiest(
    bars: Iterable[Bar], length: int, step: int, within: tuple[int, int]
) -> tuple[int, int]:
    """Return the ``length`` ms that see the machines busiest.

    They begin at a multiple of ``step``, not before ``within`` and, if that is long
    enough, end within it. A machine that holds many lots counts once.
    """
    busy: dict[int, int] = {}
    until: dict[str, int] = {}
    for bar in sorted(bars, key=lambda bar: bar.start):
        if bar.doing is not Doing.WORK:
            continue
        start = max(bar.start, until.get(bar.row, 0))
        until[bar.row] = max(bar.end, start)
        for slot in range(start // step, bar.end // step + 1):
            done = min(bar.end, (slot + 1) * step) - max(start, slot * step)
            busy[slot] = busy.get(slot, 0) + max(0, done)
    earliest = -(-within[0] // step)
    latest = max(earliest, (within[1] - length) // step)

    def work(first: int) -> int:
        return sum(busy.get(first + k, 0) for k in range(length // step))

    first = max(range(earliest, latest + 1), key=work)
    return first * step, first * step + length
