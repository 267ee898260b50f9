"""Tables, sentences, picture and folder of comparisons, from made-up runs."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from made_up import experiment, flow_time
from matplotlib.figure import Figure

import run
from agents.scenario import Scenario
from kernel.errors import BadInput
from measures.statistics import Interval, holm
from scheduling.rules import RULES
from studies.compare import Outcome
from studies.compare.folder import claim_comparison, write_comparison
from studies.compare.notes import notes
from studies.compare.panel import Line, Panel
from studies.compare.picture import colours_of, forest
from studies.compare.table import tables
from studies.folder import claim
from studies.tables import p_text
from worlds.files import LARGEST_FILE

NONE = Interval(0, None, None)


def widest(capsys: pytest.CaptureFixture[str]) -> int:
    """Return the length of the longest line printed."""
    return max(map(len, capsys.readouterr().out.splitlines()))


@pytest.mark.parametrize("vary", [[], ["load=.75,.85", "mtbf=.5,2"]])
def test_tables_fit_a_hundred_columns(
    capsys: pytest.CaptureFixture[str], vary: list[str]
) -> None:
    """Nothing is folded, nothing is wider."""
    policies = ["rule", "negotiated", "rule:FIFO"]
    found = experiment(vary, policies=policies, replications=7)
    for table in tables(found):
        run._print_table(table)
    assert widest(capsys) <= 100


def test_a_table_of_kpis_names_every_policy() -> None:
    """A KPI heads its policies; differences are those of all but the reference."""
    (table,) = tables(experiment(replications=7))
    assert table.columns[:3] == ("KPI, policy", "value", "less rule")
    heads = [row[0] for row in table.rows]
    assert heads[:3] == ["on_time", "  rule", "  negotiated"]
    row = dict(zip(heads, table.rows, strict=False))["  negotiated"]
    assert all(row[1:3])
    messages = table.rows[heads.index("messages") + 2]
    assert messages == ("  negotiated", "0 ± 0", "0 ± 0", "", "0 to 0", "1.000")


def test_a_single_replication_has_no_p_to_explain() -> None:
    """Nor is its title one of intervals."""
    single = experiment(replications=1)
    (table,) = tables(single)
    assert table.title == "cell, 2 days, seed 1: values"
    assert "p Holm" not in " ".join(notes(single))


def test_holm_goes_over_the_table_that_shows_it() -> None:
    """One table of KPIs is a family; with --vary each KPI's table is one."""
    one = experiment(replications=7)
    differences = {k: one.first.difference("negotiated", k) for k in one.shown}
    p = {
        kpi: d.p for kpi, d in differences.items() if d is not None and d.p is not None
    }
    assert len(p) == 4
    expected = dict(zip(p, holm(list(p.values())), strict=True))
    assert {kpi: one.p_holm[0, "negotiated", kpi] for kpi in p} == expected
    asked = experiment(replications=7, asked=["flow_time"])
    assert list(asked.p_holm) == [(0, "negotiated", "flow_time")]
    cells = experiment(["vehicles=1,2,3"], replications=7)
    raw = [cell.difference("negotiated", "flow_time") for cell in cells.cells]
    adjusted = holm([d.p for d in raw if d is not None and d.p is not None])
    found = [cells.p_holm[i, "negotiated", "flow_time"] for i in range(3)]
    assert found == adjusted


def test_cells_come_with_what_is_pooled() -> None:
    """A table a KPI, each cell's policies and lines over them, and one on settling."""
    found = experiment(["load=.7,.8"], asked=["flow_time", "on_time"], replications=7)
    flow, on_time, settling = tables(found)
    assert flow.columns[:2] == ("load", "policy")
    heads = [row[0] for row in flow.rows]
    assert heads == [".7", "", ".8", "", "pooled", "sum of cells"]
    assert all(row[3] and " to " in row[4] for row in flow.rows[-2:])
    assert on_time.title.startswith("on_time")
    assert [row[:2] for row in settling.rows] == [(".7", "7"), (".8", "7")]
    assert [row[-1] for row in settling.rows] == ["4.8 (more)"] * 2
    single = tables(experiment(["load=.7"], replications=7))[0]
    assert len(single.rows) == 2


