"""Run folders that somebody has changed: told of, in a sentence, by every command."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import run as command_line
from agents.scenario import scenario_of
from kernel.events import Event
from kernel.trace import Trace
from measures.check import check_trace
from measures.runfolder import check_run, read_run
from studies.folder import write_run
from studies.run import Run, run
from worlds.read import read_world


@pytest.fixture(scope="module")
def done() -> Run:
    """Run the cell for half a day."""
    return run(scenario_of(read_world("cell"), policy="rule", days=0.5))


@pytest.fixture
def folder(done: Run, tmp_path: Path) -> Path:
    """Return a run folder of one's own."""
    write_run(done, tmp_path / "r", ["run.py"])
    return tmp_path / "r"


def rewrite(folder: Path, change: Callable[[Event], Event]) -> None:
    """Change facts of a record, its digest with them."""
    old = read_run(folder).trace
    trace = Trace(old.header, list(map(change, old.events)))
    (folder / "trace.jsonl").write_text("\n".join(trace.lines()) + "\n")
    about = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(about | {"digest": trace.digest}))


def test_an_inspected_step_uses_its_material_the_first_time(done: Run) -> None:
    """Only who comes back after rework has had it; the washing is inspected."""
    washed = [
        event
        for event in done.trace.events
        if event.kind == "operation_started" and event.facts["step"] == "washing"
    ]
    assert any(event.facts["materials"] for event in washed)
    events = [
        Event(e.time, e.kind, e.subject, {**e.facts, "materials": []})
        if e in washed
        else e
        for e in done.trace.events
    ]
    found = {one.rule for one in check_trace(done.scenario.world, events)}
    assert found == {"bill_of_material"}


def test_figures_are_those_of_the_record(folder: Path) -> None:
    """A key figure that was made better is told, and one that was left out."""
    assert check_run(folder) == []
    told: dict[str, Any] = json.loads((folder / "kpis.json").read_text())
    better = {**told, "on_time": 1.0}
    del better["wip"]
    (folder / "kpis.json").write_text(json.dumps(better))
    found = check_run(folder)
    assert [(one.rule, one.subject) for one in found] == [
        ("figures", "on_time"),
        ("figures", "wip"),
    ]
    assert command_line.main(["check", str(folder)]) == 1
    (folder / "kpis.json").write_text("[]")
    assert command_line.main(["check", str(folder)]) == 2


def test_an_export_of_what_cannot_be_true_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and nothing written, as for a report."""

    def without_kit(event: Event) -> Event:
        facts = {k: v for k, v in event.facts.items() if k != "kit"}
        return Event(event.time, event.kind, event.subject, facts)

    rewrite(folder, without_kit)
    out = tmp_path / "log.sqlite"
    assert command_line.main(["export", str(folder), "--ocel", str(out)]) == 2
    assert "cannot be true" in capsys.readouterr().err
    assert not out.exists()


def test_an_export_takes_no_file_of_any_run(
    folder: Path, done: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor of another; what it writes it counts."""
    write_run(done, tmp_path / "other", ["run.py"])
    for target in (folder / "kpis.json", tmp_path / "other" / "run.json"):
        before = target.read_bytes()
        argv = ["export", str(folder), "--ocel", str(target)]
        assert command_line.main(argv) == 2
        assert target.read_bytes() == before
    capsys.readouterr()
    out = tmp_path / "log.sqlite"
    assert command_line.main(["export", str(folder), "--ocel", str(out)]) == 0
    with closing(sqlite3.connect(out)) as base:
        ((count,),) = base.execute("SELECT count(*) FROM event")
    assert f"{count} of {len(done.trace.events)} facts" in capsys.readouterr().out


def test_scrapped_pieces_leave_their_lot(done: Run) -> None:
    """In the log too: a lot that was scrapped as a whole has none."""
    from measures.ocel import log_of

    log = log_of(done.scenario.world, done.trace.events)
    scrapped = [e for e in done.trace.events if e.kind == "lot_scrapped"]
    assert scrapped
    for event in scrapped:
        changes = log.objects[f"lot:{event.subject}"].changes
        pieces = [one.value for one in changes if one.name == "pieces"]
        assert len(pieces) > 1
        assert 0 <= int(pieces[-1]) < int(pieces[0])
