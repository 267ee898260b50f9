"""Intervals for means and paired differences over replications.

Student's t throughout: replications are independent, differences of paired ones (same
seed, hence the same luck) near normal. See Law, *Simulation Modeling and Analysis*,
5th ed., chapters 9 and 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import NamedTuple

from scipy.special import stdtrit

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A mean and its confidence interval; of one value there is none (None)."""

    mean: float
    low: float | None
    high: float | None


def mean_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """Return the mean of independent values and its t-interval.

    Raises
    ------
    ValueError
        If there are no values, or ``confidence`` is not within (0, 1).
    """
    if not values:
        raise ValueError("an interval needs at least one value")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
    mean = fmean(values)
    n = len(values)
    if n == 1:
        return Interval(mean, None, None)
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * stdev(values) / sqrt(n)
    return Interval(mean, mean - half, mean + half)


def paired_difference(
    values: Sequence[float],
    reference: Sequence[float],
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return the mean of ``values - reference``, paired by position, and its interval.

    Raises
    ------
    ValueError
        If they are not equally many.
    """
    differences = [v - r for v, r in zip(values, reference, strict=True)]
    return mean_interval(differences, confidence)


def percent_difference(
    values: Sequence[float],
    reference: Sequence[float],
    confidence: float = CONFIDENCE,
) -> Interval | None:
    """Return the paired difference in percent of the reference's mean.

    The ratio of means less one: mean and limits of :func:`paired_difference` over the
    absolute mean of the reference, which is taken as given. So it agrees in sign with
    the difference; it leaves out the reference mean's own error. None if that mean
    is 0.
    """
    base = abs(fmean(reference))
    difference = paired_difference(values, reference, confidence)
    if base == 0:
        return None
    mean, low, high = difference
    return Interval(
        100 * mean / base,
        None if low is None else 100 * low / base,
        None if high is None else 100 * high / base,
    )
