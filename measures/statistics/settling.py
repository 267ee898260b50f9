"""From when on a run has settled: the warm-up cut by the rule MSER-5."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BATCH = 5  # observations
#: Fewer are no series: twenty batches.
FEWEST_OBSERVATIONS = 20 * BATCH
#: So many batches at the end are no place for a cut: a mean of few is narrow by chance.
_LAST = 5


def mser5(series: Sequence[float]) -> int | None:
    """Return how many observations of a series are warm-up.

    MSER (White 1997): cut where the interval of the mean of what is left is narrowest,
    that is, where Σ (z - mean)² / m² over the m values left is least; MSER-5 (White,
    Cobb & Spratt 2000) on means of batches of five. Of equal cuts the shortest.

    Parameters
    ----------
    series
        Observations equally far apart, from the start.

    Returns
    -------
    int or None
        Observations to cut, a multiple of 5. None if there are fewer than
        :data:`FEWEST_OBSERVATIONS`, or if the best cut is in its second half: then
        it is too short to tell.
    """
    count = len(series) // BATCH
    if len(series) < FEWEST_OBSERVATIONS:
        return None
    values = np.asarray(series[: count * BATCH], dtype=float)
    batches = values.reshape(count, BATCH).mean(axis=1)
    batches -= batches.mean()  # squares of large values would cancel
    left = np.arange(count, 0, -1)
    sums = np.cumsum(batches[::-1])[::-1]
    squares = np.cumsum(batches[::-1] ** 2)[::-1]
    spread = np.maximum(squares - sums**2 / left, 0.0) / left.astype(float) ** 2
    # A thousandth of a billionth is rounding, not a better cut.
    close = spread[: count - _LAST]
    best = int(np.argmax(close <= close.min() + 1e-12 * float(squares[0])))
    return best * BATCH if best <= count // 2 else None
