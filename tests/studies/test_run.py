"""One run: progress, counts, and how a scenario's disturbances are refused."""

from __future__ import annotations

import gc

import mesa
import pytest

from agents.factory import Factory
from agents.scenario import Scenario, scenario_of
from kernel.calendar import DAY
from kernel.errors import BadInput
from studies.build import build
from studies.run import Tally, run
from worlds.read import read_world


def test_progress_tells_how_far_a_run_has_come() -> None:
    """Time and orders shipped only grow, and end where the run ends."""
    seen: list[tuple[int, int, int]] = []

    def tell(tally: Tally) -> None:
        assert tally.end == round(0.4 * DAY)
        seen.append((tally.now, tally.shipped, tally.late))

    done = run(scenario_of(read_world("cell"), policy="rule", days=0.4), tell)
    assert seen == sorted(seen)
    shipped = [e for e in done.trace.events if e.kind == "order_shipped"]
    assert seen[-1][1] == done.shipped == len(shipped) > 0
    assert done.violations == ()


def test_json_holds_what_scripts_rely_on() -> None:
    """The names are those of CONTRACTS, the KPIs flat numbers."""
    done = run(scenario_of(read_world("ft06"), policy="rule", seed=7))
    found = done.as_json()
    assert (found["world"], found["policy"], found["seed"]) == ("ft06", "rule", 7)
    assert found["events"] == len(done.trace.events)
    assert all(isinstance(value, int | float) for value in found["kpis"].values())
    assert "oee.M0" in found["kpis"]


def test_a_disturbance_needs_a_time() -> None:
    """In a scenario every disturbance says when."""
    scenario = scenario_of(
        read_world("cell"), policy="rule", disturbances=["break:turn1:1 h"]
    )
    with pytest.raises(BadInput, match="no time"):
        run(scenario)


@pytest.mark.parametrize(("instance", "makespan"), [("ft06", 55), ("EX11", 96)])
def test_an_instance_ends_at_its_optimum_when_planned(
    instance: str, makespan: int
) -> None:
    """The factory executes the plan it has made, to the minute, and passes checks."""
    done = run(scenario_of(read_world(instance), policy="planned"))
    assert done.violations == ()
    assert done.kpis["makespan"] == makespan
    assert done.kpis["replans"] == 1


@pytest.mark.parametrize("fails", [False, True])
def test_a_factory_is_released(monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    """Whether a run ends or fails, nobody keeps its factory, and it keeps nothing."""
    built: list[Factory] = []

    def kept(scenario: Scenario) -> Factory:
        built.append(build(scenario))
        return built[0]

    def tell(_: Tally) -> None:
        if fails:
            raise KeyboardInterrupt

    monkeypatch.setattr("studies.run.build", kept)
    scenario = scenario_of(read_world("cell"), policy="rule", days=0.2)
    if fails:
        with pytest.raises(KeyboardInterrupt):
            run(scenario, tell)
    else:
        assert len(run(scenario, tell).trace.events) > 100
    assert vars(built[0]) == {}
    assert built[0] not in getattr(mesa.Agent, "_ids", {})
    built[0].release()  # once more does no harm


def test_runs_leave_nothing_for_the_collector() -> None:
    """Memory is free when a run ends, not when somebody collects: it stays flat."""
    scenario = scenario_of(read_world("cell"), policy="rule", days=0.5)
    run(scenario)
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        sizes = [len(run(scenario).trace.events) for _ in range(4)]
        left = len(gc.get_objects()) - before
    finally:
        gc.enable()
    assert left < sum(sizes) / 2, (left, sizes)
    gc.collect()
    assert len(gc.get_objects()) - before < 100


def test_a_second_machine_is_a_station_of_its_own() -> None:
    """It works while the first one does, each set up for what it makes."""
    settings = [("machines.turn1", "2"), ("world.demand.orders_per_day", "150")]
    scenario = scenario_of(
        read_world("cell"), policy="rule", days=0.5, settings=settings
    )
    factory = build(scenario)
    both = apart = 0
    bodies = [factory.machines[id].body for id in ("turn1", "turn1-2")]
    for _ in range(72):
        factory.step()
        both += all(body.occupied for body in bodies)
        apart += bodies[0].family != bodies[1].family
    assert both > 10
    assert apart > 10
    assert not run(scenario).violations
