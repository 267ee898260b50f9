"""Differences over several cells at once: their mean, and that of their sum.

A cell is a plant under other circumstances, its runs paired by seed. The same seed
brings kindred luck to every cell, so cells are no independent witnesses: each seed
gives one value, and intervals go over the seeds (cluster means; Cameron & Miller 2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np

from measures.statistics.intervals import (
    CONFIDENCE,
    FEWEST_RESAMPLED,
    Interval,
    check_confidence,
    resampled_limits,
)
from measures.statistics.testing import paired_p

#: Values and reference values of a cell, by seed.
Pairs = tuple[Sequence[float], Sequence[float]]


def pooled_percent(
    cells: Sequence[Pairs], confidence: float = CONFIDENCE
) -> Interval | None:
    """Return the mean over cells of the difference in percent of the cell's reference.

    Cells count alike, however much they have of a KPI (:func:`summed_percent` weighs
    them by it). Each is a ratio of two means over seeds, less one; the seeds are
    resampled, each with all of its cells.

    Parameters
    ----------
    cells
        Of more seeds than all cells have, those at the end are left out.

    Returns
    -------
    Interval or None
        In percent; None if a cell's reference mean is 0. Limits are None of fewer than
        :data:`~measures.statistics.intervals.FEWEST_RESAMPLED` seeds, and where a
        cell's reference has nothing in so many of them that there is no limit.

    Raises
    ------
    ValueError
        If there are no cells, or no seeds that all have.
    """
    seeds = _common(cells)

    def mean_percent(*sides: Any, axis: int = -1) -> Any:
        pairs = zip(sides[::2], sides[1::2], strict=True)
        return np.mean([_percent(*pair, axis) for pair in pairs], axis=0)

    sides = [side[:seeds] for cell in cells for side in cell]
    return _resampled(sides, mean_percent, confidence)


def summed_percent(
    cells: Sequence[Pairs], confidence: float = CONFIDENCE
) -> Interval | None:
    """Return the difference of the sums over cells, in percent of the reference's sum.

    The ratio of two means over seeds, less one, so that a cell weighs what it has. The
    seeds are resampled, each with all of its cells: the reference's own error is in the
    interval, which need not be symmetric. Where few seeds have most of a KPI, the
    linearised interval (the delta method) covers too little and Fieller's often does
    not exist: see docs/compare.md.

    Parameters
    ----------
    cells
        Of more seeds than all cells have, those at the end are left out.

    Returns
    -------
    Interval or None
        In percent; None if the reference's sum has a mean of 0. Limits are None of
        fewer than :data:`~measures.statistics.intervals.FEWEST_RESAMPLED` seeds, and
        where the reference has nothing in so many of them that there is no limit.

    Raises
    ------
    ValueError
        If there are no cells, or no seeds that all have.
    """
    return _resampled(_sums(cells), _percent, confidence)


def summed_p(cells: Sequence[Pairs]) -> float | None:
    """Return the p-value that the sums over cells do not differ, paired by seed.

    By :func:`~measures.statistics.testing.paired_p`; None of fewer than two seeds.

    Raises
    ------
    ValueError
        If there are no cells, or no seeds that all have.
    """
    return paired_p(*_sums(cells))


def ratio_percent(
    values: Sequence[float],
    reference: Sequence[float],
    confidence: float = CONFIDENCE,
) -> Interval | None:
    """Return the difference of two means in percent of the second, pairs resampled.

    :func:`summed_percent` of a single cell. The reference mean's own error is in it,
    and of what is never negative it never says less than nothing: no limit is below
    -100 %.
    """
    return summed_percent([(values, reference)], confidence)


def _resampled(
    sides: Sequence[Sequence[float]], statistic: Callable[..., Any], confidence: float
) -> Interval | None:
    """Return a statistic of values by seed with its limits, if it has a value."""
    check_confidence(confidence)
    mean = float(statistic(*map(np.asarray, sides)))
    if not isfinite(mean):
        return None
    none = Interval(mean, None, None)
    if len(sides[0]) < FEWEST_RESAMPLED:
        return none
    low, high = resampled_limits(sides, statistic, confidence)
    return Interval(mean, low, high) if isfinite(low) and isfinite(high) else none


def _percent(values: Any, reference: Any, axis: int = -1) -> Any:
    """Return the difference of means in percent; without limit over nothing."""
    ours, theirs = values.mean(axis), reference.mean(axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 100 * (ours - theirs) / abs(theirs)
    return np.where(theirs == 0, np.inf, share)


def _sums(cells: Sequence[Pairs]) -> tuple[list[float], list[float]]:
    """Return values and reference values summed over the cells, by seed."""
    seeds = range(_common(cells))
    ours, theirs = (
        [sum(cell[side][seed] for cell in cells) for seed in seeds] for side in (0, 1)
    )
    return ours, theirs


def _common(cells: Sequence[Pairs]) -> int:
    """Return how many seeds all cells have."""
    seeds = min((len(reference) for _, reference in cells), default=0)
    if not seeds:
        raise ValueError("pooling needs cells with seeds in common")
    return seeds