def test_notes_say_what_it_rests_on() -> None:
    """Warm-up, bootstrap, family, stopping: a sentence each, none without cause."""
    said = " ".join(notes(experiment(replications=5)))
    assert "needs 6 replications" in said
    assert "the 4 comparisons of the table" in said
    assert "4 h are cut, but MSER-5 finds 4.8 h" in said
    assert "Half-width" not in said
    stopped = experiment(
        runner=flow_time, asked=["flow_time"], replications=4, until="2%", most=6
    )
    said = " ".join(notes(stopped))
    assert "2 % of the reference's mean was asked for, 2 h; not reached with 6" in said
    assert "would take about" in said
    assert "needs 6" not in said
    cells = experiment(["load=.7,.8"], replications=6, asked=["wip", "on_time"])
    said = " ".join(notes(cells))
    assert "wip lacks a value in some run of rule, negotiated in 2 of the cells" in said
    assert "In 2 of 2 cells the warm-up" in said
    assert notes(experiment(policies=["rule"], replications=6))[0].startswith("Warm")


def test_what_is_not_reproducible_says_so() -> None:
    """A run that a wall clock has cut short marks the whole."""
    found = experiment(runner=lambda *_: Outcome(kpis={"wip": 1.0}, reproducible=False))
    assert any("not reproducible" in said for said in notes(found))
    assert found.as_json()["reproducible"] is False


@pytest.mark.parametrize(
    ("p", "text"),
    [(None, ""), (0.0, "<.001"), (0.0312, ".031"), (0.9999, "1.000"), (1.0, "1.000")],
)
def test_p_values_in_words(p: float | None, text: str) -> None:
    """Three digits, no more."""
    assert p_text(p) == text


