"""Tests of differences, one and several at a time."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan, sqrt
from statistics import fmean, stdev

from scipy.special import stdtr


def paired_p(values: Sequence[float], reference: Sequence[float]) -> float | None:
    """Return the two-sided p-value of the paired t-test that there is no difference.

    None of fewer than two pairs. Where all differences are equal it is 0, or 1 if
    they are 0.

    Raises
    ------
    ValueError
        If they are not equally many.
    """
    differences = [v - r for v, r in zip(values, reference, strict=True)]
    n = len(differences)
    if n < 2:
        return None
    mean, error = fmean(differences), stdev(differences) / sqrt(n)
    statistic = abs(mean) / error if error else (inf if mean else 0.0)
    return 2 * float(stdtr(n - 1, -statistic))


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
