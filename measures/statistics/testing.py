"""Tests of differences, one and several at a time."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, sqrt
from statistics import fmean, stdev

from scipy.special import stdtr

#: Differences no farther apart than this share of the values differ by rounding only.
_ROUNDING = 1e-12


def paired_p(values: Sequence[float], reference: Sequence[float]) -> float | None:
    """Return the two-sided p-value of the paired t-test that there is no difference.

    None of fewer than two pairs. Where all differences are equal there is no t. It is 1
    if they are 0, else that of the exact sign-flip test: whole numbers that differ by
    +1 or -1, as a coin falls, differ alike in n pairs with a probability of 2^(1 - n).

    Raises
    ------
    ValueError
        If they are not equally many.
    """
    differences = [v - r for v, r in zip(values, reference, strict=True)]
    n = len(differences)
    if n < 2:
        return None
    common = common_difference(values, reference)
    if common is not None:
        return 2.0 ** (1 - n) if common else 1.0
    statistic = abs(fmean(differences)) / (stdev(differences) / sqrt(n))
    return 2 * float(stdtr(n - 1, -statistic))


def common_difference(
    values: Sequence[float], reference: Sequence[float]
) -> float | None:
    """Return the difference that all pairs have but for rounding; None if they differ.

    Raises
    ------
    ValueError
        If they are not equally many, or there are none.
    """
    differences = [v - r for v, r in zip(values, reference, strict=True)]
    rounding = _ROUNDING * max(map(abs, (*values, *reference)))
    if max(differences) - min(differences) > rounding:
        return None
    mean = fmean(differences)
    return mean if abs(mean) > rounding else 0.0


def holm(p: Sequence[float]) -> list[float]:
    """Return the p-values adjusted for being several, after Holm (1979).

    To call those significant that are at most 5 % then errs, in one or more of them,
    in at most 5 % of studies, however they depend on each other.

    Raises
    ------
    ValueError
        If one is not within 0 to 1.
    """
    for value in p:
        if isnan(value) or not 0 <= value <= 1:
            raise ValueError(f"p-value {value} is not within 0 to 1")
    adjusted = [0.0] * len(p)
    most = 0.0
    for rank, i in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        most = max(most, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = most
    return adjusted
