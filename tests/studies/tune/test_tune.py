"""Tuning a plant: what is asked for, kept, refused, and said in the end."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("optuna")

import run
from kernel.errors import BadInput
from studies import parallel
from studies.factors import Span
from studies.tune import execute
from studies.tune.folder import tuning_and_folder
from studies.tune.results import as_json, leader_table, write_table
from studies.tune.space import Aim, Asked, asked_of, tuning_of

ASKED = Asked(
    world="cell",
    policy="rule",
    days=0.5,
    vary=("vehicles=1..5", "policy.rule=reference,FIFO"),
    minimise=("flow_time",),
    runs=36,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> execute.Tuned:
    """Return a small tuning carried out in one go."""
    folder = tmp_path_factory.mktemp("tune") / "out"
    tuning, folder = tuning_and_folder(ASKED, folder, None)
    done = execute.carry_out(tuning, folder)
    write_table(done)
    return done


def test_ranges_are_read_as_their_keys_take_them() -> None:
    """Whole numbers, numbers, durations and choices."""
    vary = (
        "vehicles=2..12",
        "policy.stability=0..5",
        "planner.delay=1 s..1 min",
        "planner.refresh=true,false",
    )
    asked = replace(ASKED, policy="hybrid", vary=vary, minimise=("cost",))
    found = tuning_of(asked)
    assert found.space == {
        "vehicles": Span(low=2, high=12, whole=True),
        "policy.stability": Span(low=0, high=5),
        "planner.delay": Span(low=1000, high=60_000, unit="ms", whole=True),
        "planner.refresh": (True, False),
    }
    assert found.aims == (Aim("total_cost", more=False),)
    assert asked_of(json.loads(asked.text())) == asked


def test_planner_keys_are_for_the_policies_that_plan() -> None:
    """Where the policy varies they may be set, and decide the result."""
    asked = replace(ASKED, policy="rule", vary=("policy=rule,hybrid",))
    some, others = (
        tuning_of(replace(asked, settings=(("planner.window", window),)))
        for window in ("20", "30")
    )
    assert some.fingerprint() != others.fingerprint()
    with pytest.raises(BadInput, match="no planner"):
        tuning_of(replace(ASKED, policy="rule", settings=some.asked.settings))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"vary": ()}, "--vary: is missing"),
        ({"vary": ("vehicels=1..2",)}, 'vehicels.*did you mean "vehicles"'),
        ({"vary": ("vehicles",)}, "expected KEY=VALUE"),
        ({"vary": ("vehicles=3",)}, "expected low..high"),
        ({"vary": ("vehicles=3..1",)}, "lower one first"),
        ({"vary": ("vehicles=0..3",)}, "at least 1"),
        ({"vary": ("vehicles=1..x",)}, "expected a number"),
        ({"vary": ("vehicles=1,1",)}, "twice"),
        ({"vary": ("vehicles=1..2", "vehicles=1,2")}, "given twice"),
        ({"vary": ("seed=1..2",)}, "seed: is luck and no setting, expected --seed"),
        ({"vary": ("days=1..2",)}, "days: is no setting: .* expected --days"),
        ({"vary": ("world.days=1..2",)}, "days: is no setting: .* expected --days"),
        (
            {"policy": "rule:FIFO", "vary": ("policy.rule=ATC,EDD",)},
            "policy.rule: .*sets what policy 'rule:FIFO' sets",
        ),
        (
            {"vary": ("vehicles=1..1e300",)},
            "000.*, expected a whole .* 1, at most 10000",
        ),
        (
            {"vary": (f"vehicles=1..{'9' * 23}",)},
            "expected a whole .* 1, at most 10000",
        ),
        ({"vary": ("load=1..1e400",)}, "1e400.*, expected no number beyond 1e.300"),
        ({"vary": ("policy.stability=0..1",)}, "no planner"),
        ({"minimise": ()}, "--minimise: is missing"),
        ({"minimise": ("costt",)}, "costt"),
        ({"minimise": ("oee",)}, "one of its values, such as oee.turn1"),
        ({"minimise": ("wip", "wip")}, "twice"),
        ({"maximise": ("throughputt",)}, 'did you mean "throughput"'),
        ({"runs": 3}, "--runs: 3"),
        ({"settings": (("days", "3"),)}, "expected --days"),
        ({"settings": (("vehicles", "3"),)}, "vehicles: is given by --set too"),
        ({"settings": (("laod", "3"),)}, 'did you mean "load"'),
        ({"world": "cel"}, 'did you mean "cell"'),
        ({"policy": "rul"}, "rul"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, object], said: str) -> None:
    """One sentence, before anything is made."""
    with pytest.raises(BadInput, match=said):
        tuning_of(replace(ASKED, **changed))  # type: ignore[arg-type]


def test_the_end_is_front_importance_and_comparison(whole: execute.Tuned) -> None:
    """The winner has had most seeds, and met the present plant under fresh ones."""
    assert whole.runs <= 36
    assert len(whole.front) == 1
    best = whole.front[0]
    assert len(best.losses) == max(len(one.losses) for one in whole.candidates)
    assert set(whole.importance.shares["flow_time"]) == {"vehicles", "policy.rule"}
    assert whole.importance.configurations == len(whole.candidates) == 10
    (winner,) = whole.winners
    assert winner.candidate is best
    difference = winner.tuned[0].mean - winner.present[0].mean
    assert winner.difference[0].mean == pytest.approx(difference)
    assert not set(whole.fresh) & set(range(1, 100_000))
    assert len(leader_table(whole).rows) == min(8, len(whole.candidates))
    with (whole.folder / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(whole.candidates)
    assert rows[0]["front"] == "1"
    assert int(rows[0]["seeds"]) == len(best.losses)


def test_a_tuning_that_is_interrupted_ends_the_same(
    whole: execute.Tuned, tmp_path: Path
) -> None:
    """It goes on from its folder alone, in two processes, without a run more."""
    tuning, folder = tuning_and_folder(ASKED, tmp_path / "out", None)

    def stop(done: int, runs: int) -> None:
        if done == 11:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute.carry_out(tuning, folder, progress=stop)
    again, _ = tuning_and_folder(None, None, folder)
    told: list[int] = []
    done = execute.carry_out(
        again, folder, workers=2, progress=lambda known, _: told.append(known)
    )
    assert told[0] == 12
    assert as_json(done) | {"folder": ""} == as_json(whole) | {"folder": ""}
    write_table(done)
    names = (folder / "results.csv", whole.folder / "results.csv")
    one, other = (name.read_bytes() for name in names)
    assert one == other


def test_other_options_are_refused_when_resumed(whole: execute.Tuned) -> None:
    """A folder holds one tuning; the same options once more are fine."""
    resumed = tuning_and_folder(ASKED, None, whole.folder)[0]
    assert resumed.space == whole.tuning.space
    with pytest.raises(BadInput, match="begun with other options"):
        tuning_and_folder(replace(ASKED, runs=30), None, whole.folder)
    with pytest.raises(BadInput, match="holds one of these already"):
        tuning_and_folder(ASKED, whole.folder, None)
    with pytest.raises(BadInput, match="has no WORLD"):
        tuning_and_folder(None, None, None)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """Neither a missing file nor a wrong one ends in a traceback."""
    with pytest.raises(BadInput, match="expected a tuning's folder"):
        tuning_and_folder(None, None, tmp_path)
    (tmp_path / "tune.json").write_text('{"world": 3}')
    with pytest.raises(BadInput, match="is not what tune has written"):
        tuning_and_folder(None, None, tmp_path)


def test_the_command_line_tells_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two aims: the front, what mattered, and each member against the present."""
    argv = ["tune", "cell", "--policy", "rule", "--days", "0.5", "--runs", "20"]
    argv += ["--vary", "vehicles=1..4", "--minimise", "flow_time"]
    argv += ["--maximise", "vehicle_use", "--out", str(tmp_path / "out")]
    assert run.main(argv) == 0
    said = capsys.readouterr().out
    for words in ("the front (*)", "how much each key decides", "fresh seeds 1000001"):
        assert words in said
    assert "Against the present plant (vehicles = 2), vehicles = " in said
    assert (tmp_path / "out" / "tune.png").stat().st_size > 10_000
    assert run.main(["tune", "--resume", str(tmp_path / "out"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["comparison"][0]["settings"] == found["front"][0]["settings"]


def test_without_optuna_one_sentence_says_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named with the line that installs it."""
    monkeypatch.setattr(parallel, "find_spec", lambda name: None)
    argv = ["tune", "cell", "--vary", "vehicles=1..2", "--minimise", "cost"]
    assert run.main(argv) == 2
    said = capsys.readouterr().err
    assert "optuna: is not installed, expected pip install -e '.[tune]'" in said


def test_nothing_to_choose_from_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If no run has a value for the aim, there is a sentence instead of a winner."""
    asked = replace(ASKED, days=0.3335)  # an order would have 14 s in which to count
    tuning, folder = tuning_and_folder(asked, tmp_path / "out", None)
    with pytest.raises(BadInput, match="nothing to choose from: no run has flow_time"):
        execute.carry_out(tuning, folder)
