"""Series over a run agree with its KPIs."""

from __future__ import annotations

from statistics import fmean

import pytest

from agents.scenario import scenario_of
from kernel.calendar import DAY, HOUR
from kernel.events import Event
from measures.series import flow_series, wip_series
from studies.run import Run, run
from worlds.read import read_world


@pytest.fixture(scope="module")
def done() -> Run:
    """Half a day of the cell, all of which counts."""
    settings = [("world.warm_up", "0 s"), ("world.cool_down", "0 s")]
    world = read_world("cell")
    return run(scenario_of(world, policy="rule", days=0.5, settings=settings))


@pytest.mark.parametrize("samples", [1, 7, 100])
def test_wip_is_the_kpi_in_slices(done: Run, samples: int) -> None:
    """However it is sliced, the mean is that of the KPI."""
    events = done.trace.events
    series = wip_series(done.scenario.world, events, DAY // 2, samples)
    assert len(series) == samples
    assert fmean(series) == pytest.approx(done.kpis["wip"], rel=1e-4)


def test_flow_times_are_those_of_the_kpi(done: Run) -> None:
    """Order by order as they arrive; their mean is the KPI."""
    series = flow_series(done.trace.events, DAY // 2)
    assert fmean(flow.hours for flow in series) == pytest.approx(done.kpis["flow_time"])
    assert [flow.arrival for flow in series] == sorted(flow.arrival for flow in series)
    assert len(series) == done.kpis["orders"]


def test_wip_of_a_worked_record() -> None:
    """A lot from 1 h to 3 h, of 4 h in four slices; the record may end before."""
    lot = {"order": "O1", "pieces": 2, "kit": 1, "chain": "a", "step": "a", "at": "s"}
    events = [
        Event(HOUR, "lot_released", "L1", lot),
        Event(3 * HOUR, "order_shipped", "O1", {"pieces": 2}),
    ]
    world = read_world("cell")
    assert wip_series(world, events, 4 * HOUR, 4) == (0.0, 1.0, 1.0, 0.0)
    assert wip_series(world, events[:1], 4 * HOUR, 2) == (0.5, 1.0)


def test_flow_leaves_out_the_cancelled_and_counts_the_open() -> None:
    """Cancelled orders have no flow time, open ones that until the record ends."""
    events = [
        Event(0, "order_received", "O1", {"release": 0}),
        Event(0, "order_received", "O2", {"release": HOUR}),
        Event(0, "order_received", "O3", {"release": 0}),
        Event(HOUR, "order_cancelled", "O1", {}),
        Event(3 * HOUR, "order_shipped", "O2", {"pieces": 1}),
        Event(4 * HOUR, "order_received", "O4", {"release": 0}),
    ]
    assert flow_series(events, 2 * HOUR) == ((0, 2.0), (0, 4.0))
    assert flow_series([], HOUR) == ()
