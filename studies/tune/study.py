"""Optuna's own record of a tuning, a SQLite file in its folder."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import optuna
from optuna.trial import TrialState

from kernel.errors import BadInput
from studies.tune.search import Space, ways_of

#: What SQLite says where the file is in order and something about it is not.
_PASSING = re.compile(r"disk is full|disk I/O|is locked|readonly")


@contextmanager
def kept_study(path: Path, space: Space, aims: int) -> Iterator[optuna.Study]:
    """Lend the study that a file keeps; it is begun if there is none.

    Raises
    ------
    BadInput
        If the file is no such study, damaged, of another tuning, or cannot be written.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with ExitStack() as stack:
        try:
            file = stack.enter_context(closing(sqlite3.connect(path)))
            study = _opened(file, aims)
            own = _belongs(study, space, aims)
        except Exception as error:  # damage has many faces, so all is read here
            reason = _reason(error)
            what = "fails" if _PASSING.search(reason) else "is no study"
            raise BadInput(str(path), "", f"{what}: {reason}") from None
        if not own:
            problem = "is of another tuning, expected the one its folder was begun with"
            raise BadInput(str(path), "", problem)
        try:
            yield study
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in ("optuna", "sqlalchemy"):
                raise
            raise BadInput(str(path), "", f"fails: {_reason(error)}") from None


def _opened(file: sqlite3.Connection, aims: int) -> optuna.Study:
    # In a URL some characters of a path would mean something else.
    storage = optuna.storages.RDBStorage(
        "sqlite://", engine_kwargs={"creator": lambda: file}
    )
    directions = ["minimize"] * aims
    return optuna.create_study(
        study_name="tune", storage=storage, directions=directions, load_if_exists=True
    )


def _belongs(study: optuna.Study, space: Space, aims: int) -> bool:
    """Return whether all that was proposed could have been, here."""
    ways = ways_of(space)
    halves = (TrialState.RUNNING, TrialState.FAIL)  # an interruption leaves these
    trials = study.get_trials(deepcopy=False)
    return len(study.directions) == aims and all(
        trial.distributions.items() <= ways.items()
        and (trial.state in halves or len(trial.params) == len(ways))
        for trial in trials
    )


def _reason(error: BaseException) -> str:
    """Return what was wrong in the first place, in one line."""
    while error.__cause__:
        error = error.__cause__
    return " ".join(str(error).split())[:200] or type(error).__name__
