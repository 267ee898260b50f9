"""The run folder: whole or not there, and never somebody else's."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from agents.scenario import Scenario, scenario_of
from kernel.errors import BadInput
from measures.runfolder import check_run, read_run
from studies.folder import claim, claim_empty, default_folder, write_run
from studies.run import Run, run
from worlds.read import read_world


def scenario(policy: str = "rule") -> Scenario:
    """Return half a day of the cell."""
    return scenario_of(read_world("cell"), policy=policy, seed=3, days=0.4)


@pytest.fixture(scope="module")
def done() -> Run:
    """A finished run."""
    return run(scenario())


def test_a_folder_reads_back_as_the_run(done: Run, tmp_path: Path) -> None:
    """What is written is what was run, to the digest."""
    write_run(done, tmp_path / "r", ["run.py"])
    back = read_run(tmp_path / "r")
    assert back.trace.digest == done.digest == back.about["digest"]
    assert back.world == done.scenario.world
    assert back.about["window"] == list(done.scenario.window)
    assert json.loads((tmp_path / "r/kpis.json").read_text()) == done.kpis
    assert check_run(tmp_path / "r") == []
    assert (tmp_path / "r/gantt.png").read_bytes().startswith(b"\x89PNG")


def test_orders_are_all_there(done: Run, tmp_path: Path) -> None:
    """The table of orders has each order once, with what became of it."""
    write_run(done, tmp_path / "r", ["run.py"])
    with (tmp_path / "r/orders.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    received = [e.subject for e in done.trace.events if e.kind == "order_received"]
    assert [row["order"] for row in rows] == received
    assert sum(row["status"] == "shipped" for row in rows) == done.shipped
    late = [row for row in rows if float(row["tardiness_hours"] or 0) > 0]
    assert len(late) == done.late


def test_a_run_folder_is_replaced_and_notes_are_kept(done: Run, tmp_path: Path) -> None:
    """The files of a run are new, those of a person stay."""
    target = tmp_path / "r"
    write_run(done, target, ["first"])
    (target / "notes.txt").write_text("mine")
    write_run(done, target, ["second"])
    assert json.loads((target / "run.json").read_text())["command"] == ["second"]
    assert (target / "notes.txt").read_text() == "mine"
    assert os.listdir(tmp_path) == ["r"]


@pytest.mark.parametrize("error", [OSError(28, "No space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("there", [True, False])
def test_a_failure_leaves_the_folder_as_it_was(
    done: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    there: bool,
) -> None:
    """Whatever goes wrong while writing, nothing half-written stays behind."""
    target = tmp_path / "r"
    if there:
        write_run(done, target, ["first"])

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("studies.folder.gantt", fail)
    expected = BadInput if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_run(done, target, ["second"])
    assert os.listdir(tmp_path) == (["r"] if there else [])
    if there:
        assert read_run(target).about["command"] == ["first"]


def test_an_interrupted_exchange_is_undone(
    done: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted between two renames, the old folder is put back."""
    target = tmp_path / "r"
    write_run(done, target, ["first"])
    rename = Path.rename

    def interrupted(self: Path, other: Path) -> Path:
        if (
            (self / "run.json").exists()
            and other == target
            and '"second"' in (self / "run.json").read_text()
        ):
            raise KeyboardInterrupt
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_run(done, target, ["second"])
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["r"]
    assert read_run(target).about["command"] == ["first"]


@pytest.mark.parametrize("error", [OSError(13, "Permission denied"), KeyboardInterrupt])
def test_an_exchange_that_fails_late_is_undone(
    done: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """Whatever else was in the folder is there again, wherever the exchange stood."""
    target, rename = tmp_path / "r", Path.rename
    write_run(done, target, ["first"])
    names = {f"notes{k}.txt" for k in range(5)}
    for name in names:
        (target / name).write_text(name)
    left = 4

    def failing(self: Path, other: Path) -> Path:
        nonlocal left
        left -= 1
        if left == 0:
            raise error
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises((BadInput, KeyboardInterrupt)):
        write_run(done, target, ["second"])
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["r"]
    assert {path.name for path in target.glob("notes*")} == names
    assert read_run(target).about["command"] == ["first"]


def test_a_folder_that_reports_cannot_name_is_refused(tmp_path: Path) -> None:
    """Before a run, not after it."""
    for refuse in (claim, lambda path: claim_empty(path, "sweep.toml")):
        with pytest.raises(BadInput, match="no Unicode"):
            refuse(tmp_path / "r\udcff")
    assert os.listdir(tmp_path) == []


def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    """A folder is a run's only if run.json and the record are in it."""
    with pytest.raises(BadInput, match="no run folder"):
        claim(tmp_path)
    (tmp_path / "run.json").write_text('{"format": 1, "digest": ""}')
    with pytest.raises(BadInput, match="no run folder"):
        claim(tmp_path)
    (tmp_path / "trace.jsonl").write_text("")
    assert claim(tmp_path) == tmp_path.resolve()


def test_default_folder_names_world_policy_and_seed() -> None:
    """The default folder is runs/WORLD-POLICY-SEED, fit for every file system."""
    assert default_folder(scenario("rule:ATC")) == Path("runs/cell-rule-ATC-3")
