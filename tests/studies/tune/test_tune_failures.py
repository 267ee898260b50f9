"""A tuning that meets failing runs, odd folders, damaged files and odd requests."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from shutil import copyfile, copytree

import pytest
from scipy.stats import t as student

pytest.importorskip("optuna")

import run
from kernel.errors import BadInput
from measures.statistics import holm
from studies.case import Case, Outcome
from studies.store import Store
from studies.tables import p_text
from studies.tune import execute
from studies.tune.candidate import Candidate
from studies.tune.folder import tuning_and_folder
from studies.tune.results import as_json, winner_table
from studies.tune.said import about_front, about_importance, verdict
from studies.tune.search import SearchParams
from studies.tune.space import Asked, Tuning, tuning_of
from studies.tune.trials import Trials

ASKED = Asked(
    world="cell",
    policy="rule",
    vary=("vehicles=1..9",),
    minimise=("flow_time", "wip"),
    runs=24,
)
ARGV = ["tune", "cell", "--policy", "rule", "--runs", "24", "--vary", "vehicles=1..9"]
ARGV += ["--minimise", "flow_time", "--minimise", "wip"]
FOUR = SearchParams(last=4)
Fails = Callable[[int, int], bool]


def vehicles_of(case: Case) -> int:
    """Return how many vehicles a case has; 0 is the present plant."""
    return int(dict(case.settings).get("vehicles", 0))


def made_up(fails: Fails) -> Callable[[Case], Outcome]:
    """Return what makes runs up, of which those fail that are said to."""

    def perform(case: Case) -> Outcome:
        n = vehicles_of(case)
        if fails(n, case.seed):
            return Outcome(number=case.number, seed=case.seed, kpis={}, error="no")
        kpis = {"flow_time": 60.0 - n, "wip": 10.0 + n + case.seed % 3}
        return Outcome(number=case.number, seed=case.seed, kpis=kpis)

    return perform


@pytest.fixture(autouse=True)
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fails], None]:
    """Have runs made up; return what says which of them fail: vehicles, seed."""

    def let(fails: Fails) -> None:
        monkeypatch.setattr(execute, "perform", made_up(fails))

    let(lambda n, seed: False)
    return let


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tuning that has ended."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "perform", made_up(lambda n, seed: False))
        return carried_out(tmp_path_factory.mktemp("kept") / "out").folder


@pytest.fixture
def ended(kept: Path, tmp_path: Path) -> Path:
    """Return such a folder that may be spoilt."""
    return Path(copytree(kept, tmp_path / "ended"))


def carried_out(
    folder: Path, asked: Asked = ASKED, params: SearchParams | None = FOUR
) -> execute.Tuned:
    """Return a tuning with four leaders at last, all of them on the front."""
    tuning, _ = tuning_and_folder(asked, folder, None)
    return execute.carry_out(tuning, folder, params=params)


# -- runs that fail ------------------------------------------------------------------


def test_a_winner_that_fails_is_left_out_alone(
    failing: Callable[[Fails], None], tmp_path: Path
) -> None:
    """The others meet the present plant, under the seeds that it comes through."""
    whole = carried_out(tmp_path / "whole")
    four = [winner.candidate.values["vehicles"] for winner in whole.winners]
    assert len(four) == 4
    fresh = whole.fresh
    assert list(fresh) == list(range(1_000_001, 1_000_011))

    failing(lambda n, s: (n, s) in {(four[0], fresh[1]), (0, fresh[2]), (9, fresh[2])})
    done = carried_out(tmp_path / "done")
    assert [one.candidate.values["vehicles"] for one in done.winners] == four[1:]
    assert done.fresh == fresh[:2] + fresh[3:]
    assert as_json(done)["fresh_seeds"] == list(done.fresh)
    assert "Under fresh seeds 1 of the front failed." in verdict(done)
    but = "1000010 but 1 that the present plant fails under"
    assert but in winner_table(done).title
    assert "failed" not in verdict(whole)

    failing(lambda n, s: n == 0)
    none = carried_out(tmp_path / "none")
    assert not none.winners
    assert "comparison with the present plant failed" in verdict(none)
    assert not winner_table(none).rows


def test_all_runs_are_counted_as_checked(
    failing: Callable[[Fails], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Those of a comparison that failed were checked like all others."""
    failing(lambda n, seed: n != 0 and seed > 1_000_000)
    assert run.main([*ARGV, "--out", str(tmp_path / "out")]) == 1
    with closing(sqlite3.connect(tmp_path / "out" / execute.STORE)) as file:
        (rows,) = file.execute("SELECT count(*) FROM runs").fetchone()
    assert f"checked: {rows} runs" in capsys.readouterr().out


def test_a_seed_that_fails_for_all_does_not_end_the_tuning(
    failing: Callable[[Fails], None], tmp_path: Path
) -> None:
    """Not even the first one, and what is sound has no hole in it."""
    failing(lambda n, seed: seed in (1, 4))
    done = carried_out(tmp_path / "out", replace(ASKED, runs=60))
    assert not any(one.broken for one in done.candidates)
    assert len(done.winners) == 4
    assert {outcome.seed for outcome in done.failed} == {1, 4}


