"""Sweeps carried out: the same table however, wherever and in how many goes."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
from sweep_bench import ROOT, SMALL, WITH_FAILURES, command, sweep, tables, write

import run
from agents.scenario import Scenario, scenario_of
from kernel.errors import BadInput
from studies.case import scenario_hash
from studies.companions import kept_in
from studies.run import Run
from studies.run import run as run_scenario
from studies.store import Store
from studies.sweep import execute
from worlds.read import read_world


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> execute.Sweep:
    """Return the small sweep, carried out in one go by one worker."""
    folder = tmp_path_factory.mktemp("whole")
    return sweep(write(folder), folder / "out")


def test_a_row_is_the_run_it_says(whole: execute.Sweep) -> None:
    """KPIs, digest and hash are those of the same run made alone."""
    with (whole.folder / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    row = rows[10]  # vehicles 2, rule:FIFO, the second of three seeds
    assert (row["run"], row["vehicles"], row["policy"], row["seed"]) == (
        "10",
        "2",
        "rule:FIFO",
        "6",
    )
    settings = [("vehicles", "2")]
    world = read_world("cell")
    policy = "rule:FIFO"
    scenario = scenario_of(world, policy=policy, seed=6, days=0.5, settings=settings)
    alone = run_scenario(scenario)
    assert row["digest"] == alone.digest
    assert row["scenario"] == scenario_hash(scenario)
    for name in ("flow_time", "wip", "oee.turn1"):
        assert float(row[name]) == alone.kpis[name]
    assert row["violations"] == "0"
    assert row["error"] == ""


def test_both_tables_say_the_same(whole: execute.Sweep) -> None:
    """Parquet has the columns and values of the CSV, with their types."""
    table = parquet.read_table(whole.folder / "results.parquet")
    with (whole.folder / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert table.column_names == list(rows[0])
    assert [str(v) for v in table["wip"].to_pylist()] == [row["wip"] for row in rows]
    kinds = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert kinds["vehicles"] == kinds["seed"] == "int64"
    assert (kinds["policy"], kinds["wip"]) == ("string", "double")


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_change_nothing(
    whole: execute.Sweep, tmp_path: Path, workers: int
) -> None:
    """The tables of several processes are those of one, byte for byte."""
    found = sweep(write(tmp_path), tmp_path / "out", workers=workers)
    assert tables(found.folder) == tables(whole.folder)


def test_what_is_kept_is_not_run_again(
    whole: execute.Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted sweep runs only what is left, and ends in the same tables."""
    design, folder = execute.begun(write(tmp_path), tmp_path / "out")

    def stop(done: int, runs: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute.carry_out(design, folder, progress=stop)
    assert not (folder / "results.csv").exists()
    performed: list[int] = []
    perform = execute.perform

    def counted(case):
        performed.append(case.number)
        return perform(case)

    monkeypatch.setattr(execute, "perform", counted)
    again, _ = execute.resumed(folder)
    told: list[tuple[int, int]] = []
    execute.carry_out(again, folder, progress=lambda *at: told.append(at))
    assert performed == [5, 6, 7, 8, 9, 10, 11]
    assert told[0] == (5, 12)
    assert told[-1] == (12, 12)
    assert tables(folder) == tables(whole.folder)


def test_a_finished_sweep_is_compared_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another factor or reference in the folder's file: tables, and no run."""
    compared = 'compare = "policy"\nreference = "rule"\n[factors]'
    text = SMALL.replace("[factors]", compared)
    folder = sweep(write(tmp_path, text), tmp_path / "out").folder
    kept = folder / "sweep.toml"

    def never(case: object) -> None:
        raise AssertionError("nothing is to be run")

    monkeypatch.setattr(execute, "perform", never)
    for key, reference in (("policy", '"rule:FIFO"'), ("vehicles", "2")):
        anew = f'compare = "{key}"\nreference = {reference}\n[factors]'
        kept.write_text(text.replace(compared, anew), encoding="utf-8")
        design, _ = execute.resumed(folder)
        done = execute.carry_out(design, folder)
        assert done.experiment is not None
        first = done.experiment.first
        assert (first.factor, first.reference) == (key, reference.strip('"'))


def test_a_killed_sweep_goes_on(tmp_path: Path) -> None:
    """After kill -9 no run that was kept is repeated, and the tables are the same."""
    text = SMALL.replace("replications = 3", "replications = 15")
    file = write(tmp_path, text)
    whole = sweep(file, tmp_path / "whole")
    folder = tmp_path / "out"
    argv = ("sweep", str(file), "--workers", "2", "--out", str(folder))
    killed = command(*argv)
    store = folder / "sweep.db"
    for _ in range(6000):  # until some runs are kept
        if store.exists() and _kept(folder) >= 4:
            break
        assert killed.poll() is None
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    before = _rows(store)
    assert 4 <= len(before) < 60
    assert not (folder / "results.csv").exists()
    again = command("sweep", "--resume", str(folder), "--workers", "2")
    assert again.wait() == 0
    assert tables(folder) == tables(whole.folder)
    after = _rows(store)
    assert len(after) == 60
    # wall times tell: what was kept has not been run again
    assert {key: after[key] for key in before} == before


def _kept(folder: Path) -> int:
    """Return about how many runs a sweep at work has written: it is alone with them."""
    log = folder / "sweep.db-wal"
    return log.stat().st_size // 4152 - 8 if log.exists() else 0


def _rows(store: Path) -> dict[int, tuple[object, ...]]:
    """Return the rows of a store, by run."""
    with closing(sqlite3.connect(store)) as file, file:
        return {row[0]: row for row in file.execute("SELECT * FROM runs")}


def test_the_store_holds_what_contracts_say(whole: execute.Sweep) -> None:
    """One row a run, with factors and KPIs as JSON."""
    rows = _rows(whole.folder / "sweep.db")
    assert sorted(rows) == list(range(12))
    assert json.loads(str(rows[11][3])) == {"vehicles": 2, "policy": "rule:FIFO"}
    assert json.loads(str(rows[11][4])) == dict(whole.outcomes[11].kpis)


def test_failing_runs_are_kept_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that cannot be has its seed and message in the table; exit code 1."""
    file, out = write(tmp_path, WITH_FAILURES), tmp_path / "out"
    assert run.main(["sweep", str(file), "--out", str(out)]) == 1
    said = capsys.readouterr().out
    assert "2 runs failed, the first number 4, seed 1: --set" in said
    with (out / "results.csv").open(newline="") as rows:
        found = list(csv.DictReader(rows))
    errors = [row["error"] for row in found]
    assert [bool(error) for error in errors] == [False] * 4 + [True] * 2 + [False] * 2
    assert "high" in errors[4]
    assert found[4]["flow_time"] == found[4]["digest"] == ""
    assert [row["seed"] for row in found] == ["1", "2"] * 4


@pytest.mark.parametrize("error", [FileNotFoundError(2, "gone"), MemoryError()])
def test_what_failed_for_a_passing_reason_is_tried_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    whole: execute.Sweep,
    error: Exception,
) -> None:
    """A full disk says nothing of a run: the table is that of an undisturbed sweep."""

    def disturbed(scenario: Scenario) -> Run:
        if scenario.seed == 6:
            raise error
        return run_scenario(scenario)

    monkeypatch.setattr("studies.case.run", disturbed)
    done = sweep(write(tmp_path), tmp_path / "out")
    assert len(done.failed) == 4
    monkeypatch.undo()
    again = execute.carry_out(*execute.resumed(done.folder))
    assert again.failed == []
    assert tables(done.folder) == tables(whole.folder)


def test_violations_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that breaks a rule of the checker is named, and the exit code is 1."""
    perform = execute.perform

    def flawed(case):
        said = ("5 ms: M1: two at a time (rule slots)",)
        return replace(perform(case), violations=said if case.number == 2 else ())

    monkeypatch.setattr(execute, "perform", flawed)
    argv = ["sweep", str(write(tmp_path)), "--out", str(tmp_path / "out")]
    assert run.main(argv) == 1
    said = capsys.readouterr().out
    assert "run 2, seed 7: 5 ms: M1: two at a time" in said
    assert "12 runs, 1 violation" in said


def test_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json standard output holds each combination's intervals."""
    argv = ["sweep", str(write(tmp_path)), "--out", str(tmp_path / "out"), "--json"]
    assert run.main(argv) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["runs"], found["failed"], found["violations"]) == (12, 0, 0)
    assert found["cells"][1]["factors"] == {"vehicles": 1, "policy": "rule:FIFO"}
    value = found["cells"][1]["kpis"]["wip"]
    assert value["low"] < value["mean"] < value["high"]


