"""Outcomes made up, so that comparisons can be judged without a simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from agents.scenario import Scenario
from studies.compare import Experiment, Outcome, cells_of, conduct, stopping_of, varied
from worlds.read import read_world

#: Differences of `negotiated` from `rule`, seed by seed from 1 on; the rule has 100.
DIFFERENCES = [8.0, -6.0, 7.0, -5.0, 6.0, 1.0, 0.0, 1.0, 2.0, 1.0, 0.0, 1.0, 2.0, 1.0]


def flow_time(scenario: Scenario, _: object = None) -> Outcome:
    """Return a flow time as :data:`DIFFERENCES` has it."""
    less = scenario.policy.name == "rule"
    difference = 0.0 if less else DIFFERENCES[scenario.seed - 1]
    return Outcome(kpis={"flow_time": 100.0 + difference})


def noisy(scenario: Scenario, _: object = None) -> Outcome:
    """Return KPIs that depend on policy and seed, with a WIP that settles at a tenth.

    They depend on nothing else: a pure function, in any process.
    """
    rng = np.random.default_rng(scenario.seed)
    luck = rng.normal(0, 1)
    own = rng.normal(0, 0.2, 9)[len(scenario.policy.name) % 9]
    more = 0.0 if scenario.policy.name == "rule" else 1.0
    wip = np.where(np.arange(500) < 50, 0.0, 10.0) + rng.normal(0, 0.1, 500)
    return Outcome(
        kpis={
            "on_time": 0.9 - 0.01 * more,
            "weighted_tardiness": 5 + luck + own + more,
            "flow_time": 20 + luck + own,
            "messages": 0.0,
        },
        wip=tuple(map(float, wip)),
    )


def experiment(
    vary: Sequence[str] = (),
    runner: Callable[..., Outcome] = noisy,
    policies: Sequence[str] = ("rule", "negotiated"),
    asked: Sequence[str] = (),
    **stopping: object,
) -> Experiment:
    """Return an experiment of made-up runs on the cell."""
    cells = cells_of(read_world("cell"), policies, varied(vary))
    kpi = asked[0] if asked else "weighted_tardiness"
    when = stopping_of(policies, kpi, **stopping)  # type: ignore[arg-type]
    return conduct(cells, when, asked, runner=runner)
