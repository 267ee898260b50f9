"""MSER-5: where the cut is known, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.statistics import mser5


def test_a_step_is_cut_where_it_is() -> None:
    """Thirty observations too low, then a steady state: just these are cut."""
    assert mser5([0.0] * 30 + [10.0] * 170) == 30
    assert mser5([0.0] * 32 + [10.0] * 168) == 35


def test_a_settled_series_keeps_all() -> None:
    """Where nothing changes, nothing is cut."""
    assert mser5([7.0] * 100) == 0
    assert mser5([1.0, 2.0] * 60) == 0


def test_against_the_definition() -> None:
    """The least of the sum of squares over m squared, spelt out."""
    rng = np.random.default_rng(6)
    series = 5 - 5 * np.exp(-np.arange(400) / 40) + rng.normal(0, 0.3, 400)
    batches = series.reshape(80, 5).mean(axis=1)
    spreads = [
        ((batches[d:] - batches[d:].mean()) ** 2).sum() / (80 - d) ** 2
        for d in range(75)
    ]
    assert mser5(list(series)) == 5 * int(np.argmin(spreads))
    assert 60 < 5 * int(np.argmin(spreads)) < 200


def test_a_run_that_never_settles_is_told() -> None:
    """A cut in the second half, as of a ramp, or too few batches: None."""
    assert mser5([0.0] * 130 + [10.0] * 70) is None
    assert mser5([float(i) for i in range(200)]) is None
    assert mser5([1.0] * 99) is None
    assert mser5([1.0] * 100) == 0


@given(st.integers(0, 18), st.floats(-1e6, 1e6), st.floats(0.1, 1e3))
def test_scale_and_level_do_not_matter(
    batches: int, level: float, scale: float
) -> None:
    """A cut is the same in hours and in days, and whatever is added to all."""
    rng = np.random.default_rng(batches)
    series = rng.normal(0, 0.1, 200) + np.where(np.arange(200) < 5 * batches, 8.0, 0.0)
    assert mser5(list(level + scale * series)) == mser5(list(series))


@pytest.mark.parametrize("seed", range(5))
def test_an_incomplete_batch_is_left_out(seed: int) -> None:
    """What does not fill a batch of five does not count."""
    series = list(np.random.default_rng(seed).normal(0, 1, 200))
    assert mser5([*series, 1e9, -1e9]) == mser5(series)
