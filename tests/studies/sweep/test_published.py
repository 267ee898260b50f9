"""The runs behind docs/results.md: what the page says is what they say."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from measures.statistics import Interval
from studies.case import Outcome
from studies.compare.experiment import Experiment
from studies.sweep.design import Design, read_design
from studies.sweep.paired import paired
from studies.sweep.results import columns

ROOT = Path(__file__).parents[3]
EXPERIMENTS = ROOT / "studies" / "experiments"
RUNS = sorted((EXPERIMENTS / "results").glob("*.csv"))
PAGE = (ROOT / "docs" / "results.md").read_text()

#: What is said of the sum over cells: runs, reference, who, of what, to a tenth.
SAID = (
    ("policies-electronics", "rule:ATC", "hybrid", "weighted_tardiness"),
    ("policies-electronics", "negotiated", "hybrid", "weighted_tardiness"),
    ("planner-electronics", "rule", "hybrid", "weighted_tardiness"),
    ("planner-electronics", "rule", "hybrid", "flow_time"),
    ("planner-electronics", "rule", "hybrid", "on_time"),
    ("planner-electronics", "rule", "hybrid", "rush_on_time"),
    ("policies-machining", "rule", "hybrid", "weighted_tardiness"),
    ("policies-machining", "rule:ATC", "hybrid", "weighted_tardiness"),
    ("policies-machining", "negotiated", "hybrid", "weighted_tardiness"),
    ("planner-machining", "rule", "hybrid", "weighted_tardiness"),
    ("planner-machining", "rule, dynamic pegging", "hybrid", "weighted_tardiness"),
    ("planner-machining", "rule", "hybrid", "flow_time"),
    ("planner-machining", "rule", "hybrid", "on_time"),
    ("planner-machining", "rule, dynamic pegging", "negotiated", "weighted_tardiness"),
    ("planner-machining", "negotiated", "hybrid", "weighted_tardiness"),
    ("quiet-machining", "rule", "hybrid", "weighted_tardiness"),
    ("quiet-machining", "rule", "hybrid", "flow_time"),
)


@cache
def published(name: str) -> tuple[Design, list[dict[str, str]]]:
    """Return an experiment's design, and the rows of its runs."""
    with (EXPERIMENTS / "results" / f"{name}.csv").open(newline="") as file:
        return read_design(EXPERIMENTS / f"{name}.toml"), list(csv.DictReader(file))


def outcome(design: Design, row: dict[str, str]) -> Outcome:
    """Return the run that a row tells of."""
    return Outcome(
        number=int(row["run"]),
        seed=int(row["seed"]),
        scenario=row["scenario"],
        kpis={name: float(row[name]) for name in design.kpis if row[name]},
        digest=row["digest"],
        violations=("",) * int(row["violations"]),
        reproducible=True,
        error=row["error"],
        wall_seconds=0.0,
    )


def experiment(name: str, reference: str) -> Experiment:
    """Return what the runs of an experiment say, held against ``reference``."""
    design, rows = published(name)
    outcomes = [outcome(design, row) for row in rows]
    found = paired(replace(design, reference=reference), outcomes)
    assert found is not None
    return found


def said_of(found: Interval) -> str:
    """Return a difference as the page writes it, in percent."""
    mean, low, high = (
        f"{round(value, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")
        for value in (found.mean, found.low, found.high)
    )
    return f"{mean} % ({low} to {high})"


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_runs_are_those_of_the_experiment(path: Path) -> None:
    """Row by row what the file asks for, each gone through without a violation."""
    design, rows = published(path.stem)
    outcomes = [outcome(design, row) for row in rows]
    assert [one.number for one in outcomes] == list(range(len(design)))
    assert [one.seed for one in outcomes] == list(design.seeds) * len(design.cells)
    assert not any(one.error or one.violations for one in outcomes)
    told = columns(design, outcomes)
    assert list(rows[0]) == list(told)
    for key in design.factors:
        assert [row[key] for row in rows] == [str(v) for v in told[key].to_pylist()]


@pytest.mark.parametrize(("name", "reference", "who", "kpi"), SAID)
def test_the_page_says_what_the_runs_say(
    name: str, reference: str, who: str, kpi: str
) -> None:
    """A figure that nobody measured, or of runs that are gone, is not on it."""
    found = experiment(name, reference).summed(who, kpi)
    assert found is not None
    assert said_of(found) in PAGE
