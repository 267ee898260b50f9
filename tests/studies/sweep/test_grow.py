"""Sweeps that grow: what is kept finds its place, and what it is not is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from sweep_bench import SMALL, sweep, tables, write

from kernel.errors import BadInput
from studies import store
from studies.case import Case, Outcome, perform
from studies.report.sweep import sweep_report
from studies.store import Store
from studies.sweep import execute
from studies.versions import mixed, sources_in

VARIED = """\
world = "cell"
policy = "rule"
days = 0.4
seed = 5
replications = 2
kpis = ["flow_time", "wip"]
[factors]
vehicles = [1, 2]
[variants]
plain = {}
short = { policy = "rule:SPT" }
"""

#: What becomes of the file, and the runs of the larger design that are new.
GROWN = {
    "replications": (("replications = 2", "replications = 3"), [2, 5, 8, 11]),
    "an earlier seed": (
        ("seed = 5\nreplications = 2", "seed = 4\nreplications = 3"),
        [0, 3, 6, 9],
    ),
    "a value before": (("vehicles = [1, 2]", "vehicles = [3, 1, 2]"), [0, 1, 2, 3]),
    "a variant": (
        ("plain = {}", 'plain = {}\nold = { policy = "rule:FIFO" }'),
        [2, 3, 8, 9],
    ),
    "all turned round": (("vehicles = [1, 2]", "vehicles = [2, 1]"), []),
}

SHRUNK = {
    "a seed fewer": ("replications = 2", "replications = 1", "seed 6.* any more"),
    "a value fewer": ("[1, 2]", "[1]", "vehicles 2.* any more"),
    "a variant renamed": ("short =", "brief =", '"short".* any more'),
    "a variant changed": ("rule:SPT", "rule:EDD", 'another run.*"short", seed 5'),
    "a figure more": ('"wip"]', '"wip", "on_time"]', "another list of kpis"),
    "other days": ("days = 0.4", "days = 0.5", "another scenario or world"),
    "other factors": ("vehicles =", "load =", "another list of factors"),
}


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the numbers of the runs that are made from now on."""
    numbers: list[int] = []

    def noted(case: Case) -> Outcome:
        numbers.append(case.number)
        return perform(case)

    monkeypatch.setattr(execute, "perform", noted)
    return numbers


def resume(folder: Path) -> execute.Sweep:
    """Go on with the sweep in a folder."""
    return execute.carry_out(*execute.resumed(folder))


def edit(folder: Path, old: str, new: str) -> None:
    """Change the file of a sweep that has begun."""
    file = folder / execute.FILE
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.parametrize(("change", "new"), GROWN.values(), ids=GROWN)
def test_only_what_is_new_is_run(
    tmp_path: Path, performed: list[int], change: tuple[str, str], new: list[int]
) -> None:
    """A sweep that has grown ends in the tables of one begun as large."""
    folder = sweep(write(tmp_path, VARIED), tmp_path / "out").folder
    edit(folder, *change)
    performed.clear()
    resume(folder)
    assert performed == new
    at_once = sweep(write(tmp_path, VARIED.replace(*change)), tmp_path / "once")
    assert tables(folder) == tables(at_once.folder)


