"""Instances solved: what is said, written and checked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kernel.errors import BadInput
from scheduling.criteria import criteria_of
from studies.solve import (
    check_plan_of,
    params_of,
    read_instance,
    solve_instance,
    write_plan,
)
from studies.tables import engine_table, solution_sentence


@pytest.mark.parametrize(
    ("name", "makespan"), [("ft06", 55), ("la01", 666), ("mk01", 40), ("EX11", 96)]
)
def test_known_optima(name: str, makespan: int, tmp_path: Path) -> None:
    """Known instances are solved to their optimum, and the plan file is possible."""
    instance = read_instance(name)
    solution = solve_instance(instance, params_of(budget=2000))
    found = solution.as_json()
    assert (found["makespan"], found["status"]) == (makespan, "optimal")
    assert found["lower_bound"] == makespan
    assert solution.violations == ()
    write_plan(solution, tmp_path / "p.json")
    assert check_plan_of(instance, tmp_path / "p.json") == ()
    assert json.loads((tmp_path / "p.json").read_text())["makespan"] == makespan


def test_a_budget_repeats_itself() -> None:
    """With iterations for a budget and one worker the plan is the same each time."""
    instance = read_instance("ta01")
    params = replace(params_of(budget=50), exact_work=0.01)
    one, other = (solve_instance(instance, params) for _ in range(2))
    assert one.plan == other.plan
    assert one.result.reproducible


def test_wall_time_is_no_promise() -> None:
    """What has been cut short by the clock says so."""
    solution = solve_instance(read_instance("ta01"), params_of(seconds=0.5))
    assert not solution.result.reproducible
    assert solution.violations == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds": 0.0},
        {"seconds": float("inf")},
        {"budget": -1},
        {"workers": 0},
        {"seed": -1},
        {"seconds": 1.0, "budget": 1},
    ],
)
def test_limits(wrong: dict[str, float]) -> None:
    """Numbers out of their limits are refused."""
    with pytest.raises(BadInput, match="--"):
        params_of(**wrong)  # type: ignore[arg-type]


def test_criteria_in_turn() -> None:
    """Least flow time among the plans of least makespan; an unknown one is refused."""
    instance = read_instance("kacem1")
    one = solve_instance(instance, params_of(budget=200))
    two = solve_instance(instance, params_of(budget=200), ("makespan", "flow"))
    assert one.plan is not None
    assert two.plan is not None
    assert one.plan.makespan == two.plan.makespan
    assert two.as_json()["objective"] == "makespan,flow"
    assert two.violations == ()
    flow = criteria_of(instance.problem, two.plan)["flow"]
    assert flow <= criteria_of(instance.problem, one.plan)["flow"]
    assert two.as_json()["value"] == two.units(flow)
    with pytest.raises(BadInput, match="expected some of makespan"):
        solve_instance(instance, None, ("speed",))


def test_each_criterion_is_told() -> None:
    """What was reached of each, and which engines were at it."""
    instance = read_instance("kacem1")
    two = solve_instance(instance, params_of(budget=200), ("flow", "makespan"))
    flow, makespan = (stage.plan.value / 1000 for stage in two.stages if stage.plan)
    said = f"flow {flow:g} (lower bound {flow:g}), then makespan {makespan:g} (lower"
    assert said in solution_sentence(two)
    table = engine_table(two)
    assert table.columns[:3] == ("criterion", "engine", "best")
    assert list(dict.fromkeys(row[0] for row in table.rows)) == ["flow", "makespan"]
    one = solve_instance(instance, params_of(budget=200))
    assert engine_table(one).columns[:2] == ("engine", "best makespan")


@pytest.mark.parametrize("name", ["setup", "energy", "moved", "changed"])
def test_a_criterion_that_tells_no_plans_apart_is_refused(name: str) -> None:
    """An instance without set-ups has no plan with more or less of them."""
    with pytest.raises(BadInput, match="is the same for all plans of ft06"):
        solve_instance(read_instance("ft06"), None, ("makespan", name))
