"""Comparisons: paired by seed, told as the contract says."""

from __future__ import annotations

import pytest

from agents.scenario import scenario_of
from kernel.errors import BadInput
from studies.compare import Comparison, compare, scenarios_of
from studies.run import run
from studies.tables import comparison_table
from worlds.read import read_world


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Two rules on the cell, three seeds."""
    scenarios = scenarios_of(read_world("cell"), ["rule", "rule:FIFO"], days=0.4)
    return compare(scenarios, 3)


def test_each_value_is_that_of_a_run_of_its_own(comparison: Comparison) -> None:
    """A comparison is nothing but runs."""
    alone = run(scenario_of(read_world("cell"), policy="rule:FIFO", seed=3, days=0.4))
    values = {name: of[2] for name, of in comparison.kpis["rule:FIFO"].items()}
    assert values == {name: alone.kpis[name] for name in values}


def test_differences_are_paired_by_seed(comparison: Comparison) -> None:
    """The mean difference is that of the pairs; the reference has none to itself."""
    one, other = (comparison.kpis[p]["flow_time"] for p in ("rule", "rule:FIFO"))
    pairs = [b - a for a, b in zip(one, other, strict=True)]
    kpi = comparison.as_json()["kpis"]["flow_time"]
    assert kpi["difference"]["rule:FIFO"]["mean"] == pytest.approx(sum(pairs) / 3)
    assert set(kpi["difference"]) == {"rule:FIFO"}
    assert kpi["values"]["rule"]["low"] < kpi["values"]["rule"]["mean"]


def test_one_replication_has_no_interval() -> None:
    """One run of each gives means without limits."""
    found = compare(scenarios_of(read_world("ft06"), ["rule", "rule:SPT"]), 1)
    value = found.as_json()["kpis"]["makespan"]["values"]["rule"]
    assert value["low"] is value["high"] is None
    assert comparison_table(found).rows


def test_a_kpi_without_value_in_a_run_is_left_out() -> None:
    """Intervals are made of as many values as there are seeds, or not at all."""
    found = compare(scenarios_of(read_world("cell"), ["rule"], days=0.4), 4)
    assert all(len(values) == 4 for values in found.kpis["rule"].values())


def test_planner_keys_hold_for_those_who_plan() -> None:
    """A key of the planner does not keep rules out of a comparison."""
    world = read_world("cell")
    settings = [("planner.window", "20")]
    found = scenarios_of(world, ["rule", "hybrid"], settings=settings)
    planner = found["hybrid"].policy.planner
    assert planner is not None
    assert planner.window == 20
    with pytest.raises(BadInput, match="no planner"):
        scenarios_of(world, ["rule"], settings=settings)


@pytest.mark.parametrize("replications", [0, -1, 10**9])
def test_replications_are_limited(replications: int) -> None:
    """Nobody waits for a billion runs."""
    with pytest.raises(BadInput, match="--replications"):
        compare(scenarios_of(read_world("ft06"), ["rule"]), replications)
