"""What the floor was used for: where vehicles drive and stand, where lots wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from kernel.events import Event
from worlds.layout import Layout, vehicles_of
from worlds.spec import World

_Facts = Mapping[str, Any]


@dataclass(slots=True)
class FloorUse:
    """Times on the floor, ms, summed over vehicles or lots.

    Attributes
    ----------
    driving
        By way (two nodes, sorted): vehicles on it, in both directions. The time of a
        drive is shared out in proportion to the driving times of its ways.
    standing
        By node: vehicles that do not drive, whatever for.
    waiting
        By place (machine, dock, store): lots that lie there, not in work.
    finished
        Of these, the part after an operation there: lots to be taken away.
    end
        How long all this was observed, ms.
    """

    driving: Counter[tuple[str, str]] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    end: int = 0

    def queue(self, place: str) -> float:
        """Return how many lots wait in front of a machine, on average."""
        ahead = self.waiting[place] - self.finished[place]
        return ahead / self.end if self.end else 0.0


class _Follower:
    """Follows vehicles and lots, fact by fact."""

    def __init__(self, world: World) -> None:
        self.use = FloorUse()
        self._layout = Layout(world)
        self._group: dict[str, str] = {}
        self._stands: dict[str, tuple[str, int]] = {}  # vehicle: node, since
        self._drives: dict[str, tuple[tuple[str, ...], int]] = {}
        for id, group, node in vehicles_of(world):
            self._group[id] = group.id
            self._stands[id] = (node, 0)
        self._waits: dict[str, tuple[str, int, bool]] = {}  # lot: place, since, done
        self._pieces: dict[str, int] = {}
        self._orders: dict[str, list[str]] = {}
        self._order_of: dict[str, str] = {}

    def add(self, event: Event) -> None:
        """Take in the next fact."""
        self.use.end = event.time
        fold = getattr(self, event.kind, None)
        if fold is not None:
            fold(event.subject, event.facts)

    def end(self) -> FloorUse:
        """Return what was found; what goes on is counted up to now."""
        for lot in list(self._waits):
            self._taken(lot)
        for vehicle in list(self._stands):
            self._leaves(vehicle)
        for vehicle, (path, _) in list(self._drives.items()):
            self.drive_finished(vehicle, {"at": path[-1]})
        return self.use

    # -- vehicles ------------------------------------------------------------------

    def _leaves(self, vehicle: str) -> None:
        node, since = self._stands.pop(vehicle, ("", self.use.end))
        if self.use.end > since:
            self.use.standing[node] += self.use.end - since

    def drive_started(self, id: str, facts: _Facts) -> None:
        self._leaves(id)
        self._drives[id] = (tuple(facts["path"]), self.use.end)

    def drive_finished(self, id: str, facts: _Facts) -> None:
        path, since = self._drives.pop(id, ((), self.use.end))
        self._stands[id] = (facts["at"], self.use.end)
        took = self.use.end - since
        ways = list(pairwise(path))
        group = self._group.get(id, "")
        times = [self._layout.travel(group, a, b) for a, b in ways]
        for (a, b), time in zip(ways, times, strict=True):
            if total := sum(times):
                self.use.driving[min(a, b), max(a, b)] += round(took * time / total)

    # -- lots ----------------------------------------------------------------------

    def _lies(self, lot: str, place: str, done: bool = False) -> None:
        self._taken(lot)
        self._waits[lot] = (place, self.use.end, done)

    def _taken(self, lot: str) -> None:
        place, since, done = self._waits.pop(lot, ("", self.use.end, False))
        if self.use.end > since:
            self.use.waiting[place] += self.use.end - since
            if done:
                self.use.finished[place] += self.use.end - since

    def lot_released(self, id: str, facts: _Facts) -> None:
        self._pieces[id], self._order_of[id] = facts["pieces"], facts["order"]
        self._orders.setdefault(facts["order"], []).append(id)
        self._lies(id, facts["at"])

    def lot_split(self, id: str, facts: _Facts) -> None:
        place, _, done = self._waits[id]
        into, pieces = facts["into"], facts["pieces"]
        self._pieces[id] -= pieces
        part = {"pieces": pieces, "order": self._order_of[id], "at": place}
        self.lot_released(into, part)
        self._waits[into] = (place, self.use.end, done)

    def lots_joined(self, id: str, facts: _Facts) -> None:
        for lot in facts["inputs"]:
            self._taken(lot)
        self.lot_released(id, facts)

    def lot_scrapped(self, id: str, facts: _Facts) -> None:
        self._pieces[id] -= facts["pieces"]
        if self._pieces[id] <= 0:
            self._taken(id)

    def lot_ended(self, id: str, facts: _Facts) -> None:
        self._taken(id)

    def lot_loaded(self, id: str, facts: _Facts) -> None:
        self._taken(id)

    def lot_delivered(self, id: str, facts: _Facts) -> None:
        self._lies(id, facts["at"])

    def operation_started(self, id: str, facts: _Facts) -> None:
        self._taken(facts["lot"])

    def operation_finished(self, id: str, facts: _Facts) -> None:
        self._lies(facts["lot"], id, done=True)

    def order_shipped(self, id: str, facts: _Facts) -> None:
        for lot in self._orders.pop(id, []):
            self._taken(lot)


def floor_use(world: World, events: Iterable[Event]) -> FloorUse:
    """Return what the floor was used for over a run."""
    follower = _Follower(world)
    for event in events:
        follower.add(event)
    return follower.end()
