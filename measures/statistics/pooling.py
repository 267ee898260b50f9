"""Differences over several cells at once: their mean, and that of their sum.

A cell is a plant under other circumstances, its runs paired by seed. The same seed
brings kindred luck to every cell, so cells are no independent witnesses: each seed
gives one value, and intervals go over the seeds (cluster means; Cameron & Miller 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import covariance, fmean, variance

from measures.statistics.intervals import (
    CONFIDENCE,
    Interval,
    check_confidence,
    mean_interval,
    t_quantile,
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

    The ratio of two means over seeds, less one. Its interval is Fieller's (1954): all
    ratios r for which a t-test does not see that ``values - r * reference`` has a mean
    other than 0. So the reference's own error is in it, and where sums over cells are
    normal it covers exactly what it promises. It need not be symmetric.

    Parameters
    ----------
    cells
        Of more seeds than all cells have, those at the end are left out.

    Returns
    -------
    Interval or None
        In percent; None if the reference's sum has a mean of 0. Limits are None of one
        seed, and where the reference's sum cannot be told from 0: there the ratio may
        be anything.

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
    ours, theirs = fmean(values), fmean(reference)
    if theirs == 0:
        return None
    # Of a negative reference less is negative, too.
    percent = 100 * (1 if theirs > 0 else -1)
    mean = percent * (ours / theirs - 1)
    if seeds < 2:
        return Interval(mean, None, None)
    share = t_quantile(seeds - 1, confidence) ** 2 / seeds
    square = theirs**2 - share * variance(reference)
    if square <= 0:
        return Interval(mean, None, None)
    mixed = ours * theirs - share * covariance(values, reference)
    rest = ours**2 - share * variance(values)
    reach = sqrt(max(0.0, mixed**2 - square * rest))
    low, high = sorted(
        percent * ((mixed + side * reach) / square - 1) for side in (-1, 1)
    )
    return Interval(mean, low, high)


def _common(cells: Sequence[Pairs]) -> int:
    """Return how many seeds all cells have."""
    seeds = min((len(reference) for _, reference in cells), default=0)
    if not seeds:
        raise ValueError("pooling needs cells with seeds in common")
    return seeds