def test_a_pipe_may_be_the_file(tmp_path: Path) -> None:
    """It can be read once."""
    end, other = os.pipe()
    os.write(other, SMALL.encode())
    os.close(other)
    design, folder = execute.begun(Path(f"/dev/fd/{end}"), tmp_path / "out")
    os.close(end)
    assert design.text == (folder / execute.FILE).read_text() == SMALL


def test_what_a_full_disk_stops_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """If there is something to go on with; the folder is quoted where it must be."""
    add, room = Store.add, iter([True, True])

    def fill(store: Store, *of: Any) -> None:
        if not next(room, False):
            where = str(Path(words[-1]) / execute.STORE)
            raise BadInput(where, "", "cannot be written: disk is full")
        add(store, *of)

    monkeypatch.setattr(Store, "add", fill)
    monkeypatch.chdir(tmp_path)
    words = ["sweep", str(write(tmp_path)), "--out", "my sweep"]
    assert run.main(words) == 2
    said = capsys.readouterr().err
    assert "go on with: run.py sweep --resume 'my sweep'" in said
    assert "disk is full" in said
    words[-1] = "other"
    assert run.main(words) == 2
    assert "go on with" not in capsys.readouterr().err


def test_a_changed_file_is_refused(whole: execute.Sweep, tmp_path: Path) -> None:
    """Runs of two designs do not come into one table."""
    changed = write(tmp_path, SMALL.replace("days = 0.5", "days = 0.4"))
    with pytest.raises(BadInput, match=r"differs from .*to grow, change that"):
        execute.resumed(whole.folder, changed)
    same = write(tmp_path, name="same")
    assert execute.resumed(whole.folder, same)[0] == whole.design


