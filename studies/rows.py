"""A row of a store read back: what a run was, and by which factors."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from studies.case import Outcome

#: What the columns hold: run, scenario, seed, factors, kpis, digest, violations,
#: reproducible, error, seconds.
_KINDS = (int, str, int, str, str, str, str, int, str, float)


def outcome_of(row: tuple[Any, ...]) -> Outcome:
    """Return the run that a row keeps.

    Raises
    ------
    TypeError, ValueError, OverflowError, RecursionError
        If it is not what was written.
    """
    number, scenario, seed, _, kpis, digest, violations, same, error, wall = row
    if not all(map(isinstance, row, _KINDS)):
        raise TypeError(f"run {number}")
    found, said = json.loads(kpis), json.loads(violations)
    if not isinstance(found, dict) or not isinstance(said, list):
        raise TypeError(f"run {number}")
    if not all(isinstance(v, int | float) and isfinite(v) for v in found.values()):
        raise TypeError(f"run {number}")
    return Outcome(
        number=number,
        seed=seed,
        scenario=scenario,
        kpis=found,
        digest=digest,
        violations=tuple(map(str, said)),
        reproducible=bool(same),
        error=error,
        wall_seconds=wall,
    )


def factors_of(row: tuple[Any, ...]) -> dict[str, str | int | float]:
    """Return the values of the factors that a row keeps.

    Raises
    ------
    TypeError, ValueError, RecursionError
        If they are not what was written.
    """
    found = dict(json.loads(row[3]))
    if not all(isinstance(value, str | int | float) for value in found.values()):
        raise TypeError(f"run {row[0]}")
    return found
