"""How far long work has come: a bar on a terminal, else a line a minute.

``say`` is who writes the lines, to a log perhaps.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from kernel.calendar import DAY

if TYPE_CHECKING:
    from studies.run import Tally

#: Seconds from line to line.
EVERY = 60.0
Say = Callable[[str], None]


@contextmanager
def of_days(runs: int, say: Say) -> Iterator[Callable[[Tally], None]]:
    """Show how far so many runs have come, day by day."""
    begun: list[str] = []
    columns = (BarColumn(bar_width=30), TextColumn("{task.description}"))
    with _shown(say, *columns) as show:

        def tell(tally: Tally) -> None:
            if tally.name not in begun:
                begun.append(tally.name)
            words = (
                f"{tally.name}: day {tally.now / DAY:.2f} of {tally.end / DAY:g}, "
                f"{tally.shipped} orders shipped, {tally.late} late"
            )
            share = min(1.0, tally.now / max(1, tally.end))
            show(len(begun) - 1 + share, runs, words)

        yield tell


@contextmanager
def of_runs(say: Say) -> Iterator[Callable[[int, int], None]]:
    """Show how many runs are done, and the time left."""
    columns = (BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn())
    first: list[tuple[int, float]] = []
    with _shown(say, *columns) as show:

        def tell(done: int, runs: int) -> None:
            if not first:
                first.append((done, monotonic()))
            before, began = first[0]
            words = f"{done} of {runs} runs"
            if done > before:
                each = (monotonic() - began) / (done - before)
                minutes = max(1, round(each * (runs - done) / 60))
                words += f", about {minutes} min left"
            show(done, runs, words)

        yield tell


@contextmanager
def _shown(
    say: Say,
    *columns: BarColumn | MofNCompleteColumn | TextColumn | TimeRemainingColumn,
) -> Iterator[Callable[[float, float, str], None]]:
    """Yield who is told how much is done, of how much, and what to say in words."""
    if not sys.stderr.isatty():
        yield _lines(say)
        return
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(done: float, total: float, words: str) -> None:
            bar.update(task, completed=done, total=total, description=words)

        yield show


def _lines(say: Say) -> Callable[[float, float, str], None]:
    due = monotonic() + EVERY

    def show(done: float, total: float, words: str) -> None:
        nonlocal due
        if monotonic() >= due:
            due = monotonic() + EVERY
            say(words)

    return show