def test_a_changed_world_is_refused(tmp_path: Path) -> None:
    """A sweep does not go on when the world it keeps says something else now."""
    world = tmp_path / "mine.toml"
    text = (ROOT / "worlds/plants/cell.toml").read_text(encoding="utf-8")
    world.write_text(text, encoding="utf-8")
    file = write(tmp_path, SMALL.replace('"cell"', '"mine.toml"'))
    found = sweep(file, tmp_path / "out")
    kept = kept_in(found.folder, "mine.toml")
    kept.write_text(text.replace("cool_down", "#cool_down"), encoding="utf-8")
    design, folder = execute.resumed(found.folder)
    with pytest.raises(BadInput, match="another scenario or world"):
        execute.carry_out(design, folder)


def test_folders_are_not_overwritten(whole: execute.Sweep, tmp_path: Path) -> None:
    """A folder that holds anything is refused, and what is there stays."""
    file = write(tmp_path)
    before = tables(whole.folder)
    with pytest.raises(BadInput, match="--resume"):
        execute.begun(file, whole.folder)
    assert tables(whole.folder) == before
    with pytest.raises(BadInput, match="expected a new folder"):
        execute.begun(file, tmp_path)
    with pytest.raises(BadInput, match="cannot be written"):
        execute.begun(file, file / "below")
    with pytest.raises(BadInput, match="expected a sweep's folder"):
        execute.resumed(tmp_path)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ((), "FILE.toml"),
        (("--engine", "dusk"), "dusk"),
        (("--workers", "0"), "--workers"),
        (("--address", "tcp://x:1"), "--engine dask or ray"),
        (("--out", "x", "--resume", "y"), "--out"),
    ],
)
def test_wrong_usage_leaves_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    argv: tuple[str, ...],
    said: str,
) -> None:
    """One sentence, exit code 2, no folder."""
    monkeypatch.chdir(tmp_path)
    file = [str(write(tmp_path))] if argv else []
    assert run.main(["sweep", *file, *argv]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("command", ["sweep", "tune"])
def test_a_cluster_that_is_not_there_leaves_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    """The command with the right address is not refused for its folder."""
    pytest.importorskip("distributed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("studies.parallel.PATIENCE", 1)
    asked = [str(write(tmp_path))]
    if command == "tune":
        pytest.importorskip("optuna")
        asked = ["cell", "--policy", "rule", "--vary", "vehicles=1..2"]
        asked += ["--minimise", "cost", "--runs", "20"]
    argv = [*asked, "--out", "out", "--engine", "dask"]
    assert run.main([command, *argv, "--address", "tcp://127.0.0.1:1"]) == 2
    assert "cannot be reached" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_two_sweeps_do_not_share_a_folder(whole: execute.Sweep) -> None:
    """While one is at work the other is refused."""
    from studies.store import Store

    print_ = whole.design.fingerprint()
    path = whole.folder / "sweep.db"
    with Store(path, print_), pytest.raises(BadInput, match="in use"):
        Store(path, print_)


@pytest.mark.external
@pytest.mark.parametrize("engine", ["dask", "ray"])
@pytest.mark.filterwarnings("default")  # theirs are not ours to mend
def test_clusters_change_nothing(
    whole: execute.Sweep, tmp_path: Path, engine: str
) -> None:
    """A local cluster of Dask or Ray gives the same tables, byte for byte."""
    pytest.importorskip(engine)
    found = sweep(write(tmp_path), tmp_path / "out", workers=2, engine=engine)
    assert tables(found.folder) == tables(whole.folder)
