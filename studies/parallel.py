"""The same work on many things, in one process or in several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from kernel.errors import BadInput

MOST_WORKERS = 256
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def check_workers(workers: int) -> int:
    """Return a number of processes that can be meant.

    Raises
    ------
    BadInput
        If it is not one.
    """
    if not 1 <= workers <= MOST_WORKERS:
        problem = f"{workers}, expected 1 to {MOST_WORKERS}"
        raise BadInput("--workers", "", problem)
    return workers


def each(
    function: Callable[[_Item], _Result], items: Iterable[_Item], workers: int
) -> Iterator[_Result]:
    """Yield what a function makes of each item, in their order, as they finish.

    Parameters
    ----------
    function
        With more than one worker it goes to other processes, as do items and results;
        the pool (joblib's loky) stays for the next call.
    workers
        Processes; 1: in this one, an item at a time.

    Raises
    ------
    BadInput
        If a process was ended from outside, as for want of memory. What the function
        raises is raised here.
    """
    if workers == 1:
        yield from map(function, items)
        return
    from joblib import Parallel, delayed  # takes a while: only where it is needed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    pool = Parallel(n_jobs=workers, return_as="generator")
    try:
        yield from pool(delayed(function)(item) for item in items)
    except TerminatedWorkerError:
        problem = "a process was ended from outside, expected memory enough for each"
        raise BadInput("--workers", str(workers), problem) from None
