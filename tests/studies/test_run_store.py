"""The store of a study: each run on disk at once, and what is no store is refused."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kernel.errors import BadInput
from studies.case import Outcome
from studies.store import Store

ONE = Outcome(
    number=3,
    seed=2**63 - 1,
    scenario="ab",
    kpis={"wip": 0.1 + 0.2, "oee.M1": 1e-300},
    digest="cd",
    violations=("5 ms: M1: said",),
    reproducible=False,
    error="",
    wall_seconds=1.5,
)
OTHER = Outcome(number=1, seed=0, kpis={}, error="load: 'x', expected a number")


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    """Every field to the last digit, by number."""
    path = tmp_path / "a.db"
    with Store(path, "f") as store:
        store.add(ONE, '{"load": 1}')
        store.add(OTHER)
    with Store(path, "f") as store:
        assert store.done() == {1, 3}
        assert list(store.outcomes()) == [OTHER, ONE]


def test_a_run_is_on_disk_when_it_is_kept(tmp_path: Path) -> None:
    """Whoever dies without a word right after it has lost nothing."""
    path = tmp_path / "a.db"
    child = os.fork()
    if not child:
        store = Store(path, "f")
        store.add(ONE)
        os._exit(0)
    os.waitpid(child, 0)
    with Store(path, "f") as store:
        assert store.done() == {3}


def test_it_belongs_to_one_study(tmp_path: Path) -> None:
    """Runs of another design are not mixed in."""
    path = tmp_path / "a.db"
    with Store(path, "f"):
        pass
    with pytest.raises(BadInput, match="another design"):
        Store(path, "g")


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    """Neither a text nor a folder nor a place that is not there ends in a traceback."""
    text = tmp_path / "a.db"
    text.write_text("hello, this is no database at all" * 100)
    with pytest.raises(BadInput, match="is no store"):
        Store(text, "f")
    assert text.read_text().startswith("hello")
    for path in (tmp_path, tmp_path / "not" / "there.db"):
        with pytest.raises(BadInput, match="fails"):
            Store(path, "f")


@pytest.mark.parametrize(
    "change",
    [
        "kpis = 'garb'",
        "kpis = '[1]'",
        """kpis = '{"wip": "much"}'""",
        "violations = '7'",
        "violations = '\"abc\"'",
        """kpis = '{"wip": NaN}'""",
        f"""kpis = '{{"wip": 1{"0" * 400}}}'""",
        "seed = 'x'",
        "scenario = NULL",
        "error = NULL",
    ],
)
def test_what_is_damaged_is_said(tmp_path: Path, change: str) -> None:
    """One sentence that names the file, whatever is in it."""
    path = tmp_path / "a.db"
    with Store(path, "f") as store:
        store.add(ONE)
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"UPDATE runs SET {change}")
        file.commit()
    with Store(path, "f") as store, pytest.raises(BadInput, match=r"a\.db.*damaged"):
        list(store.outcomes())


def test_a_broken_file_is_said(tmp_path: Path) -> None:
    """Pages that are gone are noticed when they are read."""
    path = tmp_path / "a.db"
    with Store(path, "f") as store:
        for number in range(200):
            store.add(replace(ONE, number=number))
    content = bytearray(path.read_bytes())
    content[8192:] = b"?" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"a\.db"), Store(path, "f") as store:
        list(store.outcomes())
