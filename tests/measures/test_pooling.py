"""Differences over several cells, judged by worked answers and by SciPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from measures.statistics import (
    Interval,
    mean_interval,
    percent_difference,
    pooled_percent,
    summed_percent,
)

Cells = list[tuple[list[float], list[float]]]


def test_pooled_percent_is_clustered_by_seed() -> None:
    """A worked answer: two cells, three seeds; the seeds are what is counted."""
    cells = [
        ([9.0, 10.0, 11.0], [10.0, 10.0, 10.0]),  # -10, 0, 10 %
        ([80.0, 90.0, 130.0], [100.0, 100.0, 100.0]),  # -20, -10, 30 %
    ]
    judge = mean_interval([-15.0, -5.0, 20.0])
    assert pooled_percent(cells) == pytest.approx(judge)
    longer = [([*a, 1e9], [*b, 10.0]) for a, b in cells[:1]] + cells[1:]
    assert pooled_percent(longer) is not None
    assert pooled_percent([([1.0], [0.0])]) is None


def test_one_cell_pooled_is_that_cell() -> None:
    """Of a single cell the pooled interval is its own."""
    ours, theirs = [1.0, 3.0, 2.5], [2.0, 3.5, 2.0]
    found = pooled_percent([(ours, theirs)])
    assert found == pytest.approx(percent_difference(ours, theirs))


def test_the_sum_is_a_ratio_of_sums() -> None:
    """A cell that has little of a KPI counts as little as it has."""
    cells = [([3.0, 1.0], [1.0, 1.0]), ([80.0, 90.0], [100.0, 98.0])]
    found = summed_percent(cells)
    assert found is not None
    assert found.mean == pytest.approx(100 * (174 / 200 - 1))
    pooled = pooled_percent(cells)
    assert pooled is not None
    assert pooled.mean > 0 > found.mean


def test_limits_of_the_sum_as_scipy() -> None:
    """At a limit SciPy's t-test of ours less that ratio of theirs gives p = 5 %."""
    rng = np.random.default_rng(5)
    theirs = rng.lognormal(0, 0.6, (3, 12)) * [[1.0], [4.0], [10.0]]
    ours = theirs * rng.lognormal(-0.2, 0.3, (3, 12))
    found = summed_percent(_cells(ours, theirs))
    assert found is not None
    for limit in (found.low, found.high):
        assert limit is not None
        ratio = 1 + limit / 100
        left = ours.sum(axis=0) - ratio * theirs.sum(axis=0)
        assert stats.ttest_1samp(left, 0).pvalue == pytest.approx(0.05)
    assert found.low is not None
    assert found.low < found.mean < (found.high or 0)


def test_the_sum_of_a_negative_reference_keeps_its_sign() -> None:
    """Less is negative even where the reference is."""
    cells = [([-12.0, -13.0, -11.0], [-10.0, -10.5, -9.5])]
    found = summed_percent(cells)
    assert found is not None
    assert found.mean == pytest.approx(-20)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.mean < found.high < 0


def test_the_sum_without_limits() -> None:
    """None of nothing; no limits of one seed, or of what cannot be told from 0."""
    assert summed_percent([([1.0, 2.0], [1.0, -1.0])]) is None
    assert summed_percent([([3.0], [2.0])]) == (50.0, None, None)
    vague = summed_percent([([1.0, 2.0], [0.0, 2.0])])
    assert vague == (50.0, None, None)
    assert summed_percent([([2.0, 2.0], [1.0, 1.0])]) == (100.0, 100.0, 100.0)


def test_seeds_that_not_all_cells_have_are_left_out() -> None:
    """Those at the end; of none there is no answer."""
    cells = [([9.0, 12.0], [10.0, 10.0]), ([8.0, 11.0], [10.0, 10.0])]
    longer = [([9.0, 12.0, 1e9], [10.0, 10.0, 10.0]), cells[1]]
    for pool in (pooled_percent, summed_percent):
        assert pool(longer) == pool(cells)
        with pytest.raises(ValueError, match="seeds in common"):
            pool([])
    with pytest.raises(ValueError, match=r"confidence 2"):
        summed_percent(cells, 2)


@pytest.mark.slow
@pytest.mark.parametrize("n", [8, 15, 40])
@pytest.mark.parametrize("pool", [pooled_percent, summed_percent])
def test_pooled_intervals_cover_what_they_promise(
    n: int, pool: Callable[[Cells], Interval | None]
) -> None:
    """Of 1,000 synthetic studies 93 to 97 % have the truth in their interval.

    Three cells of very different size share the luck of their seeds; the reference
    varies where its own error is to be in the interval.
    """
    rng = np.random.default_rng(n)
    size = np.array([[1.0], [4.0], [10.0]])
    varies = pool is summed_percent
    covered = 0
    for _ in range(1000):
        luck = 0.25 * rng.normal(size=n)
        theirs = size * (1 + varies * (luck + 0.2 * rng.normal(size=(3, n))))
        ours = 0.8 * size * (1 + luck + 0.2 * rng.normal(size=(3, n)))
        found = pool(_cells(ours, theirs))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= -20 <= found.high
    assert 930 <= covered <= 970, covered


def _cells(ours: np.ndarray, theirs: np.ndarray) -> Cells:
    """Return cells from arrays, a row each."""
    return [(list(a), list(b)) for a, b in zip(ours, theirs, strict=True)]
