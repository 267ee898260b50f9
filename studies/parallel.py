"""Work spread over processes or a cluster: all of it joblib's, nothing of our own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from socket import create_connection
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from joblib import (
    Parallel,
    delayed,
    effective_n_jobs,
    parallel_config,
    register_parallel_backend,
)
from joblib.externals.loky.process_executor import TerminatedWorkerError

from kernel.errors import BadInput

Item = TypeVar("Item")
Result = TypeVar("Result")
Engine = Literal["local", "dask", "ray"]
ENGINES: tuple[Engine, ...] = ("local", "dask", "ray")
MOST_WORKERS = 10_000
#: Seconds within which a cluster must answer.
PATIENCE = 20
#: Seconds after which a worker without work ends: so long the orphans of a command
#: that was killed stay.
_IDLE = 30
_ROOT = str(Path(__file__).resolve().parent.parent)


def each(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int = 1,
    engine: str = "local",
    address: str | None = None,
    *,
    ordered: bool = False,
) -> Iterator[Result]:
    """Yield ``function(item)`` of each item as it is done.

    Parameters
    ----------
    function
        A function of a module, so that another process finds it by its name.
    items
        Taken as workers become free, so they may be many.
    workers
        Processes; 1 with the engine ``local`` is this process.
    engine
        joblib's own pool of processes, or a cluster of Dask or Ray.
    address
        Of a running cluster's scheduler; None: a cluster of so many workers is begun
        on this machine, and ended afterwards.
    ordered
        Whether results come in the order of the items; else in any.

    Raises
    ------
    BadInput
        If the engine is not known, not installed or not to be reached, or a worker
        was ended from outside.
    """
    refuse_engine(workers, engine, address)
    with _spread(workers, engine, address):
        jobs = -1 if address else workers
        calls = (delayed(function)(item) for item in items)
        try:
            yield from (
                _by_list(calls, jobs)
                if engine == "ray"
                else _at_once(calls, jobs, ordered=ordered)
            )
        except _deaths(engine):
            problem = "a worker was ended from outside, perhaps for want of memory"
            raise BadInput("--workers", "", problem) from None


def refuse_unreached(engine: str, address: str | None) -> None:
    """Make sure that a running cluster answers, if one is named, and leave it again.

    Raises
    ------
    BadInput
        If it does not.
    """
    if address is not None:
        with _spread(1, engine, address):
            pass


@contextmanager
def _spread(workers: int, engine: str, address: str | None) -> Iterator[None]:
    """Have joblib use an engine."""
    with ExitStack() as stack:
        if engine == "dask":
            stack.enter_context(_dask(workers, address))
        elif engine == "ray":
            stack.enter_context(_ray(workers, address))
        else:
            own = parallel_config(backend="loky", idle_worker_timeout=_IDLE)
            stack.enter_context(own)
        yield


def _deaths(engine: str) -> tuple[type[Exception], ...]:
    """Return what tells that a worker was ended from outside."""
    if engine == "dask":
        from dask.distributed import KilledWorker

        return (KilledWorker,)
    if engine == "ray":
        from ray.exceptions import ActorDiedError, WorkerCrashedError

        return ActorDiedError, WorkerCrashedError
    return (TerminatedWorkerError,)


def _at_once(calls: Iterator[Any], jobs: int, *, ordered: bool) -> Iterator[Any]:
    """Yield each result as it is there."""
    kind = "generator" if ordered else "generator_unordered"
    yield from Parallel(jobs, return_as=kind, batch_size=1)(calls)


def _by_list(calls: Iterator[Any], jobs: int) -> Iterator[Any]:
    """Yield results as many at a time as there are workers: Ray gives only lists."""
    with Parallel(jobs, batch_size=1) as spread:  # one pool for all lists
        while some := list(islice(calls, effective_n_jobs(jobs))):
            yield from spread(some)


def refuse_engine(
    workers: int, engine: str = "local", address: str | None = None
) -> None:
    """Make sure that work can be spread so, before any is done.

    Raises
    ------
    BadInput
        If it cannot.
    """
    if engine not in ENGINES:
        problem = f"{engine!r}, expected one of {', '.join(ENGINES)}"
        raise BadInput("--engine", "", problem)
    if engine != "local":
        refuse_missing(engine, "distributed" if engine == "dask" else engine)
    if not 1 <= workers <= MOST_WORKERS:
        problem = f"{workers}, expected 1 to {MOST_WORKERS}"
        raise BadInput("--workers", "", problem)
    if address is not None and engine == "local":
        problem = f"{address!r}, expected --engine dask or ray with an address"
        raise BadInput("--address", "", problem)


def refuse_missing(extra: str, package: str) -> None:
    """Make sure that a package is there which only an extra brings.

    Raises
    ------
    BadInput
        If it is not; the sentence has the line that installs it.
    """
    if find_spec(package) is None:
        problem = f"is not installed, expected pip install -e '.[{extra}]'"
        raise BadInput(package, "", problem)


@contextmanager
def _dask(workers: int, address: str | None) -> Iterator[None]:
    from dask.distributed import Client, LocalCluster

    with ExitStack() as stack:
        try:
            if address is None:
                cluster: Any = LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None
                )
                address = stack.enter_context(cluster).scheduler_address
            stack.enter_context(Client(address, timeout=PATIENCE))
        except (OSError, ValueError, TimeoutError) as error:
            raise _unreached(address, error) from None
        register_parallel_backend("telling dask", _telling_dask)
        stack.enter_context(parallel_config(backend="telling dask"))
        yield


def _telling_dask(**options: Any) -> Any:
    """Return joblib's backend for Dask, which tells of a task that Dask has given up.

    joblib 1.6 waits for ever for what it is not called back for.
    """
    from joblib._dask import DaskDistributedBackend

    class Telling(DaskDistributedBackend):  # type: ignore[misc]
        def submit(self, func: Any, callback: Any = None) -> Any:
            task = super().submit(func, callback)
            task.add_done_callback(
                lambda done: done.exception() and callback(done.exception())
            )
            return task

    return Telling(**options)


@contextmanager
def _ray(workers: int, address: str | None) -> Iterator[None]:
    import ray
    from ray.util.joblib import register_ray

    own: dict[str, Any] = {
        "num_cpus": workers,
        "include_dashboard": False,
        # Workers find the packages of this checkout, wherever the command stands.
        "runtime_env": {"env_vars": {"PYTHONPATH": _ROOT}},
    }
    given = {"address": address} if address else own
    if address and address != "auto":
        _refuse_silent(address)
    try:
        ray.init(**given, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError) as error:
        raise _unreached(address, error) from None
    try:
        register_ray()
        with parallel_config(backend="ray"):
            yield
    finally:
        ray.shutdown()


def _refuse_silent(address: str) -> None:
    """Make sure that somebody answers: Ray itself would wait for minutes."""
    where = urlsplit(address if "//" in address else f"//{address}")
    try:
        place = (where.hostname or "", where.port or 6379)
        create_connection(place, timeout=PATIENCE).close()
    except (OSError, ValueError) as error:
        raise _unreached(address, error) from None


def _unreached(address: str | None, error: Exception) -> BadInput:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return BadInput("--address", "", f"{address!r} cannot be reached: {reason}")
