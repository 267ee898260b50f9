"""A sweep's folder is enough to go on with it, or to run it again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sweep_bench import ROOT, sweep, tables, write

from kernel.errors import BadInput
from studies.sweep import execute
from studies.sweep.design import read_design

PLANT = (ROOT / "worlds/plants/cell.toml").read_text(encoding="utf-8")
SMALL = """\
world = "mine.toml"
policy = "rule"
days = 0.4
replications = 2
kpis = ["flow_time"]
factors.vehicles = [1, 2]
"""


def test_a_world_is_found_beside_its_sweep_and_kept(tmp_path: Path) -> None:
    """Wherever one stands; the original may change: the sweep goes on as it began."""
    world = tmp_path / "mine.toml"
    world.write_text(PLANT, encoding="utf-8")
    file = write(tmp_path, SMALL)
    found = sweep(file, tmp_path / "out")
    kept = found.folder / "mine.toml"
    assert kept.read_text(encoding="utf-8") == PLANT
    again = sweep(found.folder / execute.FILE, tmp_path / "again")
    assert tables(again.folder) == tables(found.folder)
    world.write_text(PLANT.replace("cool_down", "#cool_down"), encoding="utf-8")
    design, folder = execute.resumed(found.folder)
    assert execute.carry_out(design, folder).outcomes == found.outcomes
    with pytest.raises(BadInput, match="its world is not the one"):
        execute.resumed(found.folder, file)


def test_what_lies_below_comes_along(tmp_path: Path) -> None:
    """A world in a folder is kept by its last name; a shipped one is not."""
    (tmp_path / "plants").mkdir()
    (tmp_path / "plants" / "mine.toml").write_text(PLANT, encoding="utf-8")
    text = SMALL.replace("mine.toml", "plants/mine.toml")
    _, folder = execute.begun(write(tmp_path, text), tmp_path / "out")
    assert sorted(p.name for p in folder.iterdir()) == ["mine.toml", "sweep.toml"]
    assert len(read_design(folder / "sweep.toml")) == 4
    shipped = write(tmp_path, SMALL.replace("mine.toml", "cell"), name="shipped")
    _, other = execute.begun(shipped, tmp_path / "other")
    assert [p.name for p in other.iterdir()] == ["sweep.toml"]


def test_an_instance_brings_its_travel_times(tmp_path: Path) -> None:
    """Those in a file beside it, named or not."""
    from worlds.shipped import copy_world

    copy_world("EX11", tmp_path / "mine.json")
    beside = {path.name for path in tmp_path.iterdir()}
    text = SMALL.replace("mine.toml", "mine.json").replace("days = 0.4\n", "")
    text = text.replace('"flow_time"', '"makespan"')
    _, folder = execute.begun(write(tmp_path, text), tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == beside | {"sweep.toml"}


@pytest.mark.parametrize("name", ["no.toml", "a\\u0000b", "x" * 5000])
def test_a_world_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    """As the file has it."""
    with pytest.raises(BadInput) as refusal:
        read_design(write(tmp_path, SMALL.replace("mine.toml", name)))
    assert refusal.value.place == "world"
