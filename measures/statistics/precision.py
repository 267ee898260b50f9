"""How many replications an interval of a wanted width takes."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import stdev

from scipy.special import stdtrit

from measures.statistics.intervals import CONFIDENCE

#: More replications than this are not counted.
_MOST = 10**9


def replications_needed(
    values: Sequence[float], half_width: float, confidence: float = CONFIDENCE
) -> int | None:
    """Return after how many replications the t-interval would be narrow enough.

    The least n of at least ``len(values)`` with t(n - 1) · s / √n within
    ``half_width``, s being the present standard deviation (Law, chapter 9); an
    estimate, as s will change. None if it is beyond counting, as for a half-width of 0.

    Raises
    ------
    ValueError
        If there are fewer than two values, or ``half_width`` is negative.
    """
    if len(values) < 2:
        raise ValueError("the spread of fewer than two values is not known")
    if not half_width >= 0:
        raise ValueError(f"half-width {half_width} is negative")
    spread = stdev(values)

    def enough(n: int) -> bool:
        quantile = float(stdtrit(n - 1, (1 + confidence) / 2))
        return quantile * spread / sqrt(n) <= half_width

    low = len(values)  # the half-width falls with n, so that n can be bisected
    if enough(low):
        return low
    high = 2 * low
    while not enough(high):
        low, high = high, 2 * high
        if low > _MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
