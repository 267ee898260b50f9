"""One run: progress, counts, and how a scenario's disturbances are refused."""

from __future__ import annotations

import pytest

from agents.scenario import scenario_of
from kernel.calendar import DAY
from kernel.errors import BadInput
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
