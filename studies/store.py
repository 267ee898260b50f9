"""The store of a study: one SQLite file, one row a run, written as the run ends."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from kernel.errors import BadInput
from studies.case import PASSING, Outcome
from studies.rows import factors_of, outcome_of
from studies.versions import state

_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    run INTEGER PRIMARY KEY,  -- its place in the design, from 0
    scenario TEXT,            -- SHA-256 of the resolved scenario and world
    seed INTEGER,
    factors TEXT,             -- JSON
    kpis TEXT,                -- JSON
    digest TEXT,              -- SHA-256 of the trace
    violations TEXT,          -- JSON, a sentence each
    reproducible INTEGER,
    error TEXT,
    wall_seconds REAL
);
"""
#: What names begin with, in the table ``about``, of states of the program.
_MADE_BY = "made by "
#: Told the runs that are kept, each with its factors: new numbers by old.
Places = Callable[[Sequence[tuple[Outcome, Mapping[str, Any]]]], Mapping[int, int]]


class Store:
    """The runs of a study that are done; a context manager.

    Each is kept when :meth:`add` returns, whatever ends the program then. Those that
    failed for a passing reason are given up when the file is opened anew.

    Parameters
    ----------
    path
        The file; made if it is not there.
    fingerprint
        Of what the runs belong to: what may never change, ``NAME=HASH;...`` for
        example, a colon, and what may if there are places.
    places
        Says, if only the latter has changed, where runs belong now; those without a
        place are given up. Without it no change is taken; with it any is, if there are
        no runs yet.

    Raises
    ------
    BadInput
        If it belongs to something else, is in use, is no such file or cannot be
        written; what ``places`` raises, and then all is as it was.
    """

    def __init__(
        self, path: Path, fingerprint: str, places: Places | None = None
    ) -> None:
        self._path = path
        self._state, self._noted = state(), False  # as loaded, not as it may become
        try:
            self._open(fingerprint, places)
        except sqlite3.OperationalError as error:
            busy = "locked" in str(error)
            said = "is in use, expected to be alone" if busy else f"fails: {error}"
            raise BadInput(str(path), "", said) from None
        except sqlite3.DatabaseError as error:
            raise BadInput(str(path), "", f"is no store: {error}") from None

    def _open(self, fingerprint: str, places: Places | None) -> None:
        self._file = sqlite3.connect(self._path, timeout=1, isolation_level=None)
        try:
            self._prepare(fingerprint, places)
        except BaseException:
            self._file.close()
            raise

    def _prepare(self, fingerprint: str, places: Places | None) -> None:
        file = self._file
        # One writer, which keeps the file to itself. What is committed outlives the
        # program; after a power failure the last few may be gone, and are run again.
        file.execute("PRAGMA locking_mode = EXCLUSIVE")
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = NORMAL")
        file.execute("BEGIN IMMEDIATE")
        for statement in _TABLES.split(";"):
            file.execute(statement)
        found = file.execute("SELECT value FROM about WHERE name = 'fingerprint'")
        known = found.fetchone()
        runs = file.execute("SELECT run FROM runs LIMIT 1").fetchone()
        if not isinstance(known[0] if known else "", str) or (runs and not known):
            raise sqlite3.DatabaseError("nothing says whose runs it holds")
        if known is None:
            about = [("format", "1"), ("fingerprint", fingerprint)]
            file.executemany("INSERT INTO about VALUES (?, ?)", about)
        file.execute("COMMIT")
        if known is None or known[0] == fingerprint:
            self._give_up()
            return
        if places is not None and not runs:  # nothing of it has been run
            self._move({}, fingerprint)
            return
        other = _differing(known[0], fingerprint)
        if other or places is None:
            other = other or "design, world or version of it"
            problem = f"holds runs of another {other}, expected the same"
            raise BadInput(str(self._path), "", problem)
        self._move(places(self._with_factors()), fingerprint)
        self._give_up()

    def _give_up(self) -> None:
        """Forget the runs that failed for a passing reason."""
        for error in PASSING:
            kind = f"{error.__name__}: "
            forget = "DELETE FROM runs WHERE substr(error, 1, ?) = ?"
            self._file.execute(forget, (len(kind), kind))

    def _move(self, places: Mapping[int, int], fingerprint: str) -> None:
        """Give all runs their new numbers at once, or none."""
        file = self._file
        file.execute("BEGIN IMMEDIATE")
        # Aside first, below 0: a new number may be another run's old one.
        pairs = [(-1 - new, old) for old, new in places.items()]
        file.executemany("UPDATE runs SET run = ? WHERE run = ?", pairs)
        file.execute("DELETE FROM runs WHERE run >= 0")
        file.execute("UPDATE runs SET run = -1 - run")
        change = "UPDATE about SET value = ? WHERE name = 'fingerprint'"
        file.execute(change, (fingerprint,))
        file.execute("COMMIT")

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, outcome: Outcome, factors: str = "") -> None:
        """Keep what came of a run, at once.

        Raises
        ------
        BadInput
            If the disk refuses, being full for example.
        """
        row = (
            outcome.number,
            outcome.scenario,
            outcome.seed,
            factors,
            json.dumps(dict(outcome.kpis)),
            outcome.digest,
            json.dumps(outcome.violations),
            outcome.reproducible,
            outcome.error,
            outcome.wall_seconds,
        )
        try:
            self._insert(row)
        except sqlite3.OperationalError as error:
            raise BadInput(str(self._path), "", f"cannot be written: {error}") from None

    def _insert(self, row: Sequence[Any]) -> None:
        """Keep a row; with the first one the state of the program that has made it."""
        file = self._file
        insert = "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        if self._noted:
            file.execute(insert, row)
            return
        note = "INSERT OR IGNORE INTO about VALUES (?, '')"
        with file:  # both or neither
            file.execute("BEGIN IMMEDIATE")
            if not self.done():  # what others have made was given up
                file.execute("DELETE FROM about WHERE name LIKE ? || '%'", (_MADE_BY,))
            elif not self.states():
                file.execute(note, (f"{_MADE_BY}another state",))
            file.execute(note, (_MADE_BY + self._state,))
            file.execute(insert, row)
        self._noted = True

    def states(self) -> int:
        """Return how many states of the program have made the runs.

        Raises
        ------
        BadInput
            If the file is damaged.
        """
        count = "SELECT count(*) FROM about WHERE name LIKE ? || '%'"
        with self._reading():
            return int(self._file.execute(count, (_MADE_BY,)).fetchone()[0])

    def done(self) -> set[int]:
        """Return the numbers of the runs that are kept.

        Raises
        ------
        BadInput
            If the file is damaged.
        """
        with self._reading():
            return {number for (number,) in self._file.execute("SELECT run FROM runs")}

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what is kept, by number.

        Raises
        ------
        BadInput
            If the file is damaged.
        """
        with self._reading():
            for row in self._file.execute("SELECT * FROM runs ORDER BY run"):
                yield outcome_of(row)

    def _with_factors(self) -> list[tuple[Outcome, Mapping[str, Any]]]:
        with self._reading():
            # All at once: a row that is refused leaves no statement open, nor a lock.
            rows = self._file.execute("SELECT * FROM runs").fetchall()
            return [(outcome_of(row), factors_of(row)) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (
            sqlite3.DatabaseError,
            TypeError,
            ValueError,
            OverflowError,
            RecursionError,
        ) as error:
            problem = f"is damaged ({error}), expected what a study has written"
            raise BadInput(str(self._path), "", problem) from None


def _differing(known: str, fingerprint: str) -> str:
    """Return what is another in the fixed part of a fingerprint, in words; or ""."""
    before = known.partition(":")[0].split(";")
    parts = fingerprint.partition(":")[0].split(";")
    if before == parts:
        return ""
    names = [part.partition("=")[0] for part in parts if part not in before]
    named = all("=" in part for part in (*before, *parts))
    return " and ".join(names) if named else "design, world or version of it"
