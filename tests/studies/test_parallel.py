"""Work spread over processes: every result once, and one sentence if it cannot be."""

from __future__ import annotations

import os
import signal
import time

import pytest

from kernel.errors import BadInput
from studies.parallel import each, refuse_engine


def squared(number: int) -> int:
    """Return the square."""
    return number * number


def slow_first(number: int) -> int:
    """Return a square; the first item takes longest."""
    time.sleep(0.2 if number == 0 else 0.0)
    return number * number


def refuse(number: int) -> int:
    """Refuse one item."""
    if number == 3:
        raise BadInput("--set", "load", "three")
    return number


def killed(number: int) -> int:
    """End the process this runs in."""
    os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("workers", [1, 2])
def test_every_item_is_done_once(workers: int) -> None:
    """Whatever the order they come in."""
    found = list(each(squared, iter(range(20)), workers))
    assert sorted(found) == [k * k for k in range(20)]


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_if_asked_for(workers: int) -> None:
    """Whoever ends first; twice in the same pool."""
    for _ in range(2):
        found = list(each(slow_first, range(8), workers, ordered=True))
        assert found == [n * n for n in range(8)]
    assert list(each(slow_first, [], workers)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_refusal_crosses_processes(workers: int) -> None:
    """What one item raises is raised here, as it was."""
    with pytest.raises(BadInput, match=r"^--set: load: three$"):
        list(each(refuse, range(8), workers))


@pytest.mark.parametrize("workers", [0, -1, 10_001])
def test_workers_are_limited(workers: int) -> None:
    """Some, but not any number."""
    with pytest.raises(BadInput, match="--workers"):
        refuse_engine(workers)


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
    assert sorted(each(squared, range(3), 2)) == [0, 1, 4]


@pytest.mark.external
@pytest.mark.parametrize("engine", ["dask", "ray"])
@pytest.mark.filterwarnings("default")
def test_a_cluster_that_is_not_there_is_told(engine: str) -> None:
    """The address is named, and nobody waits for ever."""
    pytest.importorskip(engine)
    address = "tcp://127.0.0.1:9" if engine == "dask" else "127.0.0.1:9"
    with pytest.raises(BadInput, match="cannot be reached"):
        list(each(squared, range(3), 2, engine, address))


@pytest.mark.external
@pytest.mark.parametrize("engine", ["dask", "ray"])
@pytest.mark.filterwarnings("default")
def test_a_clusters_worker_that_dies_is_told_in_a_sentence(engine: str) -> None:
    """As one of the local pool is."""
    pytest.importorskip("distributed" if engine == "dask" else engine)
    with pytest.raises(BadInput, match="a worker was ended from outside"):
        list(each(os._exit, [3, 3], 2, engine))
