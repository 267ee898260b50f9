"""Differences over several cells at once: their mean, and that of their sum.

A cell is a plant under other circumstances, its runs paired by seed. The same seed
brings kindred luck to every cell, so cells are no independent witnesses: each seed
gives one value, and intervals go over the seeds (cluster means; Cameron & Miller 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from statistics import fmean
from typing import Any

import numpy as np

from measures.statistics.intervals import (
    CONFIDENCE,
    FEWEST_RESAMPLED,
    Interval,
    check_confidence,
    mean_interval,
    resampled_limits,
)

#: Values and reference values of a cell, by seed.
Pairs = tuple[Sequence[float], Sequence[float]]


def pooled_percent(
    cells: Sequence[Pairs], confidence: float = CONFIDENCE
) -> Interval | None:
    """Return the mean over cells of the difference in percent of the cell's reference.

    Each seed gives its mean over the cells, and Student's t goes over the seeds. Cells
    count alike: one that has little of a KPI, and much luck in it, makes the interval
    wide (:func:`summed_percent` does not mind).

    Parameters
    ----------
    cells
        Of more seeds than all cells have, those at the end are left out.

    Returns
    -------
    Interval or None
        In percent; None if a cell's reference mean is 0.

    Raises
    ------
    ValueError
        If there are no cells, or no seeds that all have.
    """
    seeds = _common(cells)
    bases = [abs(fmean(reference)) for _, reference in cells]
    if not all(bases):
        return None
    by_seed = [
        fmean(
            100 * (values[seed] - reference[seed]) / base
            for (values, reference), base in zip(cells, bases, strict=True)
        )
        for seed in range(seeds)
    ]
    return mean_interval(by_seed, confidence)


def summed_percent(
    cells: Sequence[Pairs], confidence: float = CONFIDENCE
) -> Interval | None:
    """Return the difference of the sums over cells, in percent of the reference's sum.

    The ratio of two means over seeds, less one, so that a cell weighs what it has. The
    seeds are resampled, each with all of its cells
    (:func:`~measures.statistics.intervals.resampled_limits`): the reference's own error
    is in the interval, which need not be symmetric. Where few seeds have most of a KPI,
    the linearised interval (the delta method) covers too little and Fieller's often
    does not exist: see docs/compare.md.

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
    check_confidence(confidence)
    seeds = _common(cells)
    values, reference = (
        [sum(cell[side][seed] for cell in cells) for seed in range(seeds)]
        for side in (0, 1)
    )
    if fmean(reference) == 0:
        return None
    mean = float(_percent(np.asarray(values), np.asarray(reference)))
    if seeds < FEWEST_RESAMPLED:
        return Interval(mean, None, None)
    low, high = resampled_limits((values, reference), _percent, confidence)
    if not (isfinite(low) and isfinite(high)):
        return Interval(mean, None, None)
    return Interval(mean, low, high)


def _percent(values: Any, reference: Any, axis: int = -1) -> Any:
    """Return the difference of means in percent; without limit over nothing."""
    ours, theirs = values.mean(axis), reference.mean(axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 100 * (ours - theirs) / abs(theirs)
    return np.where(theirs == 0, np.inf, share)


def _common(cells: Sequence[Pairs]) -> int:
    """Return how many seeds all cells have."""
    seeds = min((len(reference) for _, reference in cells), default=0)
    if not seeds:
        raise ValueError("pooling needs cells with seeds in common")
    return seeds
