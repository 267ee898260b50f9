"""Key figures as they come about: cards, courses, and the OEE of each machine."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from kernel.calendar import HOUR, MINUTE
from kernel.events import Event
from measures.kpis import Kpis
from measures.kpis.table import KPI_TABLE
from measures.replay import State
from worlds.spec import World

#: The figures on cards, the first ones first.
CARDS = (
    "on_time",
    "weighted_tardiness",
    "throughput",
    "wip",
    "flow_time",
    "first_pass_yield",
    "vehicle_use",
    "unit_cost",
    "replans",
    "messages",
)
#: Time between two samples of a plant, ms (of an instance it is a unit); a course of
#: too many loses every second one.
APART = 15 * MINUTE
MOST = 240
_FOREVER = 10**15


class Figures:
    """The key figures since the start of a run, sampled as it goes on.

    They count everything from the first instant on; those of a finished run
    (``docs/kpis.md``) leave out its warm-up and cool-down.
    """

    def __init__(self, world: World, events: Sequence[Event]) -> None:
        self._events = events
        self._kpis = Kpis(world)
        self._state = State(world)
        self._machines = [machine.id for machine in world.machines]
        self._folded = 0
        self._due: dict[str, int] = {}
        self._apart = self._next = world.unit_ms if world.unit else APART
        self.samples: list[tuple[int, dict[str, Any]]] = []
        self.late: list[tuple[int, float, str]] = []  # shipped, hours late, order

    def fold(self) -> None:
        """Take in the facts there are by now."""
        events = self._events
        while self._folded < len(events):
            event = events[self._folded]
            self._folded += 1
            while event.time > self._next:
                self._sample(self._next)
                self._next += self._apart
            self._take(event)

    def _take(self, event: Event) -> None:
        if event.kind == "run_started":
            event = event._replace(facts={**event.facts, "window": [0, _FOREVER]})
        elif event.kind in ("order_received", "order_changed"):
            self._due[event.subject] = event.facts["due"]
        elif event.kind == "order_shipped":
            late = (event.time - self._due[event.subject]) / HOUR
            self.late.append((event.time, round(late, 3), event.subject))
        self._kpis.add(event)
        self._state.add(event)

    def _sample(self, time: int) -> None:
        values = self._kpis.values()
        found = {
            name: round(values[name], 5)
            for name in CARDS
            if isinstance(values.get(name), float)
        }
        oee = values.get("oee", {})
        found["oee"] = [round(oee.get(id, 0.0), 3) for id in self._machines]
        found["lots"] = len(self._state.lots)
        self.samples.append((time, found))
        if len(self.samples) == MOST:  # an even number: the last one stays
            self.samples = self.samples[1::2]
            self._apart *= 2

    def shown(self, time: int) -> dict[str, Any]:
        """Return what the page shows at an instant.

        Returns
        -------
        dict
            ``cards`` by name ``[unit, better (1, -1, 0), values]``; ``times`` of the
            samples in ms; ``lots`` on the floor; ``oee`` by machine; ``late`` the
            latest orders ``[shipped, hours late, id]``.
        """
        upto = bisect_right(self.samples, time, key=lambda sample: sample[0])
        samples = self.samples[:upto]
        last = bisect_right(self.late, time, key=lambda order: order[0])
        better = {True: 1, False: -1, None: 0}
        return {
            "times": [at for at, _ in samples],
            "cards": {
                name: [
                    KPI_TABLE[name].unit,
                    better[KPI_TABLE[name].more],
                    [found.get(name) for _, found in samples],
                ]
                for name in CARDS
                if samples and name in samples[-1][1]
            },
            "lots": [found["lots"] for _, found in samples],
            "oee": [
                list(pair)
                for pair in zip(
                    self._machines,
                    samples[-1][1]["oee"] if samples else (),
                    strict=False,
                )
            ],
            "late": [list(order) for order in self.late[max(0, last - 200) : last]],
        }