def test_runs_have_numbers_of_their_own(tmp_path: Path) -> None:
    """However often one configuration is tried, with the largest budget."""
    tuning = tuning_of(replace(ASKED, runs=1_000_000))
    with Store(tmp_path / "runs.db", "") as store:

        def spread(cases):
            for case in cases:
                kpis = {"flow_time": float(case.seed), "wip": float(vehicles_of(case))}
                yield Outcome(number=case.number, seed=case.seed, kpis=kpis)

        trials = Trials(tuning, store, spread, None, expected=0)
        one, other = (Candidate(n, {"vehicles": 1 + n}) for n in range(2))
        asked = [(one, 100_000), (other, 0), (one, 999_999), (other, 999_999)]
        losses = [(100_001.0, 1.0), (1.0, 2.0), (1_000_000.0, 1.0), (1_000_000.0, 2.0)]
        assert trials(asked) == losses


# -- several aims --------------------------------------------------------------------


def test_a_front_is_shown_whole_and_its_ends_meet_the_present_plant(
    tmp_path: Path,
) -> None:
    """More vehicles make orders quicker and more is under way: all nine are good."""
    asked = replace(ASKED, runs=100)
    done = carried_out(tmp_path / "out", asked, params=None)
    shown = [one.values["vehicles"] for one in done.front]
    assert shown == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert len({len(one.losses) for one in done.front}) == 1
    met = [winner.candidate.values["vehicles"] for winner in done.winners]
    assert met[0] == 9
    assert met[-1] == 1
    assert met == sorted(met, reverse=True)
    (said,) = about_front(done)
    assert said.startswith("The front has 9 members. 4 of them met the present plant:")
    cut = carried_out(tmp_path / "cut", asked, SearchParams(most=5, leaders=5))
    assert len(cut.front) == 5
    assert about_front(cut)[0].startswith("At first 4 more configurations that no oth")


def test_what_beats_the_present_plant_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several winners the verdict is about one that is worse in nothing."""

    def perform(case: Case) -> Outcome:
        pairs = {1: (1, 90), 2: (40, 40), 3: (90, 1), 0: (50, 50)}
        flow, wip = pairs.get(vehicles_of(case), (99, 99))
        kpis = {"flow_time": float(flow), "wip": float(wip)}
        return Outcome(number=case.number, seed=case.seed, kpis=kpis)

    monkeypatch.setattr(execute, "perform", perform)
    done = carried_out(tmp_path / "out", params=None)
    assert verdict(done) == (
        "Against the present plant (vehicles = 2), vehicles = 2: "
        "flow_time -10 ± 0, better; wip -10 ± 0, better."
    )


def test_luck_is_adjusted_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four winners in two aims are eight chances to be lucky: one is, and is not sure.

    No configuration is better than another here. P-values are those of the intervals.
    """

    def perform(case: Case) -> Outcome:
        luck = Random(f"{vehicles_of(case)} {case.seed}")
        kpis = {"flow_time": luck.gauss(50, 5), "wip": luck.gauss(50, 5)}
        return Outcome(number=case.number, seed=case.seed, kpis=kpis)

    monkeypatch.setattr(execute, "perform", perform)
    for seed in range(1, 30):
        done = carried_out(tmp_path / str(seed), replace(ASKED, seed=seed))
        changes = [change for one in done.winners for change in one.difference]
        if any(change.high < 0 for change in changes):
            break
    assert any(change.high < 0 for change in changes)
    assert len(changes) == 2 * len(done.winners) >= 4
    scale = student.ppf(0.975, 9)
    p = [2 * student.sf(abs(one.mean) / one.half * scale, 9) for one in changes]
    told = [p for one in done.winners for p in one.p_holm]
    assert told == pytest.approx(holm(p))
    assert "better" not in verdict(done)
    assert "worse" not in verdict(done)
    table = winner_table(done)
    assert [row[-1] for row in table.rows] == list(map(p_text, told))


