"""One run: a scenario simulated to its end, measured and checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from agents.scenario import Scenario
from kernel.calendar import DAY, HOUR
from kernel.events import Event
from kernel.trace import Trace
from measures.check import Violation, check_trace
from measures.kpis import flat, kpis
from studies.build import build
from studies.collector import seldom_collected


class Tally:
    """How far a run has come, counted from its facts.

    Attributes
    ----------
    name
        Which run it is.
    now, end
        The present instant and the end of the days that count, ms. A run goes on after
        ``end`` until the orders that count have shipped.
    received, shipped, late
        Orders so far, those that do not count included.
    """

    __slots__ = ("_due", "_seen", "end", "late", "name", "now", "received", "shipped")

    def __init__(self, name: str, end: int) -> None:
        self.name, self.now, self.end = name, 0, end
        self.received = self.shipped = self.late = 0
        self._due: dict[str, int] = {}
        self._seen = 0

    def see(self, events: list[Event], now: int) -> None:
        """Take in the facts that are new."""
        self.now = now
        for event in events[self._seen :]:
            if event.kind == "order_received":
                self.received += 1
                self._due[event.subject] = event.facts["due"]
            elif event.kind == "order_changed":
                self._due[event.subject] = event.facts["due"]
            elif event.kind == "order_shipped":
                self.shipped += 1
                self.late += event.time > self._due[event.subject]
        self._seen = len(events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a scenario.

    ``kpis`` are flat (``oee.M1``); ``shipped`` and ``late`` are orders, those that do
    not count included; ``wall_seconds`` is what the simulation took.
    """

    scenario: Scenario
    trace: Trace
    digest: str
    kpis: dict[str, float]
    violations: tuple[Violation, ...]
    shipped: int
    late: int
    reproducible: bool
    wall_seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return what ``run --json`` prints."""
        scenario = self.scenario
        return {
            "world": scenario.world.name,
            "policy": scenario.policy.name,
            "seed": scenario.seed,
            "days": scenario.days,
            "kpis": self.kpis,
            "events": len(self.trace.events),
            "digest": self.digest,
            "reproducible": self.reproducible,
            "wall_seconds": round(self.wall_seconds, 3),
        }


def sentence(violation: Violation) -> str:
    """Return a violation as one line."""
    time, rule, subject, said = violation
    return f"{time} ms: {subject}: {said} (rule {rule})"


def run(scenario: Scenario, progress: Callable[[Tally], None] | None = None) -> Run:
    """Run a scenario to its end.

    Parameters
    ----------
    progress
        Told how far the run has come, every simulated quarter of an hour.

    Raises
    ------
    BadInput
        If a disturbance does not fit the world.
    """
    factory = build(scenario)
    policy = scenario.policy.name
    name = f"{scenario.world.name}, {policy}, seed {scenario.seed}"
    tally = Tally(name, round(scenario.days * DAY))
    began = perf_counter()
    try:
        with seldom_collected():
            while factory.running:
                factory.advance(factory.now + HOUR // 4)
                tally.see(factory.trace.events, factory.now)
                if progress is not None:
                    progress(tally)
    finally:
        factory.release()
    wall = perf_counter() - began
    events = factory.trace.events
    return Run(
        scenario=scenario,
        trace=factory.trace,
        digest=factory.trace.digest,
        kpis=dict(flat(kpis(scenario.world, events))),
        violations=tuple(check_trace(scenario.world, events)),
        shipped=tally.shipped,
        late=tally.late,
        reproducible=factory.reproducible,
        wall_seconds=wall,
    )
