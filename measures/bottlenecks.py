"""The bottlenecks of a run by the active period method.

A machine or vehicle is *active* while it works, is set up or is broken down, and
*inactive* while it waits: starved, blocked, idle or outside its working time. A machine
that holds several lots works, in this sense, while it can take no other: all its places
are taken, or its headway has not passed. Machines that wait are held up by one that
does not, so at any time the bottleneck is the one whose present active period is the
longest uninterrupted one. Where the period of one bottleneck overlaps that of the next,
the bottleneck is *shifting* between them; else it is the *sole* one. Bottlenecks are
ranked by the share of time they are either.

References
----------
Roser, C., Nakano, M., Tanaka, M.: A practical bottleneck detection method. Proc. 2001
Winter Simulation Conference, 949-953 (the active period); and: Shifting bottleneck
detection. Proc. 2002 Winter Simulation Conference, 1079-1086 (the momentary one).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from kernel.events import Event, MachineState
from worlds.spec import World

#: Whatever is in work then: what works is seen from the operations.
_ACTIVE = {MachineState.STARTING, MachineState.ABORTED}


class Period(NamedTuple):
    """An uninterrupted active period of a machine or vehicle, ms."""

    start: int
    end: int
    who: str

    @property
    def length(self) -> int:
        """How long it lasts, ms."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """How much of a bottleneck a machine or vehicle was; shares are of the whole time.

    ``period`` is the mean length of its active periods, ms.
    """

    who: str
    sole: float
    shifting: float
    active: float
    period: float


class _Activity:
    """Who was active from when to when, for one reason or several at a time."""

    def __init__(self) -> None:
        self.spans: dict[str, list[tuple[int, int]]] = {}
        self._open: dict[tuple[str, str], int] = {}

    def set(self, who: str, why: str, time: int, active: bool) -> None:
        """Note that a reason to be active begins, or ends."""
        if active:
            self._open.setdefault((who, why), time)
        else:
            start = self._open.pop((who, why), time)
            self.add(who, start, time)

    def add(self, who: str, start: int, end: int) -> None:
        """Note that somebody is active from start to end, ms."""
        if start < end:
            self.spans.setdefault(who, []).append((start, end))

    def periods(self, now: int) -> list[Period]:
        """Return all periods by start; spans that overlap or touch are one."""
        for who, why in list(self._open):
            self.set(who, why, now, False)
        found = []
        for who, spans in self.spans.items():
            start, end = -1, -1
            for a, b in sorted(spans):
                if a > end:
                    found.append(Period(start, end, who))
                    start = a
                end = max(end, min(b, now))
            found.append(Period(start, end, who))
        return sorted(period for period in found if period.length)


def active_periods(world: World, events: Iterable[Event]) -> list[Period]:
    """Return the active periods of all machines and vehicles, by start."""
    activity = _Activity()
    machines = {machine.id: machine for machine in world.machines}
    inside: dict[str, set[str]] = {id: set() for id in machines}
    time = 0
    for time, kind, id, facts in events:
        match kind:
            case "machine_state":
                activity.set(id, "state", time, facts["state"] in _ACTIVE)
            case "operation_started" | "operation_finished":
                machine, works = machines[id], inside[id]
                if kind == "operation_started":
                    works.add(facts["operation"])
                    activity.add(id, time, time + machine.headway)
                else:
                    works.discard(facts["operation"])
                activity.set(id, "full", time, len(works) >= machine.capacity)
            case "drive_started" | "drive_finished":
                activity.set(id, "drive", time, kind == "drive_started")
            case "vehicle_stopped" | "vehicle_resumed":
                activity.set(id, "stop", time, kind == "vehicle_stopped")
            case "lot_loaded" | "lot_delivered" if facts["vehicle"] is not None:
                activity.set(facts["vehicle"], "lot", time, kind == "lot_loaded")
    return activity.periods(time)


def momentary(periods: Sequence[Period]) -> list[Period]:
    """Return the periods of the successive bottlenecks, by start of their turn.

    The first is the longest of those active at first; each next one the longest of
    those active when its predecessor ends. Of equally long ones the one that began
    first, then the first by name.
    """
    turns: list[Period] = []
    waiting: list[tuple[int, Period]] = []  # those that have begun, the longest first
    ahead, time = 0, periods[0].start if periods else 0
    while ahead < len(periods) or waiting:
        while ahead < len(periods) and periods[ahead].start <= time:
            heappush(waiting, (-periods[ahead].length, periods[ahead]))
            ahead += 1
        while waiting and waiting[0][1].end <= time:
            heappop(waiting)
        if waiting:
            turns.append(heappop(waiting)[1])
            time = turns[-1].end
        elif ahead < len(periods):
            time = periods[ahead].start
    return turns


def bottlenecks(world: World, events: Sequence[Event]) -> list[Bottleneck]:
    """Return the machines and vehicles that were ever active, the worst first.

    Ranked by the share of time as bottleneck, sole or shifting, then by mean active
    period.
    """
    periods = active_periods(world, events)
    if not periods:
        return []
    span = events[-1].time
    sole, shifting = _shares(momentary(periods))
    active: dict[str, list[int]] = {}
    for period in periods:
        active.setdefault(period.who, []).append(period.length)
    found = [
        Bottleneck(
            who=who,
            sole=sole.get(who, 0) / span,
            shifting=shifting.get(who, 0) / span,
            active=sum(lengths) / span,
            period=sum(lengths) / len(lengths),
        )
        for who, lengths in active.items()
    ]
    return sorted(found, key=lambda b: (-(b.sole + b.shifting), -b.period, b.who))


def _shares(turns: Sequence[Period]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return the ms each was the sole bottleneck, and one of several."""
    sole: dict[str, int] = {}
    shifting: dict[str, int] = {}
    changes: list[tuple[int, int, str]] = []
    for period in turns:
        changes += [(period.start, 1, period.who), (period.end, -1, period.who)]
    now: dict[str, int] = {}
    before = 0
    for time, change, who in sorted(changes):
        into = sole if len(now) == 1 else shifting
        for one in now:
            into[one] = into.get(one, 0) + time - before
        before = time
        now[who] = now.get(who, 0) + change
        if not now[who]:
            del now[who]
    return sole, shifting