def test_the_present_plant_is_not_held_against_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If it is among the winners there is nothing to test, nor to adjust for."""

    def perform(case: Case) -> Outcome:
        n = vehicles_of(case) or 2
        luck = Random(f"{n} {case.seed}").random()
        kpis = {"flow_time": 40 - 10 * n + luck, "wip": 10 * n + luck}
        return Outcome(number=case.number, seed=case.seed, kpis=kpis)

    monkeypatch.setattr(execute, "perform", perform)
    asked = replace(ASKED, vary=("vehicles=1..3",))
    done = carried_out(tmp_path / "out", asked, params=None)
    found = {one.candidate.values["vehicles"]: one.p_holm for one in done.winners}
    assert found[2] == (None, None)
    assert all(p < 1e-6 for n in (1, 3) for p in found[n])


def test_what_importance_rests_on_is_said(tmp_path: Path) -> None:
    """Of all there are, of too few, and where nothing decides."""
    done = carried_out(tmp_path / "out", replace(ASKED, runs=100))
    rests = as_json(done)["importance_rests_on"]
    assert rests == {"configurations": 9, "seeds": done.importance.seeds}
    told = f"9 configurations (all there are), means of {done.importance.seeds} seeds"
    assert told in about_importance(done)
    few = carried_out(tmp_path / "few", replace(ASKED, vary=("load=0.1..0.9",)))
    assert few.importance.shares == {"flow_time": {}, "wip": {}}
    assert about_importance(few).startswith(
        "How much each key decides cannot be said of 8 configurations, expected 10 or"
    )
    many = replace(ASKED, vary=("load=0.1..0.9",), runs=60)
    equal = carried_out(tmp_path / "equal", many)
    assert about_importance(equal).endswith(
        "In flow_time, wip all are equal: no key decides."
    )


# -- the folder and its file ---------------------------------------------------------


@pytest.mark.parametrize("name", ["what?", "%41", "a#b", "mode=ro&x", "ü %2F"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    """All of a tuning is in its folder, and it goes on from there."""
    folder = tmp_path / "q" / name
    first = carried_out(folder)
    assert [path.name for path in folder.parent.iterdir()] == [name]
    assert (folder / execute.STUDY).read_bytes().startswith(b"SQLite format 3")
    again = execute.carry_out(first.tuning, folder, params=SearchParams(last=4))
    assert as_json(again) == as_json(first)


def spoil_all(path: Path) -> None:
    """Make it no database at all."""
    path.write_bytes(b"no database" * 1000)


def spoil_pages(path: Path) -> None:
    """Leave the first page only."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def spoil_values(path: Path) -> None:
    """Leave a database in which a distribution is none."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE trial_params SET distribution_json = '{'")


def spoil_states(path: Path) -> None:
    """Leave a database with a state that there is not."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE trials SET state = 'HAPPY'")


def make_folder(path: Path) -> None:
    """Put a folder in its place."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "spoil", [spoil_all, spoil_pages, spoil_values, spoil_states, make_folder]
)
def test_a_damaged_study_is_named(
    ended: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None]
) -> None:
    """One sentence with the file in it, exit code 2."""
    path = ended / execute.STUDY
    spoil(path)
    assert run.main(["tune", "--resume", str(ended)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith(f"error: {path}: is no study: ")


def test_a_full_disk_is_no_damage(
    ended: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The study is fine, and can be gone on with when there is room."""

    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("optuna.create_study", full)
    assert run.main(["tune", "--resume", str(ended)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1].endswith("tune.db: fails: database or disk is full")


@pytest.mark.parametrize("vary", ["vehicles=1..8", "load=0.1..0.9"])
def test_a_study_of_another_tuning_is_refused(
    ended: Path, tmp_path: Path, vary: str
) -> None:
    """What was proposed elsewhere is nothing to go on from."""
    asked = replace(ASKED, vary=(vary,))
    tuning, folder = tuning_and_folder(asked, tmp_path / "other", None)
    copyfile(ended / execute.STUDY, folder / execute.STUDY)
    with pytest.raises(BadInput, match=r"tune\.db: is of another tuning, expected"):
        execute.carry_out(tuning, folder)


def test_a_study_that_fails_meanwhile_is_named(tmp_path: Path) -> None:
    """A disk may break at any time; the sentence says with which file."""
    tuning, folder = tuning_and_folder(ASKED, tmp_path / "out", None)

    def spoil(known: int, of: int) -> None:
        if known == 10:
            with closing(sqlite3.connect(folder / execute.STUDY)) as file, file:
                file.execute("DROP TABLE trial_values")

    with pytest.raises(BadInput, match=r"tune\.db: fails: no such table"):
        execute.carry_out(tuning, folder, progress=spoil)


# -- what is asked for ---------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["--seed", "1"],
        ["--runs", "300"],
        ["--vary", "vehicles=1..3"],
        ["--set", "load=0.5"],
        ["--minimise", "wip"],
        ["--days", "3"],
    ],
)
def test_options_are_not_dropped_when_resumed(
    ended: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """Without WORLD they would be."""
    assert run.main(["tune", "--resume", str(ended), *words]) == 2
    sentence = f"{words[0]}: expected WORLD and all options, or none, with --resume"
    assert sentence in capsys.readouterr().err


def test_how_a_tuning_is_resumed_may_be_said(
    ended: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Workers and the form of the output are no options of the tuning; a folder is."""
    resume = ["tune", "--resume", str(ended)]
    assert run.main([*resume, "--workers", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["folder"] == str(ended)
    assert run.main([*resume, "--out", str(ended.parent / "new")]) == 2
    assert "--out: expected no other folder when --res" in capsys.readouterr().err
    assert not (ended.parent / "new").exists()


def test_a_seed_leaves_room_for_the_fresh_ones() -> None:
    """The highest is the first whose last fresh seed is the last there is."""
    highest = 2**63 - 1_000_010
    found: Tuning = tuning_of(replace(ASKED, seed=highest))
    assert found.fresh[-1] == 2**63 - 1
    for seed in (highest + 1, 9223372036854775000, -1):
        with pytest.raises(BadInput, match=f"--seed: {seed}, expected 0 to {highest}"):
            tuning_of(replace(ASKED, seed=seed))
