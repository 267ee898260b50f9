"""Work spread over processes: every result once, and one sentence if it cannot be."""

from __future__ import annotations

import os
import signal

import pytest

from kernel.errors import BadInput
from studies.parallel import each


def squared(number: int) -> int:
    """Return the square."""
    return number * number


def killed(number: int) -> int:
    """End the process this runs in."""
    os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("workers", [1, 2])
def test_every_item_is_done_once(workers: int) -> None:
    """Whatever the order they come in."""
    found = list(each(squared, iter(range(20)), workers))
    assert sorted(found) == [k * k for k in range(20)]


def test_results_come_while_others_are_not_begun() -> None:
    """Items are taken as they are needed, so there may be many."""
    taken: list[int] = []

    def items():
        for k in range(1000):
            taken.append(k)
            yield k

    results = each(squared, items(), 1)
    assert next(results) == 0
    assert len(taken) < 100
    results.close()


def test_a_worker_that_dies_is_told_in_a_sentence() -> None:
    """Such as one that the system has ended for want of memory."""
    with pytest.raises(BadInput, match="a worker was ended from outside"):
        list(each(killed, range(4), 2))


@pytest.mark.external
@pytest.mark.parametrize("engine", ["dask", "ray"])
@pytest.mark.filterwarnings("default")
def test_a_cluster_that_is_not_there_is_told(engine: str) -> None:
    """The address is named, and nobody waits for ever."""
    pytest.importorskip(engine)
    address = "tcp://127.0.0.1:9" if engine == "dask" else "127.0.0.1:9"
    with pytest.raises(BadInput, match="cannot be reached"):
        list(each(squared, range(3), 2, engine, address))
