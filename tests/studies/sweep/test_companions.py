"""A sweep's folder is enough to go on with it, or to run it again."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest
from sweep_bench import sweep, tables, write

from kernel.errors import BadInput
from studies import companions
from studies.companions import KEPT, kept_in
from studies.sweep import execute
from studies.sweep.design import read_design
from worlds.shipped import copy_world, path_of

PLANT = path_of("cell").read_text(encoding="utf-8")
SMALL = """\
world = "mine.toml"
policy = "rule"
days = 0.4
replications = 2
kpis = ["flow_time"]
factors.vehicles = [1, 2]
"""
FEW = """\
policy = "rule"
replications = 1
factors.vehicles = [1, 2]
"""
BOOK = """\
order,product,options,quantity,release,due,priority
X1,flange,size=d80,2,1 h,9 h,1
"""
INSTANCE = path_of("fjsp1")
TRAVEL = INSTANCE.with_name("fjsp1.layout.txt")
#: By what is alike: files, and how a sweep begins that names them.
ALIKE = {
    "instance and layout": (
        {
            "instances/one.txt": INSTANCE.read_text(encoding="utf-8"),
            "layouts/one.txt": TRAVEL.read_text(encoding="utf-8"),
        },
        'world = "instances/one.txt"\nlayout = "layouts/one.txt"\n',
    ),
    "order book and results": (
        {
            "mine.toml": PLANT.replace("[demand]", '[demand]\nfile = "results.csv"'),
            "results.csv": BOOK,
        },
        'world = "mine.toml"\ndays = 0.4\n',
    ),
    "world and sweep": (
        {"w/sweep.toml": PLANT},
        'world = "w/sweep.toml"\ndays = 0.4\n',
    ),
}


@pytest.mark.parametrize("name", ["mine.toml", "../mine.toml", "{}/mine.toml"])
def test_a_sweep_goes_on_as_it_began(tmp_path: Path, name: str) -> None:
    """However its world is named, and wherever one stands; the original may change."""
    name = name.format(tmp_path)
    asked = tmp_path / "asked"
    asked.mkdir()
    world = asked / name
    world.write_text(PLANT, encoding="utf-8")
    file = write(asked, SMALL.replace("mine.toml", name))
    found = sweep(file, tmp_path / "out")
    assert kept_in(found.folder, name).read_text(encoding="utf-8") == PLANT
    world.write_text(PLANT.replace("cool_down", "#cool_down"), encoding="utf-8")
    design, folder = execute.resumed(found.folder)
    assert execute.carry_out(design, folder).outcomes == found.outcomes
    again = sweep(found.folder / execute.FILE, tmp_path / "again")
    assert tables(again.folder) == tables(found.folder)
    with pytest.raises(BadInput, match="its world is not the one"):
        execute.resumed(found.folder, file)


def test_another_world_of_the_same_name_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that lies beside the file, where it names one in a folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("plants", "sweeps"):
        (tmp_path / name).mkdir()
    text = SMALL.replace("mine.toml", "plants/mine.toml")
    file = write(tmp_path / "sweeps", text)
    (tmp_path / "sweeps/mine.toml").write_text(PLANT, encoding="utf-8")
    with pytest.raises(BadInput, match="no such"):
        read_design(file)
    other = PLANT.replace('name = "cell"', 'name = "mine"')
    (tmp_path / "plants/mine.toml").write_text(other, encoding="utf-8")
    assert read_design(file).base.world.name == "mine"


def test_what_lies_below_comes_along(tmp_path: Path) -> None:
    """A world in a folder is kept; a shipped one is not."""
    (tmp_path / "plants").mkdir()
    (tmp_path / "plants" / "mine.toml").write_text(PLANT, encoding="utf-8")
    text = SMALL.replace("mine.toml", "plants/mine.toml")
    _, folder = execute.begun(write(tmp_path, text), tmp_path / "out")
    assert sorted(p.name for p in folder.iterdir()) == [KEPT, "sweep.toml"]
    assert kept_in(folder, "plants/mine.toml").is_file()
    assert len(read_design(folder / "sweep.toml")) == 4
    shipped = write(tmp_path, SMALL.replace("mine.toml", "cell"), name="shipped")
    _, other = execute.begun(shipped, tmp_path / "other")
    assert [p.name for p in other.iterdir()] == ["sweep.toml"]


def test_an_instance_brings_its_travel_times(tmp_path: Path) -> None:
    """Those in a file beside it, not named."""
    copy_world("fjsp1", tmp_path / "mine.txt")
    beside = {path.name for path in tmp_path.iterdir()}
    assert len(beside) == 2
    file = write(tmp_path, 'world = "mine.txt"\npolicy = "rule"\n')
    _, folder = execute.begun(file, tmp_path / "out")
    kept = kept_in(folder, "mine.txt").parent
    assert {path.name for path in kept.iterdir()} == beside


@pytest.mark.parametrize(("files", "text"), ALIKE.values(), ids=ALIKE)
def test_names_may_be_alike(tmp_path: Path, files: dict[str, str], text: str) -> None:
    """What a sweep names keeps apart from what else it names, and from its results."""
    asked = tmp_path / "asked"
    for name, content in files.items():
        path = asked / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    found = sweep(write(asked, text + FEW), tmp_path / "out")
    shutil.rmtree(asked)
    again = execute.carry_out(*execute.resumed(found.folder))
    assert again.outcomes == found.outcomes
    other = sweep(found.folder / execute.FILE, tmp_path / "again")
    assert tables(other.folder) == tables(found.folder)


@pytest.mark.parametrize("module", [companions, execute])
def test_what_cannot_be_kept_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    """With a full disk there is no half of a sweep; later the same words begin it."""

    def full(path: Path) -> NoReturn:
        raise BadInput(str(path), "", "cannot be written: No space left on device")

    (tmp_path / "mine.toml").write_text(PLANT, encoding="utf-8")
    file, out = write(tmp_path, SMALL), tmp_path / "out"
    monkeypatch.setattr(module, "written_whole", full)
    with pytest.raises(BadInput, match="No space left"):
        execute.begun(file, out)
    assert list(out.iterdir()) == []
    monkeypatch.undo()
    execute.begun(file, out)


@pytest.mark.parametrize("name", ["no.toml", "a\\u0000b", "x" * 5000])
def test_a_world_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    """As the file has it."""
    with pytest.raises(BadInput) as refusal:
        read_design(write(tmp_path, SMALL.replace("mine.toml", name)))
    assert refusal.value.place == "world"
