"""Differences over several cells, judged by worked answers and by SciPy."""

from __future__ import annotations

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

#: Of the cells.
SIZE = np.array([[1.0], [4.0], [10.0]])
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


def test_limits_of_the_sum_are_nearly_exact_where_all_is_normal() -> None:
    """At a limit r the t-test that ours and r times theirs are equal says 5 %.

    That is Fieller's interval (1954), exact for normal sums; SciPy does the test.
    """
    rng = np.random.default_rng(5)
    luck = rng.normal(0, 0.2, 60)
    theirs = SIZE * (1 + luck + rng.normal(0, 0.2, (3, 60)))
    ours = 0.8 * SIZE * (1 + luck + rng.normal(0, 0.2, (3, 60)))
    found = summed_percent(_cells(ours, theirs))
    assert found is not None
    assert found == summed_percent(_cells(ours, theirs))
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.mean < found.high
    for limit in (found.low, found.high):
        left = ours.sum(axis=0) - (1 + limit / 100) * theirs.sum(axis=0)
        assert 0.03 < stats.ttest_1samp(left, 0).pvalue < 0.08


def test_the_reference_s_own_error_is_in_the_sum() -> None:
    """The same difference is less sure where the reference varies."""
    rng = np.random.default_rng(6)
    ours = rng.normal(80, 10, 12)

    def width(theirs: np.ndarray) -> float:
        found = summed_percent([(list(ours), list(theirs))])
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    assert width(rng.normal(100, 30, 12)) > 1.5 * width(np.full(12, 100.0))


def test_the_sum_of_a_negative_reference_keeps_its_sign() -> None:
    """Less is negative even where the reference is."""
    cells = [([-12.0, -13.0, -11.0] * 2, [-10.0, -10.5, -9.5] * 2)]
    found = summed_percent(cells)
    assert found is not None
    assert found.mean == pytest.approx(-20)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.mean < found.high < 0


def test_the_sum_without_limits() -> None:
    """None of nothing; no limits of few seeds, or where most seeds have nothing."""
    assert summed_percent([([1.0, 2.0], [1.0, -1.0])]) is None
    assert summed_percent([([3.0], [2.0])]) == (50.0, None, None)
    assert summed_percent([([3.0] * 5, [2.0] * 5)]) == (50.0, None, None)
    assert summed_percent([([3.0] * 6, [2.0] * 6)]) == (50.0, 50.0, 50.0)
    vague = summed_percent([([1.0] * 6, [4.0, *[0.0] * 5])])
    assert vague == (pytest.approx(50.0), None, None)
    nothing = summed_percent([([0.0] * 6, [4.0, *[0.0] * 5])])
    assert nothing == (pytest.approx(-100.0), None, None)


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
def test_pooled_intervals_cover_what_they_promise(n: int) -> None:
    """Of 1,000 synthetic studies 93 to 97 % have the truth in their interval.

    Three cells of very different size share the luck of their seeds.
    """
    rng = np.random.default_rng(n)
    covered = 0
    for _ in range(1000):
        luck = 0.25 * rng.normal(size=n)
        ours = 0.8 * SIZE * (1 + luck + 0.2 * rng.normal(size=(3, n)))
        covered += _holds(pooled_percent(_cells(ours, SIZE * np.ones((3, n)))))
    assert 930 <= covered <= 970, covered


@pytest.mark.slow
@pytest.mark.parametrize(("skewed", "least"), [(False, 930), (True, 905)])
@pytest.mark.parametrize("n", [8, 15, 40])
def test_intervals_of_the_sum_cover_what_they_promise(
    n: int, skewed: bool, least: int
) -> None:
    """The reference varies, too; where few seeds have most of it, 90 % are asked."""
    rng = np.random.default_rng(n)
    covered = 0

    def cells(luck: np.ndarray) -> np.ndarray:
        if skewed:
            return SIZE * np.exp(luck + 0.3 * rng.normal(size=(3, n)))
        return SIZE * (1 + 0.25 * luck + 0.2 * rng.normal(size=(3, n)))

    for _ in range(1000):
        luck = rng.normal(size=n)
        theirs, ours = cells(luck), 0.8 * cells(luck)
        covered += _holds(summed_percent(_cells(ours, theirs)))
    assert least <= covered <= 970, covered


def _holds(found: Interval | None) -> bool:
    """Return whether the truth, a fifth less, is in an interval."""
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    return found.low <= -20 <= found.high


def _cells(ours: np.ndarray, theirs: np.ndarray) -> Cells:
    """Return cells from arrays, a row each."""
    return [(list(a), list(b)) for a, b in zip(ours, theirs, strict=True)]