def test_an_interrupted_sweep_grows(tmp_path: Path, performed: list[int]) -> None:
    """What was left before the change is run with what it brings."""
    design, folder = execute.begun(write(tmp_path, VARIED), tmp_path / "out")

    def stop(done: int, runs: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute.carry_out(design, folder, progress=stop)
    edit(folder, "replications = 2", "replications = 3")
    performed.clear()
    resume(folder)
    assert performed == [2, *range(4, 12)]


def test_runs_of_another_state_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who goes on with changed code gets a table, and a word in it and its report."""
    folder = sweep(write(tmp_path, VARIED), tmp_path / "out").folder
    monkeypatch.setattr(store, "state", lambda: "changed")
    assert resume(folder).states == 1  # there was nothing to run
    edit(folder, "replications = 2", "replications = 3")
    done = resume(folder)
    assert done.states == 2
    (said,) = mixed(done.states)
    assert said in unescape(sweep_report(done))
    assert resume(folder).states == 2


def test_a_store_that_does_not_say_who_made_it(tmp_path: Path) -> None:
    """Runs of which nobody knows are of another state than what is added."""
    path = tmp_path / "a.db"
    with Store(path, "f") as kept:
        kept.add(Outcome(number=1, seed=1, kpis={}))
        assert kept.states() == 1
    with closing(sqlite3.connect(path)) as file:
        file.execute("DELETE FROM about WHERE name LIKE 'made by %'")
        file.commit()
    with Store(path, "f") as kept:
        assert kept.states() == 0
        kept.add(Outcome(number=2, seed=1, kpis={}))
        assert kept.states() == 2


def test_a_run_that_is_not_kept_has_no_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor have runs that were given up: what is left in the store is of one state."""
    path = tmp_path / "a.db"
    with Store(path, "f:1") as kept:
        kept.add(Outcome(number=1, seed=1, kpis={}), "{}")
    monkeypatch.setattr(store, "state", lambda: "changed")
    with Store(path, "f:1") as kept:
        with pytest.raises(sqlite3.IntegrityError):
            kept.add(Outcome(number=1, seed=1, kpis={}), "{}")
        assert kept.states() == 1
    with Store(path, "f:2", lambda runs: {}) as kept:
        kept.add(Outcome(number=1, seed=1, kpis={}), "{}")
        assert kept.states() == 1


def test_an_editors_lock_is_no_source(tmp_path: Path) -> None:
    """A hidden link to nowhere, such as Emacs makes, is not read."""
    (tmp_path / "a.py").write_text("")
    (tmp_path / ".#a.py").symlink_to("somebody@somewhere.1")
    assert sources_in(tmp_path) == [tmp_path / "a.py"]


@pytest.mark.parametrize(("old", "new", "said"), SHRUNK.values(), ids=SHRUNK)
def test_what_is_kept_is_not_thrown_away(
    tmp_path: Path, performed: list[int], old: str, new: str, said: str
) -> None:
    """A file that asks for less, or for something else, is refused; all stays."""
    folder = sweep(write(tmp_path, VARIED), tmp_path / "out").folder
    before = tables(folder)
    performed.clear()
    edit(folder, old, new)
    with pytest.raises(BadInput, match=rf"sweep\.(toml|db).*{said}.*expected"):
        resume(folder)
    edit(folder, new, old)
    resume(folder)
    assert performed == []
    assert tables(folder) == before


def test_before_the_first_run_anything_may_be_mended(tmp_path: Path) -> None:
    """Nothing is thrown away then: a sweep that was stopped before one had ended."""
    design, folder = execute.begun(write(tmp_path, VARIED), tmp_path / "out")
    Store(folder / execute.STORE, design.fingerprint()).__exit__(None, None, None)
    edit(folder, *SHRUNK["a figure more"][:2])
    done = resume(folder)
    assert all("on_time" in outcome.kpis for outcome in done.outcomes)


def test_what_never_began_is_tried_again(tmp_path: Path, performed: list[int]) -> None:
    """Growth may mend a variant that could not be run at all."""
    folder = sweep(write(tmp_path, VARIED), tmp_path / "out").folder
    expected = tables(folder)
    with closing(sqlite3.connect(folder / execute.STORE)) as file:
        # As a run is kept whose scenario could not be resolved.
        file.execute("UPDATE runs SET scenario = '', error = 'x' WHERE run = 3")
        file.execute("UPDATE runs SET run = run + 4 WHERE run >= 4")
        file.execute("UPDATE about SET value = value || 'z' WHERE name = 'fingerprint'")
        file.commit()
    performed.clear()
    resume(folder)
    assert performed == [3]
    assert tables(folder) == expected


def test_more_of_a_sobol_design(tmp_path: Path, performed: list[int]) -> None:
    """Its first points are those of the smaller one."""
    text = SMALL[: SMALL.index("[factors]")] + (
        'design = "sobol"\nsamples = 2\n[factors]\nload = { low = 0.5, high = 0.7 }\n'
    )
    folder = sweep(write(tmp_path, text), tmp_path / "out").folder
    before = len(performed)
    edit(folder, "samples = 2", "samples = 4")
    resume(folder)
    assert len(performed) == 2 * before
    edit(folder, "seed = 5\nreplications = 3", "seed = 4\nreplications = 4")
    with pytest.raises(BadInput, match=r"any more.*seed as it was, by which samples"):
        resume(folder)


@pytest.mark.parametrize("design", ["sobol", "latin hypercube"])
def test_samples_that_repeat(tmp_path: Path, performed: list[int], design: str) -> None:
    """Four samples of two whole numbers: runs that are alike keep to their places."""
    text = SMALL[: SMALL.index("[factors]")].replace("= 3", "= 1") + (
        f'design = "{design}"\nsamples = 4\n'
        "[factors]\nvehicles = { low = 1, high = 2 }\n"
    )
    folder = sweep(write(tmp_path, text), tmp_path / "out").folder
    change = ("replications = 1", "replications = 2")
    edit(folder, *change)
    performed.clear()
    resume(folder)
    assert performed == [1, 3, 5, 7]
    at_once = sweep(write(tmp_path, text.replace(*change)), tmp_path / "once")
    assert tables(folder) == tables(at_once.folder)


def test_damaged_factors_are_said(tmp_path: Path) -> None:
    """One sentence that names the store."""
    folder = sweep(write(tmp_path, VARIED), tmp_path / "out").folder
    edit(folder, "replications = 2", "replications = 3")
    for factors in ("garb", "7", "NULL", '{"vehicles": [1]}', "[" * 100_000, None):
        with closing(sqlite3.connect(folder / execute.STORE)) as file:
            file.execute("UPDATE runs SET factors = ? WHERE run = 2", (factors,))
            file.commit()
        with pytest.raises(BadInput, match=r"sweep\.db.*damaged"):
            resume(folder)


def test_whose_runs_it_holds_must_be_said(tmp_path: Path) -> None:
    """A store that has lost its fingerprint takes no new one."""
    folder = sweep(write(tmp_path, VARIED), tmp_path / "out").folder
    for change in ("UPDATE about SET value = NULL", "DELETE FROM about"):
        with closing(sqlite3.connect(folder / execute.STORE)) as file:
            file.execute(change)
            file.commit()
        with pytest.raises(BadInput, match=r"sweep\.db.*whose runs"):
            resume(folder)


def test_a_comparison_goes_with_its_question(tmp_path: Path) -> None:
    """Who asks for none any more keeps no old one."""
    compared = 'compare = "variant"\n'
    text = VARIED.replace("[factors]", compared + "[factors]")
    folder = sweep(write(tmp_path, text), tmp_path / "out").folder
    assert (folder / "comparison.json").exists()
    edit(folder, compared, "")
    resume(folder)
    assert not list(folder.glob("comparison.*"))
    (folder / "comparison.json").mkdir()
    with pytest.raises(BadInput, match=r"comparison\.json.*taken away"):
        resume(folder)


def test_all_runs_move_or_none(tmp_path: Path) -> None:
    """A store whose runs find no place is as it was."""
    path = tmp_path / "a.db"
    with Store(path, "a:b") as store:
        for number in range(3):
            store.add(Outcome(number=number, seed=number, kpis={}), "{}")

    def refuse(kept: object) -> dict[int, int]:
        raise BadInput("here", "", "no")

    def clash(kept: object) -> dict[int, int]:
        return {0: 7, 1: 7}

    refusals: list[Callable[[object], dict[int, int]]] = [refuse, clash]
    for places in refusals:
        with pytest.raises(BadInput):
            Store(path, "a:c", places)
        with Store(path, "a:b") as store:
            assert store.done() == {0, 1, 2}
    with Store(path, "a:c", lambda kept: {0: 2, 2: 0}) as store:
        assert [(o.number, o.seed) for o in store.outcomes()] == [(0, 2), (2, 0)]
