"""Work shared out among processes."""

from __future__ import annotations

import os
import time

import pytest

from kernel.errors import BadInput
from studies.parallel import check_workers, each


def slow_first(number: int) -> int:
    """Return a square; the first item takes longest."""
    time.sleep(0.2 if number == 0 else 0.0)
    return number * number


def refuse(number: int) -> int:
    """Refuse one item."""
    if number == 3:
        raise BadInput("--set", "load", "three")
    return number


def vanish(number: int) -> int:
    """Be killed."""
    os._exit(number)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order(workers: int) -> None:
    """Whoever ends first, results come as the items do; twice in the same pool."""
    for _ in range(2):
        assert list(each(slow_first, range(8), workers)) == [n * n for n in range(8)]
    assert list(each(slow_first, [], workers)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_refusal_crosses_processes(workers: int) -> None:
    """What one item raises is raised here, as it was."""
    with pytest.raises(BadInput, match=r"^--set: load: three$"):
        list(each(refuse, range(8), workers))


def test_one_process_works_as_asked_for() -> None:
    """With one worker nothing is made before somebody wants it."""
    made: list[int] = []
    results = each(lambda n: made.append(n) or n, range(5), 1)
    assert next(results) == 0
    assert made == [0]


def test_a_killed_process_is_told_in_a_sentence() -> None:
    """A worker that vanishes is no traceback; the next call has workers again."""
    with pytest.raises(BadInput, match="ended from outside"):
        list(each(vanish, [1, 1], 2))
    assert list(each(slow_first, range(3), 2)) == [0, 1, 4]


@pytest.mark.parametrize("workers", [0, -1, 257])
def test_workers_are_limited(workers: int) -> None:
    """Some, but not thousands."""
    with pytest.raises(BadInput, match="--workers"):
        check_workers(workers)
