"""Sequential stopping: just when it should, judged by SciPy on made-up runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
from made_up import DIFFERENCES, experiment, flow_time, noisy
from scipy import stats

import run
from agents.scenario import Scenario
from kernel.errors import BadInput
from measures.statistics import paired_difference
from studies.compare import Outcome, kpis_of, stopping_of
from studies.compare.folder import write_comparison
from studies.compare.notes import notes
from studies.compare.table import tables
from worlds.read import read_world


def first_narrow(first: int, allowed: float) -> int:
    """Return the first number of replications whose half-width is narrow enough."""
    for n in range(first, len(DIFFERENCES) + 1):
        error = stats.sem(DIFFERENCES[:n])
        if stats.t.ppf(0.975, n - 1) * error <= allowed:
            return n
    raise AssertionError("never narrow enough")


@pytest.mark.parametrize("percent", [4, 5, 3.5, 9])
def test_it_stops_at_the_first_narrow_look(percent: float) -> None:
    """Neither before nor after, from the first look on."""
    expected = first_narrow(3, percent)
    found = experiment(
        runner=flow_time,
        asked=["flow_time"],
        replications=3,
        until=f"{percent}%",
        most=14,
    )
    assert len(found.first.seeds) == expected
    assert found.stopping.reached(found.first)
    assert found.as_json()["stopping"]["reached"]
    assert found.runs == 2 * expected


def test_relative_and_absolute_half_widths_agree() -> None:
    """With a reference mean of 100, 4 % and 4.0 are the same."""
    asked = {"runner": flow_time, "asked": ["flow_time"], "most": 14}
    one, other = (experiment(**asked, until=until) for until in ("4%", "4"))  # type: ignore[arg-type]
    assert one.first.kpis == other.first.kpis
    assert other.stopping.asked == "4"


def test_what_it_would_take_is_told() -> None:
    """At the end of patience the number of replications comes from the spread."""
    found = experiment(
        runner=flow_time, asked=["flow_time"], replications=4, until="2%", most=6
    )
    told = found.as_json()["stopping"]
    assert told["reached"] is False
    assert told["half_width_allowed"] == 2.0
    spread, n = np.std(DIFFERENCES[:6], ddof=1), 6
    while stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n) > 2:
        n += 1
    assert told["replications_needed"] == n > 6


def test_cells_stop_one_by_one() -> None:
    """A cell that is narrow enough makes no more runs, others go on."""

    def runner(scenario: object, _: object = None) -> Outcome:
        outcome = flow_time(scenario)  # type: ignore[arg-type]
        few = len(scenario.world.vehicles) and scenario.world.vehicles[0].count == 1  # type: ignore[attr-defined]
        value = outcome.kpis["flow_time"]
        return Outcome(kpis={"flow_time": 100 + (value - 100) / (10 if few else 1)})

    found = experiment(
        ["vehicles=1,2"],
        runner,
        asked=["flow_time"],
        replications=3,
        until="4%",
        most=14,
    )
    assert [len(cell.seeds) for cell in found.cells] == [3, first_narrow(3, 4)]
    pooled = found.pooled("negotiated", "flow_time")
    assert pooled is not None
    tenth = [11 * difference / 20 for difference in DIFFERENCES[:3]]
    assert pooled == (pytest.approx(fmean(tenth)), None, None)


def test_a_reference_of_nothing_is_out_of_reach() -> None:
    """A share of nothing is never reached, unless nothing differs."""

    def runner(scenario: object, _: object = None) -> Outcome:
        value = flow_time(scenario).kpis["flow_time"] - 100  # type: ignore[arg-type]
        return Outcome(kpis={"flow_time": value})

    found = experiment(runner=runner, asked=["flow_time"], until="5%", most=6)
    assert found.as_json()["stopping"]["replications_needed"] is None
    same = experiment(
        runner=lambda *_: Outcome(kpis={"flow_time": 0.0}),
        asked=["flow_time"],
        until="5%",
        most=6,
    )
    assert len(same.first.seeds) == 5
    assert same.stopping.reached(same.first)


def test_a_kpi_without_value_cannot_stop() -> None:
    """It is refused at the first look, naming a KPI there is."""
    with pytest.raises(BadInput, match=r"flow_time\.x.*no value.*\"flow_time\""):
        experiment(runner=noisy, asked=["flow_time.x"], until="5%")


def without_it(scenario: Scenario, _: object = None) -> Outcome:
    """Return a flow time, which seed 5 lacks under one policy with many vehicles."""
    gone = (scenario.seed, scenario.policy.name) == (5, "negotiated")
    if gone and scenario.world.vehicles[0].count > 1:
        return Outcome(kpis={"wip": 1.0})
    return flow_time(scenario)


@pytest.mark.parametrize("vary", [[], ["vehicles=1,2"]])
def test_a_kpi_that_a_later_seed_lacks_loses_no_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], vary: list[str]
) -> None:
    """Its cell stops there and says so, others go on, and all is shown and written."""
    found = experiment(
        vary, without_it, asked=["flow_time"], replications=3, until="4%", most=14
    )
    counts = [first_narrow(3, 4), 5] if vary else [5]
    assert [len(cell.seeds) for cell in found.cells] == counts
    write_comparison(found, tmp_path / "c", ["run.py", "compare"])
    about = json.loads((tmp_path / "c/compare.json").read_text())
    *others, told = [of["stopping"] for of in about.get("cells", [about])]
    assert [(of["reached"], of["missing_seed"]) for of in others] == [
        (True, None) for _ in vary
    ]
    assert told["missing_seed"] == 5
    assert told["reached"] is False
    assert told["half_width"] == {"negotiated": None}
    assert told["half_width_allowed"] == pytest.approx(4)
    assert told["replications_needed"] is None
    with (tmp_path / "c/compare.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 2 * sum(counts)
    said = "out of reach: flow_time is missing under seed 5."
    assert sum(said in note for note in notes(found)) == 1
    assert said in (tmp_path / "c/report.html").read_text()
    for table in tables(found):
        run._print_table(table)
    assert ("seed 5 lacks it" in capsys.readouterr().out) == bool(vary)


def test_a_missing_kpi_is_refused_only_to_save_runs() -> None:
    """Where all are made by the first look, they are shown."""
    asked = {"runner": without_it, "asked": ["flow_time"], "until": "4%"}
    with pytest.raises(BadInput, match=r"no value in every run under negotiated"):
        experiment(**asked, replications=5, most=6)  # type: ignore[arg-type]
    found = experiment(**asked, replications=5, most=5)  # type: ignore[arg-type]
    assert found.as_json()["stopping"]["missing_seed"] == 5


def test_equal_differences_are_narrow_from_six_seeds_on() -> None:
    """Two or five that are equal may be luck; where nothing differs, two will do."""

    def one_more(scenario: Scenario, _: object = None) -> Outcome:
        more = 0.0 if scenario.policy.name == "rule" else 1.0
        return Outcome(kpis={"throughput": (scenario.seed + more) / 3})

    asked = {"runner": one_more, "asked": ["throughput"], "until": "5%"}
    found = experiment(**asked, replications=2)  # type: ignore[arg-type]
    assert len(found.first.seeds) == 6
    assert found.as_json()["stopping"]["reached"]
    short = experiment(**asked, replications=2, most=4)  # type: ignore[arg-type]
    told = short.as_json()["stopping"]
    assert told["reached"] is False
    assert told["replications_needed"] == 6
    twice = ["rule", "rule:reference"]
    asked["runner"] = lambda scenario, _=None: Outcome(
        kpis={"throughput": float(scenario.seed)}
    )
    same = experiment(**asked, policies=twice, replications=2)  # type: ignore[arg-type]
    assert len(same.first.seeds) == 2


@pytest.mark.parametrize("until", ["0", "0%", "-1", "nan", "inf", "x", "", "%", "1e99"])
def test_half_widths_are_above_nothing(until: str) -> None:
    """What is no half-width is refused."""
    with pytest.raises(BadInput, match="--until-half-width"):
        stopping_of(["a", "b"], "wip", until=until)


def test_numbers_fit_each_other() -> None:
    """Two runs at least, two policies, and an end that is not before the first look."""
    with pytest.raises(BadInput, match="--replications"):
        stopping_of(["a", "b"], "wip", 1, "5%")
    with pytest.raises(BadInput, match="two policies"):
        stopping_of(["a"], "wip", 5, "5%")
    with pytest.raises(BadInput, match="--max-replications: 4, expected 5"):
        stopping_of(["a", "b"], "wip", 5, "5%", 4)
    with pytest.raises(BadInput, match="beside it"):
        stopping_of(["a", "b"], "wip", 5, None, 9)
    assert stopping_of(["a", "b"], "wip", 200, "5%").most == 200


def test_kpis_are_known() -> None:
    """Names of docs/kpis.md, of machines there are; each once; nearest named."""
    cell = read_world("cell")
    assert kpis_of(None, cell) == ()
    assert kpis_of("wip, oee.mill", cell) == ("wip", "oee.mill")
    assert "oee.turn1" in kpis_of("oee", cell)
    for name, near in (("throughputt", "throughput"), ("oee.mil", "oee.mill")):
        with pytest.raises(BadInput, match=f'did you mean "{near}"'):
            kpis_of(name, cell)
    with pytest.raises(BadInput, match="each once"):
        kpis_of("wip,wip", cell)


@pytest.mark.slow
def test_stopping_costs_little_coverage() -> None:
    """Of 1,000 studies stopped at will, more than 90 % cover: docs/compare.md says."""
    rng, covered = np.random.default_rng(9), 0
    for _ in range(1000):
        values = list(rng.normal(0, 1, 10))
        while (found := paired_difference(values, [0.0] * len(values))).half > 0.4:  # type: ignore[operator]
            values.append(rng.normal(0, 1))
        covered += found.low <= 0 <= found.high  # type: ignore[operator]
    assert covered > 900
