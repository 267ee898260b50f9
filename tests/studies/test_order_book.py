"""An order book and the days that are run: what does not fit is told, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import run
from agents.scenario import scenario_of
from kernel.errors import BadInput
from studies.build import refuse_uncounted
from studies.loose_ends import loose_ends
from studies.run import run as run_scenario
from worlds.read import read_world
from worlds.shipped import path_of
from worlds.spec import World

BOOK = """\
order,product,options,quantity,release,due,priority
X1,flange,size=d80,2,5 h,15 h,1
X2,flange,size=d80,2,50 h,60 h,1
X3,flange,size=d80,2,70 h,80 h,1
"""


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """Write the cell with an order book and no other orders."""
    (tmp_path / "orders.csv").write_text(BOOK)
    text = path_of("cell").read_text(encoding="utf-8")
    text = text.replace("orders_per_day = 100.0", 'file = "orders.csv"')
    (tmp_path / "plant.toml").write_text(text, encoding="utf-8")
    return tmp_path / "plant.toml"


@pytest.fixture
def world(plant: Path) -> World:
    """Read it."""
    return read_world(str(plant))


def test_what_comes_after_the_days_is_told(world: World) -> None:
    """Two of three orders are for later."""
    done = run_scenario(scenario_of(world, policy="rule", days=1.0))
    assert done.shipped == 1
    said = loose_ends(done)
    assert said == ["Of 3 orders in the book 2 arrive after the 1 day."]


def test_a_study_of_no_order_is_refused(world: World) -> None:
    """Before the first run; days in which one arrives are fine."""
    refuse_uncounted(scenario_of(world, policy="rule", days=1.0))
    early = scenario_of(world, policy="rule", days=0.35)
    with pytest.raises(BadInput, match="of 3 orders in the book none arrives between"):
        refuse_uncounted(early)
    rush = ["rush:flange:qty=2:due=90 min@4.1 h"]
    refuse_uncounted(
        scenario_of(world, policy="rule", days=0.35, disturbances=rush),
    )


def test_a_run_says_why_none_counts(
    plant: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is time, but no order; and which run it replaces, if another."""
    argv = ["run", str(plant), "--policy", "rule", "--out", str(tmp_path / "r")]
    assert run.main([*argv, "--days", "0.35"]) == 0
    said = capsys.readouterr().out
    assert "cool-down: none arrived in between." in said
    assert "replaces" not in said
    assert run.main([*argv, "--days", "0.35"]) == 0
    assert "replaces" not in capsys.readouterr().out
    assert run.main([*argv, "--days", "0.4"]) == 0
    assert "It replaces another run: run.py run" in capsys.readouterr().out
