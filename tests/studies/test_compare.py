"""Comparisons: paired by seed, told as the contract says."""

from __future__ import annotations

import pytest

from agents.scenario import scenario_of
from kernel.errors import BadInput
from studies.compare import (
    Comparison,
    cells_of,
    compare,
    conduct,
    scenarios_of,
    stopping_of,
    varied,
)
from studies.compare.notes import notes
from studies.compare.table import tables
from studies.run import Tally, run
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
    policies = ["rule", "rule:SPT"]
    cells = cells_of(read_world("ft06"), policies, {})
    found = conduct(cells, stopping_of(policies, "makespan", 1))
    makespan = found.as_json()["kpis"]["makespan"]
    value, difference = makespan["values"]["rule"], makespan["difference"]["rule:SPT"]
    assert value["low"] is value["high"] is None
    assert difference["p"] is difference["p_holm"] is difference["low"] is None
    assert found.as_json()["warm_up"] is None
    assert tables(found)[0].rows
    assert notes(found)


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


def test_planner_keys_have_two_roots() -> None:
    """``policy.stability`` is ``planner.stability``: rules are not asked for it."""
    settings = [("policy.stability", "7")]
    found = scenarios_of(read_world("cell"), ["rule", "hybrid"], settings=settings)
    assert found["hybrid"].policy.planner is not None
    assert found["hybrid"].policy.planner.stability == 7


@pytest.mark.parametrize("workers", [1, 2])
def test_cells_are_comparisons_of_their_own(workers: int) -> None:
    """Cell by cell, in one process or two, the same as compared alone."""
    world, policies = read_world("cell"), ["rule", "rule:FIFO"]
    vary = varied(["vehicles=1,2", "mtbf=.5"])
    seen: list[str] = []

    def tell(tally: Tally) -> None:
        seen.append(tally.name)

    cells = cells_of(world, policies, vary, seed=4, days=0.4)
    stopping = stopping_of(policies, "flow_time", 2)
    found = conduct(cells, stopping, workers=workers, progress=tell)
    assert [cell.label for cell in found.cells] == [
        "vehicles=1, mtbf=.5",
        "vehicles=2, mtbf=.5",
    ]
    for cell in found.cells:
        alone = scenarios_of(
            world, policies, seed=4, days=0.4, settings=list(cell.settings)
        )
        assert compare(alone, 2).as_json()["kpis"].keys() == cell.kpis["rule"].keys()
        assert compare(alone, 2).kpis == cell.kpis
    assert len(set(seen)) == found.runs == 8
    assert "vehicles=2, mtbf=.5, rule:FIFO, seed 5" in seen


def test_equal_plants_differ_in_nothing() -> None:
    """A policy against itself by another name: no difference, and p is 1."""
    policies = ["rule", "rule:reference"]
    cells = cells_of(read_world("cell"), policies, {}, days=0.4)
    found = conduct(cells, stopping_of(policies, "flow_time", 2)).as_json()
    difference = found["kpis"]["flow_time"]["difference"]["rule:reference"]
    assert difference["mean"] == difference["low"] == difference["high"] == 0
    assert difference["p"] == difference["p_holm"] == 1


@pytest.mark.parametrize("replications", [0, -1, 10**9])
def test_replications_are_limited(replications: int) -> None:
    """Nobody waits for a billion runs."""
    with pytest.raises(BadInput, match="--replications"):
        compare(scenarios_of(read_world("ft06"), ["rule"]), replications)
