"""Intervals for means and differences over replications.

Replications are independent, differences of paired ones (same seed, hence the same
luck) near normal: Student's t, after Law, *Simulation Modeling and Analysis*, 5th ed.,
chapters 9 and 10. The bootstrap is the second opinion, which does not ask for
normality.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import fmean, stdev, variance
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr, stdtrit

CONFIDENCE = 0.95
#: Fewer values are not resampled: in 2 of 2^5 samples of a symmetric law its mean lies
#: outside the range of the five, so that no resampling covers 95 %.
FEWEST_RESAMPLED = 6
_RESAMPLES = 4000
_SEED = 20_260_105


class Interval(NamedTuple):
    """A mean and its confidence interval; of one value there is none (None)."""

    mean: float
    low: float | None
    high: float | None

    @property
    def half(self) -> float | None:
        """From the mean to the upper limit: the half-width, if it is symmetric."""
        return None if self.high is None else self.high - self.mean


def mean_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """Return the mean of independent values and its t-interval.

    Raises
    ------
    ValueError
        If there are no values, or ``confidence`` is not within (0, 1).
    """
    if not values:
        raise ValueError("an interval needs at least one value")
    check_confidence(confidence)
    mean = fmean(values)
    n = len(values)
    if n == 1:
        return Interval(mean, None, None)
    half = t_quantile(n - 1, confidence) * stdev(values) / sqrt(n)
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
    return mean_interval(_differences(values, reference), confidence)


def welch_difference(
    values: Sequence[float],
    reference: Sequence[float],
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return the difference of two means that are not paired, and its interval.

    Welch (1947): variances may differ; degrees of freedom after Satterthwaite. Held
    against :func:`paired_difference` it tells what common random numbers are worth.

    Raises
    ------
    ValueError
        If one of them has no values.
    """
    check_confidence(confidence)
    mean = fmean(values) - fmean(reference)
    if min(len(values), len(reference)) < 2:
        return Interval(mean, None, None)
    parts = [(variance(of) / len(of), len(of) - 1) for of in (values, reference)]
    error = sum(part for part, _ in parts)
    if error == 0:
        return Interval(mean, mean, mean)
    freedom = 1 / sum((part / error) ** 2 / n for part, n in parts)
    half = t_quantile(freedom, confidence) * sqrt(error)
    return Interval(mean, mean - half, mean + half)


def bootstrap_difference(
    values: Sequence[float],
    reference: Sequence[float],
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return the mean paired difference and its bootstrap interval.

    Percentiles of the resampled mean, expanded so that few values are not trusted too
    much: the level is that at which normal percentiles of a sample's own spread reach
    as far as Student's t (Hesterberg 2015, "What teachers should know about the
    bootstrap"). The seed is fixed: equal values, equal limits. Fewer than
    :data:`FEWEST_RESAMPLED` values have none.

    Raises
    ------
    ValueError
        If they are not equally many, or there are none.
    """
    differences = _differences(values, reference)
    n = len(differences)
    mean = mean_interval(differences, confidence).mean
    if n < FEWEST_RESAMPLED:
        return Interval(mean, None, None)
    if min(differences) == max(differences):
        return Interval(mean, mean, mean)
    return Interval(mean, *resampled_limits((differences,), np.mean, confidence))


def resampled_limits(
    samples: Sequence[Sequence[float]],
    statistic: Callable[..., Any],
    confidence: float,
) -> tuple[float, float]:
    """Return the expanded percentiles of a statistic of samples, resampled in step.

    Parameters
    ----------
    samples
        Equally long, paired by position; at least :data:`FEWEST_RESAMPLED` values each.
    statistic
        Of the samples along ``axis``; it may be infinite.
    """
    from scipy.stats import bootstrap  # takes half a second: only where it is needed

    n = len(samples[0])
    reach = sqrt(n / (n - 1)) * t_quantile(n - 1, confidence)
    with np.errstate(invalid="ignore"):  # of what is infinite there is no spread
        found = bootstrap(
            tuple(map(np.asarray, samples)),
            statistic,
            paired=True,
            vectorized=True,
            n_resamples=_RESAMPLES,
            confidence_level=1 - 2 * float(ndtr(-reach)),
            method="percentile",
            rng=_SEED,
        ).confidence_interval
    return float(found.low), float(found.high)


def of_base(interval: Interval, base: float) -> Interval | None:
    """Return an interval in percent of the size of ``base``; None of nothing."""
    if base == 0:
        return None
    factor = 100 / abs(base)
    mean, low, high = interval
    return Interval(
        mean * factor,
        None if low is None else low * factor,
        None if high is None else high * factor,
    )


def check_confidence(confidence: float) -> None:
    """Refuse what is no share strictly between nothing and all."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")


def t_quantile(freedom: float, confidence: float) -> float:
    """Return how far Student's t reaches to either side with this confidence."""
    return float(stdtrit(freedom, (1 + confidence) / 2))


def _differences(values: Sequence[float], reference: Sequence[float]) -> list[float]:
    return [v - r for v, r in zip(values, reference, strict=True)]
