"""Sentences and pages of studies: each says what is there, and what to do instead."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from made_up import experiment, flow_time
from matplotlib.figure import Figure

import run
from agents.scenario import Scenario
from measures.statistics import Interval
from studies.compare import Outcome
from studies.compare.notes import notes
from studies.report import comparison as reporting
from studies.report import comparison_report
from studies.report.sweep import sweep_report
from studies.sweep import execute
from studies.sweep.results import cell_table
from studies.tables import interval_text, plural, shown

SHORT = ("compare", "cell", "--policies", "rule", "--days", "0.4")
SWEEP = 'world = "cell"\npolicy = "rule"\ndays = 0.4\nreplications = 1\n'


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_limits_that_are_not_there_are_not_doubted() -> None:
    """Below six seeds the sum of cells has no limits, from six on it has."""
    vary, asked = ["load=.7,.8"], ["flow_time"]
    few, more = (
        " ".join(notes(experiment(vary, asked=asked, replications=n))) for n in (3, 6)
    )
    assert "sum of cells:" in few
    assert "So few seeds" not in few
    assert "So few seeds" in more


def test_comparisons_are_counted_in_words() -> None:
    """One is no plural, and none is not told of."""
    found = experiment(runner=flow_time, asked=["flow_time"], replications=6)
    assert "the 1 comparison of the table" in " ".join(notes(found))

    def nothing(_: Scenario, __: object = None) -> Outcome:
        return Outcome(kpis={"wip": 1.0})

    for vary in ([], ["load=.7,.8"]):
        none = experiment(vary, nothing, asked=["flow_time"], replications=2)
        assert "adjusted for" not in " ".join(notes(none))


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "1 run"), (0, "0 runs"), (2, "2 runs"), (12_345_678, "12345678 runs")],
)
def test_counts_have_all_their_digits(count: int, text: str) -> None:
    """And their noun the right form."""
    assert plural(count, "run") == text


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--kpi", "makespan"), "--kpi: makespan, expected a KPI of a plant"),
        (("--kpi", "wip,makespan"), "--kpi: makespan, expected a KPI of a plant"),
        (("--policies", ""), "--policies: '', expected policies, each once"),
        (("--policies", "rule,"), "--policies: 'rule,', expected policies"),
        (("--policies", "rule,best"), "--policies: 'best' is not one of"),
        (
            ("--out", "file/below"),
            "file/below: cannot be written: file is a file, expected a folder",
        ),
        (
            ("--out", "file/far/below"),
            "file/far/below: cannot be written: file is a file, expected a folder",
        ),
    ],
)
def test_a_comparison_is_refused_before_its_runs(
    capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], said: str
) -> None:
    """One sentence that names the flag, and nothing is written."""
    Path("file").touch()
    assert run.main([*SHORT, *argv]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"error: {said}")
    assert os.listdir() == ["file"]


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_a_sweep_needs_a_folder(capsys: pytest.CaptureFixture[str], out: str) -> None:
    """As a comparison does."""
    Path("s.toml").write_text(SWEEP)
    Path("file").touch()
    assert run.main(["sweep", "s.toml", "--out", out]) == 2
    said = f"{out}: cannot be written: file is a file, expected a folder"
    assert said in capsys.readouterr().err


def test_one_run_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a comparison, and of a sweep with its picture."""
    assert run.main([*SHORT, "--replications", "1"]) == 0
    assert "checked: 1 run, no violation" in capsys.readouterr().out
    text = SWEEP + 'kpis = ["wip"]\n[factors]\nvehicles = [1, 2]\n'
    Path("s.toml").write_text(text)
    assert run.main(["sweep", "s.toml"]) == 0
    told = capsys.readouterr().out
    assert ", 1 picture;" in told
    assert "checked: 2 runs, no violation" in told


def test_a_fold_is_called_by_all_that_is_in_it() -> None:
    """Not by the first of its tables."""
    text = comparison_report(experiment(["load=.7,.8"], replications=2))
    assert "<summary>All KPIs of all cells</summary>" in text
    assert "<caption>All KPIs, load .7</caption>" in text
    one = comparison_report(experiment(replications=2))
    assert "<summary>All KPIs</summary>" in one


def test_a_command_can_be_pasted(tmp_path: Path) -> None:
    """Quoted where a path has a space in it."""
    Path("s.toml").write_text(SWEEP + 'kpis = ["wip"]\n')
    design, folder = execute.begun(Path("s.toml"), tmp_path / "my sweep")
    text = sweep_report(execute.carry_out(design, folder))
    path = str(folder / execute.FILE)
    assert " " in path
    again = f"<code>python run.py sweep {shlex.quote(path)}</code>"
    assert again in text.replace("&#39;", "'")


@pytest.mark.parametrize("values", [(96.0, 116.0), (116.0, 116.0), (0.0, 0.0)])
def test_no_line_is_cut(
    monkeypatch: pytest.MonkeyPatch, values: tuple[float, float]
) -> None:
    """The topmost line of a chart by seed has room above it, and 0 is its floor."""

    def flat(scenario: Scenario, _: object = None) -> Outcome:
        return Outcome(kpis={"makespan": values[scenario.policy.name == "rule"]})

    figures: list[Figure] = []
    monkeypatch.setattr(reporting, "Chart", lambda figure, **_: figures.append(figure))
    reporting._by_seed(experiment(runner=flat, asked=["makespan"], replications=3))
    low, high = figures[0].axes[0].get_ylim()
    assert low == 0
    assert high >= 1.04 * max(values)
    assert high > 0


def test_a_sweep_of_one_run_is_told(tmp_path: Path) -> None:
    """One seed, and no factor to name."""
    Path("s.toml").write_text(SWEEP)
    design, folder = execute.begun(Path("s.toml"), tmp_path / "one")
    done = execute.carry_out(design, folder)
    assert cell_table(design, done.outcomes).title == "one, seed 1"
    assert "1 combination in cell." in sweep_report(done)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (999.4, "999"),
        (999.5, "1,000"),
        (-999.9, "-1,000"),
        (1234.5, "1,234"),
        (0.00012, "0.00012"),
        (1e9, "1,000,000,000"),
    ],
)
def test_values_have_no_needless_power_of_ten(value: float, text: str) -> None:
    """Three digits, or all before the point."""
    assert shown(value, "h") == text


def test_small_values_keep_two_digits() -> None:
    """Of the half-width: none becomes 0.000000."""
    assert interval_text(Interval(2e-8, 1e-8, 3e-8), "h") == "2e-08 ± 1e-08"
    assert interval_text(Interval(0.25, 0.24, 0.26), "h") == "0.250 ± 0.010"
    assert interval_text(Interval(0.25, 0.24, 0.26), "share") == "25.0 ± 1.0 %"
