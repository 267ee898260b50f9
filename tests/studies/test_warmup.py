"""The warm-up that is cut, held against MSER-5."""

from __future__ import annotations

from made_up import experiment

from kernel.calendar import DAY, HOUR
from measures.series import Flow
from studies.compare import Outcome
from studies.compare.warmup import warm_up


def runs(settled: int, count: int = 3) -> list[Outcome]:
    """Return runs whose WIP is 0 in so many of 100 slices, and 8 after that."""
    wip = tuple([0.0] * settled + [8.0] * (100 - settled))
    return [Outcome(kpis={}, wip=wip) for _ in range(count)]


def test_the_longest_cut_counts() -> None:
    """Each policy has its own; that of all is the longest, and told beside the own."""
    found = warm_up({"rule": runs(10), "hybrid": runs(40)}, 4 * HOUR, DAY)
    assert found is not None
    assert found.cuts == {("rule", "wip"): DAY // 10, ("hybrid", "wip"): 4 * DAY // 10}
    assert found.found == 4 * DAY // 10
    assert found.longest == ("hybrid", "wip")
    assert found.short
    assert found.as_json() == {
        "own_hours": 4.0,
        "mser5_hours": {"rule": {"wip": 2.4}, "hybrid": {"wip": 9.6}},
    }


def test_a_run_that_has_not_settled() -> None:
    """A step in the second half: no cut, and that is told."""
    found = warm_up({"rule": runs(70)}, 0, DAY)
    assert found is not None
    assert found.found is None
    assert found.unsettled == [("rule", "wip")]
    assert not found.short
    assert found.as_json()["mser5_hours"] == {"rule": {"wip": None}}


def test_flow_times_settle_when_an_order_arrives() -> None:
    """The cut is the arrival of the first order that counts, averaged over runs."""
    flow = tuple(Flow(round(i * HOUR / 4), 1.0 if i < 20 else 6.0) for i in range(200))
    late = tuple(Flow(one.arrival + HOUR, one.hours) for one in flow[:150])
    outcomes = [Outcome(kpis={}, flow=flow), Outcome(kpis={}, flow=late)]
    found = warm_up({"rule": outcomes}, 6 * HOUR, 3 * DAY)
    assert found is not None
    assert found.cuts == {("rule", "flow_time"): round(5.5 * HOUR)}
    assert not found.short


def test_short_series_say_nothing() -> None:
    """An instance, or a handful of orders, has no warm-up to find."""
    assert warm_up({"rule": [Outcome(kpis={})]}, 0, DAY) is None


def test_an_experiment_knows_its_warm_up() -> None:
    """Of two days a tenth is found; the cell's own four hours are less than that."""
    settling = experiment(replications=6).first.settling
    assert settling is not None
    assert settling.own == 4 * HOUR
    assert settling.found == round(0.1 * 2 * DAY)
    assert settling.short
