"""Run folders read back, strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from measures_story import full_story

from kernel.errors import BadInput
from kernel.trace import Trace
from measures.runfolder import check_run, read_run, read_trace
from worlds.read import resolved


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the full story as a run folder."""
    story = full_story()
    header: dict[str, Any] = {
        "format": 1,
        "scenario": {},
        "world": resolved(story.world),
    }
    trace = Trace(header, story.events)
    text = "".join(f"{line}\n" for line in trace.lines())
    (tmp_path / "trace.jsonl").write_text(text, encoding="utf-8")
    about = {"format": 1, "digest": trace.digest}
    (tmp_path / "run.json").write_text(json.dumps(about), encoding="utf-8")
    return tmp_path


def spoil(folder: Path, number: int, line: str) -> Path:
    """Replace a line (from 1) of the record."""
    path = folder / "trace.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[number - 1] = line
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_run_is_read_back(folder: Path) -> None:
    """Events and world are those that were written."""
    run, story = read_run(folder), full_story()
    assert run.trace.events == story.events
    assert run.world == story.world


def test_correct_run_passes(folder: Path) -> None:
    """A true record has no violations."""
    assert check_run(folder) == []


def test_untrue_run_is_found(folder: Path) -> None:
    """A record that lies, digest and all, is found out by the checker."""
    path = folder / "trace.jsonl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"dock":"out","pieces":2', '"dock":"out","pieces":3'))
    _, digest = read_trace(path)
    about = {"format": 1, "digest": digest}
    (folder / "run.json").write_text(json.dumps(about), encoding="utf-8")
    assert {v.rule for v in check_run(folder)} == {"orders_complete"}


def test_changed_record_is_refused(folder: Path) -> None:
    """A record that is not the one of ``run.json`` is refused by its digest."""
    path = folder / "trace.jsonl"
    path.write_text(path.read_text().replace('"due":1000000', '"due":1000001'))
    with pytest.raises(BadInput, match=r"run\.json: digest"):
        read_run(folder)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "line 7: is not JSON"),
        ('{"t":1,"event":"disturbed"', "line 7: is not JSON"),
        ("[1]", "line 7: \\[1\\], expected an object"),
        ('{"t":1.5,"event":"disturbed","id":"x","what":""}', "line 7: t is 1.5"),
        ('{"t":true,"event":"disturbed","id":"x","what":""}', "line 7: t is true"),
        ('{"t":-1,"event":"disturbed","id":"x","what":""}', "line 7: t is -1"),
        ('{"t":1,"event":"dreamt","id":"x"}', 'line 7: event is "dreamt"'),
        ('{"t":1,"event":"disturbed","id":3}', "line 7: id is 3"),
        ('{"t":1,"event":"disturbed","id":"x","what":NaN}', "line 7: is not JSON"),
        ('{"t":1,"event":"disturbed","id":"x","what":1e999}', "line 7: is not JSON"),
        ('{"t":1,"t":2,"event":"disturbed","id":"x"}', "line 7: is not JSON"),
        ("[" * 100_000, "line 7: is not JSON"),
    ],
)
def test_bad_line_is_named(folder: Path, line: str, problem: str) -> None:
    """One sentence: the file, the line, what is wrong."""
    path = spoil(folder, 7, line)
    with pytest.raises(BadInput, match=problem):
        read_trace(path)


@pytest.mark.parametrize("header", ["[]", '{"format":1}', '{"format":2,"world":{}}'])
def test_bad_header_is_named(folder: Path, header: str) -> None:
    """The first line must say the format and the world."""
    path = spoil(folder, 1, header)
    with pytest.raises(BadInput, match="line 1"):
        read_trace(path)


def test_broken_off_record_is_refused(folder: Path) -> None:
    """A record whose last line has no end was not written to its end."""
    path = folder / "trace.jsonl"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadInput, match="breaks off"):
        read_trace(path)


def test_what_is_no_run_folder(tmp_path: Path) -> None:
    """A missing folder, an empty one, an empty record, a record that is not text."""
    with pytest.raises(BadInput, match="is no folder"):
        read_run(tmp_path / "nowhere")
    with pytest.raises(BadInput, match=r"run\.json: there is no such file"):
        read_run(tmp_path)
    path = tmp_path / "trace.jsonl"
    path.write_bytes(b"")
    with pytest.raises(BadInput, match="is empty"):
        read_trace(path)
    path.write_bytes(b"\xff\n")
    with pytest.raises(BadInput, match="not UTF-8"):
        read_trace(path)
