"""Using a given time: as much as the clock allows of all engines.

How much is done depends on the clock; the plan is still the best of all tried.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from scheduling.arrays import BLOCKED, TARDINESS
from scheduling.engines import Engines
from scheduling.rules import dispatched, rule_of
from scheduling.search.pair import Pair
from scheduling.search.race import drawn, near

#: Shares of a wall time for racing rules, and for CP-SAT at the end: where tardiness
#: counts, and of the search for a short plan.
SHARES, MAKESPAN_SHARES = (0.15, 0.03), (0.3, 0.1)
#: Where a dispatch takes a larger share of the time than this, races have most of it.
SLOW, LONG_RACING = 1e-2, 0.85
#: How often the search for a short plan cools down; for tardiness once is best.
CYCLES = 3
#: Iterations of the search between two looks at the clock, at most.
MOST_AT_ONCE = 10_000
#: Of one start of a small problem: rounds, and dispatches tried in each.
ROUNDS, TRIES = 4, 500
#: Of a small problem on one core: shares of a wall time in which CP-SAT tries to prove
#: at once, and in which is searched before it tries again. Most are proven soon; of
#: those that are not it misses the best plan of some.
AT_ONCE, SEARCHING = 0.05, 0.15


def go_on(work: Engines) -> None:
    """Race, anneal, and let CP-SAT look at windows until the time is over."""
    work.reproducible = False
    params, seconds, turn = work.params, work.seconds, 0
    late = work.arrays.prices[TARDINESS] > 0
    racing, polishing = SHARES if late else MAKESPAN_SHARES
    if work.each > SLOW * seconds:
        racing = LONG_RACING
    settings = max(2, min(32, int(0.03 * seconds / max(work.each, 1e-6))))
    while work.left and work.left > (1 - racing) * seconds:
        turn += 1
        seed, best = params.seed + turn, work.rule.vector()
        work.race(drawn(settings, seed) if turn % 2 else near(best, settings, seed))
    work.pair = None  # from the rule that has won meanwhile
    windows = 0 if work.arrays.prices[BLOCKED] else params.windows
    kept = polishing * seconds if windows else 0.0  # for CP-SAT
    cycles = 1 if late else CYCLES
    iterations = max(1, min(16, int(0.02 * seconds / max(work.each, 1e-6))))
    budget = max(1e-9, (work.left or 0.0) - kept)
    while work.left and work.left > kept:
        before = work.left
        past = cycles * max(0.0, 1 - (before - kept) / budget) % 1
        work.search(iterations, (past, min(1.0, past + 0.15)))
        took = max(1e-6, before - work.left)
        paced = min(4 * iterations, int(iterations * budget / took / 8))
        iterations = max(1, min(paced, MOST_AT_ONCE))
    turn = 1
    while work.left and windows and work.best.allowed and not work.proven:
        work.polish(max(1, windows // 2), params.seed + turn)
        turn += 1
    work.noted()


def prove_and_search(work: Engines) -> None:
    """Let CP-SAT and the search at a small problem: side by side, or else in turn."""
    workers = work.params.workers
    if workers > 1:
        done = Event()
        with ThreadPoolExecutor(1) as other:
            task = other.submit(begin_again, work, 1, over=done.is_set)
            try:
                answer = work.asked(1.0, workers - 1)
            finally:
                done.set()
            task.result()
        work.take(answer)
        return
    work.prove(AT_ONCE)
    if not work.proven and not work.impossible:
        kept = (work.left or 0.0) - SEARCHING * work.seconds
        begin_again(work, 1, over=lambda: (work.left or 0.0) < kept)
        work.prove()


def begin_again(
    work: Engines, workers: int, over: Callable[[], bool] = lambda: False
) -> None:
    """Anneal from one rule after another: small problems are soon searched.

    As long as there is time, it is not ``over``, and nothing is proven.
    """
    work.reproducible = False
    before = work.restarts
    while work.left and not over() and not work.proven:
        work.restarts += 1
        seed = work.params.seed + work.restarts
        settings = drawn(1, seed)
        start = dispatched(work.arrays, rule_of(settings[0]))
        if start.value == float("inf"):
            start = work.best
        pair = Pair(work.arrays, settings[0], seed, workers)
        for turn in range(ROUNDS):
            progress = (turn / ROUNDS, (turn + 1) / ROUNDS)
            for draft in pair.round(start, TRIES, progress).values():
                start = min(start, draft, key=lambda known: known.value)
        work.offer(start)
    work.note("restarts", work.restarts - before)
