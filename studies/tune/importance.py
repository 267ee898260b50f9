"""How much each key decides: shares of the variance over the whole space.

Functional analysis of variance of a forest (Hutter, Hoos and Leyton-Brown, 2014): trees
learn the KPI from the configurations that were tried, then say what it is all over the
space, where every value of a key counts alike. So it does not matter that a search
tries what is good more often. The trees are grown on all configurations and to the end:
where the whole space has been tried the shares are exact, but for the noise that the
seeds leave. (Optuna's own evaluators are not used: PED-ANOVA looks at the best tenth
only, and its fANOVA counts combinations of choices that there are not.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.factors import Span
from studies.tune.candidate import Candidate, alike
from studies.tune.search import Space

#: Of fewer configurations nothing is said, unless there are no more.
FEWEST = 10
#: So many values of a range stand for all of them.
_LEVELS = 16
#: So many combinations of values stand for all of them.
_POINTS = 1024
_TREES = 128

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """How much each key decides, and what that rests on.

    Attributes
    ----------
    shares
        Aim -> key -> its share of the variance; empty where that cannot be said. What
        is missing to 1 keys decide only together.
    configurations, seeds
        On how many it rests: each configuration by its mean over the same seeds.
    whole
        Whether these are all the configurations there are.
    """

    shares: dict[str, dict[str, float]]
    configurations: int
    seeds: int
    whole: bool

    @property
    def enough(self) -> bool:
        """Whether there are configurations enough to say anything."""
        return self.whole or self.configurations >= FEWEST


def importance(
    candidates: Sequence[Candidate],
    params: Mapping[int, Mapping[str, Any]],
    space: Space,
    aims: Sequence[str],
) -> Importance:
    """Return how much each key decides in each aim.

    Parameters
    ----------
    params
        What was proposed for a candidate, by its number: numbers, or one of the
        choices.
    """
    points = alike(candidates)
    count = prod(map(_count, space.values()))
    found = Importance(
        shares={aim: {} for aim in aims},
        configurations=len(points),
        seeds=len(points[0].losses) if points else 0,
        whole=len(points) == count,
    )
    if not found.enough:
        return found
    rows = _coded([params[one.number] for one in points], space)
    for k, aim in enumerate(aims):
        losses = np.array([one.mean()[k] for one in points])
        if np.ptp(losses) > 0:  # else nothing decides
            found.shares[aim] = _shares(rows, losses, space)
    return found


def _count(ends: Any) -> float:
    """Return how many values a key has: of a range of numbers, beyond all counting."""
    if not isinstance(ends, Span):
        return len(ends)
    whole = ends.whole and ends.unit != "ms"
    return round(ends.high - ends.low) + 1 if whole else float("inf")


def _shares(rows: Floats, losses: Floats, space: Space) -> dict[str, float]:
    """Return the share of the variance that each key has by itself."""
    from sklearn.ensemble import ExtraTreesRegressor

    forest = ExtraTreesRegressor(_TREES, random_state=0).fit(rows, losses)
    levels = {key: _levels(ends) for key, ends in space.items()}
    grid = _coded(_grid(levels), space)
    variance = float(np.var(forest.predict(grid)))
    found, first = {}, 0
    for key, values in levels.items():
        codes = [_code(value, space[key]) for value in values]
        columns = slice(first, first + len(codes[0]))
        first = columns.stop
        means = []
        for code in codes:
            there = grid.copy()
            there[:, columns] = code
            means.append(float(np.mean(forest.predict(there))))
        found[key] = float(np.var(means)) / variance if variance > 0 else 0.0
    return found


def _levels(ends: Any) -> list[Any]:
    """Return values of a key that stand for all: of many numbers, some, evenly."""
    if not isinstance(ends, Span):
        return list(ends)
    count = _count(ends)
    if count <= _LEVELS:
        return [ends.low + k for k in range(int(count))]
    width = (ends.high - ends.low) / _LEVELS
    return [ends.low + (k + 0.5) * width for k in range(_LEVELS)]


def _grid(levels: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return all combinations of values; of very many, some by lot, always the same."""
    if prod(map(len, levels.values())) <= _POINTS:
        return [
            dict(zip(levels, one, strict=True)) for one in product(*levels.values())
        ]
    lot = np.random.default_rng(0)
    return [
        {key: of[int(lot.integers(len(of)))] for key, of in levels.items()}
        for _ in range(_POINTS)
    ]


def _coded(points: Sequence[Mapping[str, Any]], space: Space) -> Floats:
    """Return points as rows of numbers."""
    coded = [
        [_code(point[key], ends) for key, ends in space.items()] for point in points
    ]
    return np.array([list(chain.from_iterable(row)) for row in coded])


def _code(value: Any, ends: Any) -> list[float]:
    """Return a value in numbers: a choice has one for each value it might be."""
    if isinstance(ends, Span):
        return [float(value)]
    at = ends.index(value)
    return [float(k == at) for k in range(len(ends))]
