"""The collector is as it was after a run, whatever happened in it."""

from __future__ import annotations

import gc

import pytest

from studies.collector import SELDOM, seldom_collected


def test_thresholds_come_back() -> None:
    """Inside they are large; after an error too they are as before."""
    before = gc.get_threshold()
    with seldom_collected():
        assert gc.get_threshold() == SELDOM
    assert gc.get_threshold() == before
    with pytest.raises(RuntimeError), seldom_collected():
        raise RuntimeError
    assert gc.get_threshold() == before
