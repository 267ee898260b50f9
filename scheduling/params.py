"""How much work to put into a solution."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How much work to put into a solution.

    Attributes
    ----------
    race
        Rules tried; beyond the named ones settings are drawn.
    fresh
        Whether rules are tried although there is a plan in force that can be brought
        up to date; without, what it does not span comes last, until search moves it.
    budget
        Dispatches tried by the search of priorities; that of sequences takes about as
        long. With ``sequenced_by`` five changes of machine each.
    windows
        Windows of a large problem given to CP-SAT.
    exact_operations, exact_trips
        Up to this size CP-SAT gets the problem as a whole.
    exact_plain
        The same where nothing is carried or set up and only the makespan counts, in
        modes: up to some 300 it finds shorter plans than the search in the same time.
    exact_work, window_work
        CP-SAT's deterministic limits.
    window_size
        Operations in a window.
    seconds
        A guard in wall time; with it search and windows go on until it is over. A
        result it has shaped is not repeatable, and says so.
    workers
        Threads: of CP-SAT, and 2 let the two searches run side by side. These find the
        same plan on one.
    sequenced_by
        Rule that decides what comes next where only the machines of a plan are
        followed; then a proposal is worth what this rule makes of its machines. None:
        sequences are followed too.
    """

    race: int = 60
    fresh: bool = True
    budget: int = 300
    windows: int = 8
    exact_operations: int = 100
    exact_trips: int = 24
    exact_plain: int = 300
    exact_work: float = 4.0
    window_work: float = 0.001
    window_size: int = 14
    seconds: float | None = None
    workers: int = 1
    seed: int = 0
    sequenced_by: str | None = None
