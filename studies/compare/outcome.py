"""What a comparison keeps of a run: little, so that thousands fit into memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.scenario import Scenario
from kernel.calendar import DAY
from measures.series import Flow, flow_series, wip_series
from studies.run import Tally, run, sentence

#: Slices of a run whose WIP is kept.
SAMPLES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one run.

    Attributes
    ----------
    kpis
        Flat (``oee.M1``); those that have a value.
    wip
        Mean WIP of equal slices of the days that count, lots; of an instance none.
    flow
        Flow times of the orders that arrive in those days, in that order.
    shipped, late
        Orders, those that do not count included.
    """

    kpis: dict[str, float]
    violations: tuple[str, ...] = ()
    wip: tuple[float, ...] = ()
    flow: tuple[Flow, ...] = ()
    shipped: int = 0
    late: int = 0
    reproducible: bool = True


def outcome_of(
    scenario: Scenario, progress: Callable[[Tally], None] | None = None
) -> Outcome:
    """Run a scenario and return what a comparison needs of it."""
    done = run(scenario, progress)
    end = round(scenario.days * DAY)
    events, instance = done.trace.events, bool(scenario.world.unit)
    return Outcome(
        kpis=done.kpis,
        violations=tuple(map(sentence, done.violations)),
        wip=() if instance else wip_series(scenario.world, events, end, SAMPLES),
        flow=() if instance else flow_series(events, end),
        shipped=done.shipped,
        late=done.late,
        reproducible=done.reproducible,
    )