@pytest.mark.parametrize("vary", [[], ["load=.7,.8"]])
def test_a_folder_holds_all_of_it(tmp_path: Path, vary: list[str]) -> None:
    """JSON is what --json prints and what it was made with; a CSV row a run."""
    found = experiment(vary, replications=6)
    write_comparison(found, tmp_path / "c", ["run.py", "compare"])
    assert sorted(os.listdir(tmp_path / "c")) == [
        "compare.csv",
        "compare.json",
        "compare.png",
        "report.html",
    ]
    about = json.loads((tmp_path / "c/compare.json").read_text())
    assert about["command"] == ["run.py", "compare"]
    printed = json.loads(json.dumps(found.as_json()))
    assert {name: about[name] for name in printed} == printed
    assert (tmp_path / "c/compare.png").read_bytes().startswith(b"\x89PNG")
    with (tmp_path / "c/compare.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == found.runs
    last = rows[-1]
    assert (last["policy"], last["seed"]) == ("negotiated", "6")
    assert last.get("load") == (".8" if vary else None)
    value = found.cells[-1].kpis["negotiated"]["flow_time"][-1]
    assert float(last["flow_time"]) == value


def test_a_comparison_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    """Its own folder is written anew, with what a person has put there."""
    found, target = experiment(replications=2), tmp_path / "c"
    write_comparison(found, target, ["first"])
    (target / "notes.txt").write_text("mine")
    write_comparison(found, target, ["second"])
    assert json.loads((target / "compare.json").read_text())["command"] == ["second"]
    assert (target / "notes.txt").read_text() == "mine"
    with pytest.raises(BadInput, match="no run folder"):
        claim(target)
    with pytest.raises(BadInput, match="no comparison folder"):
        claim_comparison(tmp_path)
    (tmp_path / "d").mkdir()
    (tmp_path / "d/compare.json").write_text("[1, 2")
    with pytest.raises(BadInput, match="no comparison folder"):
        claim_comparison(tmp_path / "d")


def test_a_failure_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk while drawing: the old comparison stays, nothing lies about."""
    found, target = experiment(replications=2), tmp_path / "c"
    write_comparison(found, target, ["first"])

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(BadInput, match="No space left"):
        write_comparison(found, target, ["second"])
    assert os.listdir(tmp_path) == ["c"]
    assert json.loads((target / "compare.json").read_text())["command"] == ["first"]


def test_a_comparison_of_any_size_is_known_again(tmp_path: Path) -> None:
    """More than any other file may have: thousands of cells."""
    about = {"format": 1, "reference": "rule", "cells": "x" * (LARGEST_FILE + 1)}
    (tmp_path / "c").mkdir()
    (tmp_path / "c/compare.json").write_text(json.dumps(about))
    assert claim_comparison(tmp_path / "c")


def test_what_was_found_is_printed_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk does not take hours of runs away."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left")

    monkeypatch.setattr(Figure, "savefig", fail)
    argv = ["compare", "ft06", "--policies", "rule,rule:SPT", "--replications", "2"]
    assert run.main([*argv, "--out", str(tmp_path / "c")]) == 2
    printed = capsys.readouterr()
    assert "makespan" in printed.out
    assert "No space left" in printed.err
    assert os.listdir(tmp_path) == []


def test_a_picture_has_a_panel_a_kpi_that_differs() -> None:
    """KPIs in which nothing differs are left out; an empty picture is no error."""

    def titles(figure: Figure) -> list[str]:
        return [axis.get_xlabel() for axis in figure.axes if axis.get_xlabel()]

    assert titles(forest(experiment(replications=6))) == [
        "on_time, % of rule, more is better",
        "weighted_tardiness, % of rule, less is better",
        "flow_time, % of rule, less is better",
    ]
    cells = experiment(["load=.7,.8"], replications=6)
    (axis,) = forest(cells).axes
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names == ["load=.7", "load=.8", "pooled", "sum of cells"]
    many = ["rule", "rule:FIFO", "rule:ATC", "negotiated"]
    (axis,) = forest(experiment(["load=.7,.8"], policies=many, replications=6)).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == many[1:]
    assert titles(forest(experiment(replications=6, asked=["messages"]))) == []
    assert titles(forest(experiment(policies=["rule"]))) == []


def test_differences_that_cancel_are_drawn() -> None:
    """A KPI that is more as often as it is less has an interval about 0."""

    def coin(scenario: Scenario, _: object = None) -> Outcome:
        more = 0 if scenario.policy.name == "rule" else (-1) ** scenario.seed
        return Outcome(kpis={"wip": 9.0 + more})

    (axis,) = forest(experiment(runner=coin, asked=["wip"], replications=6)).axes
    assert "wip" in axis.get_xlabel()


def test_no_two_policies_have_one_colour() -> None:
    """However many there are, with the reference."""
    for count in (2, 8, 9, 13):
        policies = ["rule", *(f"rule:{name}" for name in sorted(RULES)[: count - 1])]
        found = experiment(policies=policies, replications=1)
        assert len(set(colours_of(found.first).values())) == len(policies)


def test_what_is_far_off_does_not_squeeze_the_rest() -> None:
    """The scale ends where most lines do; what lies beyond is written at its end."""
    near = [Line(f"row {k}", "a", Interval(k, k - 2, k + 2), NONE) for k in range(7)]
    far = Line("far", "a", Interval(-900, -1000, -800), Interval(-900, -950, -850))
    axis = Figure().subplots()
    Panel([*near, far], "days").draw(axis, {"a": "black"}, named=True)
    low, high = axis.get_xlim()
    assert -40 < low < -20
    assert 8 < high < 12
    assert [text.get_text() for text in axis.texts] == ["◂ -900"]
    axis = Figure().subplots()
    Panel(near, "days").draw(axis, {"a": "black"}, named=True)
    assert list(axis.texts) == []


@pytest.mark.parametrize("step", [10, -10])
def test_no_difference_is_on_every_scale(step: int) -> None:
    """Also where a scale is cut short and all that is left lies on one side."""
    means = [step, step, step, step, step, step, step, 90 * step]
    lines = [Line(f"{k}", "a", Interval(m, m, m), NONE) for k, m in enumerate(means)]
    axis = Figure().subplots()
    Panel(lines, "days").draw(axis, {"a": "black"}, named=True)
    low, high = axis.get_xlim()
    assert low <= 0 <= high
    assert high - low < 60


def test_one_that_differs_is_seen_among_many_that_do_not() -> None:
    """Where most are the same nothing is squeezed: the scale spans them all."""
    means = [0, 0, 0, 0, 0, 60]
    lines = [Line(f"{k}", "a", Interval(m, m, m), NONE) for k, m in enumerate(means)]
    axis = Figure().subplots()
    Panel(lines, "days").draw(axis, {"a": "black"}, named=True)
    assert axis.get_xlim()[1] > 60
    assert list(axis.texts) == []


def test_what_is_cut_off_has_a_tip() -> None:
    """An interval that goes beyond the scale is seen to."""
    lines = [Line(f"{k}", "a", Interval(1, 0, 2), NONE) for k in range(9)]
    lines.append(Line("wide", "a", Interval(2, -90, 94), NONE))
    axis = Figure().subplots()
    Panel(lines, "days").draw(axis, {"a": "black"}, named=True)
    tips = [line.get_marker() for line in axis.get_lines()]
    assert tips.count("<") == tips.count(">") == 1


def test_no_two_cells_have_one_colour() -> None:
    """Cells have colours only while there are enough of them."""
    policies = ["rule", *(f"rule:{name}" for name in sorted(RULES)[:10])]
    for count, named in ((7, policies[1:]), (9, None)):
        loads = ",".join(f".{k}" for k in range(70, 70 + count))
        figure = forest(
            experiment([f"load={loads}"], policies=policies, replications=3)
        )
        rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
        if named is None:
            assert len(rows) == count + 2  # cells, and what is over them
            continue
        assert rows == named
        handles = figure.legends[0].legend_handles
        colours = [handle.get_color() for handle in handles[2:]]
        assert len(colours) == len(set(colours)) == count + 2
