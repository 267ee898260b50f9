"""Solve a problem: rules first, then search, then CP-SAT; each may only improve."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import numpy as np

from scheduling.arrays import CHANGED, Arrays, Reals, arrays_of
from scheduling.cpsat.search import Limits, ask
from scheduling.cpsat.windows import Polish, polished
from scheduling.decode import Draft, decoded, draft_of, modes_of, plan_of, retimed
from scheduling.plan import Contribution, Plan, Result, Status
from scheduling.problem import (
    Input,
    Job,
    Machine,
    Mode,
    Objective,
    Operation,
    Problem,
)
from scheduling.rules import RULES, Rule, dispatched, rule_of
from scheduling.search.pair import TRIALS, Pair
from scheduling.search.race import RACE, drawn, race

_TOLERANCE = 1e-9
#: Rounds after which the searches exchange what they found.
ROUNDS = 4
#: Shares of a wall time for racing rules, and for CP-SAT at the end.
RACING, POLISHING = 0.1, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How much work to put into a solution.

    Attributes
    ----------
    race
        Rules tried; beyond the named ones settings are drawn.
    budget
        Dispatches tried by the search of priorities; that of sequences takes about as
        long.
    windows
        Windows of a large problem given to CP-SAT.
    exact_operations, exact_trips
        Up to this size CP-SAT gets the problem as a whole.
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
    """

    race: int = 60
    budget: int = 300
    windows: int = 8
    exact_operations: int = 100
    exact_trips: int = 24
    exact_work: float = 4.0
    window_work: float = 0.005
    window_size: int = 14
    seconds: float | None = None
    workers: int = 1
    seed: int = 0


class Portfolio:
    """The engines at work on one problem, and the best plan so far."""

    def __init__(self, problem: Problem, params: Params) -> None:
        self.problem, self.params = problem, params
        self.arrays: Arrays = arrays_of(problem)
        self.best: Draft = draft_of(self.arrays)
        self.rule: Rule = RULES["rolling"]
        self.bound: float | None = None
        self.contributions: list[Contribution] = []
        self.reproducible = True
        self._pair: Pair | None = None
        self._rounds: dict[str, tuple[float, float]] = {}  # work, and gains
        self._by_rule = float("inf")  # what the plan of the best rule is worth
        self._until = None if params.seconds is None else monotonic() + params.seconds

    @property
    def left(self) -> float | None:
        """Seconds of wall time left; None: time does not matter."""
        return None if self._until is None else max(0.0, self._until - monotonic())

    @property
    def proven(self) -> bool:
        """Whether the bound says that nothing better exists."""
        slack = _TOLERANCE * max(1.0, abs(self.best.value))
        return self.bound is not None and self.best.value <= self.bound + slack

    def _offer(self, draft: Draft) -> bool:
        """Keep a plan if it is better."""
        if draft.value < self.best.value - _TOLERANCE * max(1.0, abs(draft.value)):
            self.best = draft
            return True
        return False

    def _note(self, engine: str, work: float, status: str = "") -> None:
        value = None if self.best.value == float("inf") else self.best.value
        self.contributions.append(
            Contribution(engine=engine, value=value, work=work, status=status)
        )

    def rules(self) -> None:
        """Dispatch by every rule, and by the order of the plan in force."""
        named = RACE[: max(1, self.params.race)]
        for rule in named:
            self._dispatch(rule)
        self._note("rules", len(named), self.rule.name)
        self._race(drawn(max(0, self.params.race - len(RACE)), self.params.seed))
        self.noted()
        force = self.problem.in_force
        if force is not None and force.priority:
            better = [
                self._offer(
                    decoded(self.problem, self.arrays, force.priority, machines)
                )
                for machines in ({}, force.machine_of())
            ]
            self._note("in force", len(better), "better" if any(better) else "")

    def _dispatch(self, rule: Rule) -> bool:
        """Offer the plan of a rule, and remember the rule if none was better."""
        draft = dispatched(self.arrays, rule)
        if draft.value < self._by_rule:
            self.rule, self._by_rule = rule, draft.value
        return self._offer(draft)

    def _race(self, settings: Reals) -> None:
        """Dispatch by settings of ATC, (R, 5); keep the best.

        Where a changed machine has its price, also with the machines of the plan in
        force: to begin there is better than to be paid for coming back.
        """
        if not len(settings):
            return
        a, scratch = self.arrays, draft_of(self.arrays).schedule
        free = np.full(len(a.operations) - 1, -1, dtype=np.int64)
        best = int(np.argmin(race(a, settings, free, scratch)))
        better = self._dispatch(rule_of(settings[best]))
        force = self.problem.in_force
        if force is not None and a.prices[CHANGED] > 0:
            kept = modes_of(self.problem, force.machine_of())
            best = int(np.argmin(race(a, settings, kept, scratch)))
            better |= self._offer(dispatched(a, rule_of(settings[best]), kept))
        self._tried("race", len(settings), better)

    def _tried(self, engine: str, work: float, better: float) -> None:
        """Add to what an engine has tried, and how often that was better."""
        known, gains = self._rounds.get(engine, (0.0, 0.0))
        self._rounds[engine] = known + work, gains + better

    def noted(self) -> None:
        """Note what has been tried since: one note an engine."""
        for engine, (work, gains) in self._rounds.items():
            self._note(engine, work, f"better {gains:g} times")
        self._rounds.clear()

    def search(self, iterations: int, progress: tuple[float, float]) -> None:
        """Anneal priorities and sequences, side by side."""
        if len(self.arrays.operations) == 1 or iterations <= 0:
            return
        if self._pair is None:
            rule = self.rule.vector()
            self._pair = Pair(self.arrays, rule, self.params.seed, self.params.workers)
        for engine, draft in self._pair.round(self.best, iterations, progress).items():
            work = iterations * (TRIALS if engine == "sequences" else 1)
            self._tried(engine, work, self._offer(draft))

    @property
    def small(self) -> bool:
        """Whether CP-SAT can take the problem as a whole."""
        open_ = [o for o in self.problem.operations if o.pinned is None]
        trips = sum(len(o.inputs) for o in open_) if self.problem.vehicles else 0
        return (
            len(open_) <= self.params.exact_operations
            and trips <= self.params.exact_trips
        )

    def prove(self) -> None:
        """Have CP-SAT solve the problem, from the best plan on."""
        limits = Limits(
            deterministic=self.params.exact_work if self.left is None else 1e6,
            seed=self.params.seed,
            workers=self.params.workers,
            # What it has not proven by then it may never: the searches get the rest.
            seconds=None if self.left is None else 0.6 * self.left,
        )
        hint = plan_of(self.problem, self.arrays, self.best)
        answer = ask(self.problem, limits, hint)
        if answer.plan is not None:
            self._offer(retimed(self.problem, self.arrays, answer.plan))
            order = answer.plan.priority
            machines = answer.plan.machine_of()
            self._offer(decoded(self.problem, self.arrays, order, machines))
        self.bound = answer.bound
        self.reproducible &= answer.reproducible
        self._note("cp-sat", answer.work, answer.status)

    def polish(self, windows: int, seed: int) -> None:
        """Have CP-SAT improve windows of the plan."""
        polish = Polish(
            windows=windows,
            size=self.params.window_size,
            deterministic=self.params.window_work,
            seed=seed,
        )
        draft, work, gains = polished(self.problem, self.arrays, self.best, polish)
        self._offer(draft)
        self._tried("windows", work, gains)

    def go_on(self, seconds: float) -> None:
        """Use the time that is left: race, anneal, and let CP-SAT look at windows.

        How much is done depends on the clock; the plan is still the best of all tried.
        """
        self.reproducible = False
        if self.small:
            self._begin_again()
            return
        turn = 1
        while self.left and self.left > (1 - RACING) * seconds:
            turn += 1
            self._race(drawn(32, self.params.seed + turn))
        self._pair = None  # from the rule that has won meanwhile
        kept = POLISHING * seconds if self.params.windows else 0.0  # for CP-SAT
        iterations, budget = 16, max(1e-9, (self.left or 0.0) - kept)
        while self.left and self.left > kept:
            before = self.left
            share = (before - kept) / budget
            self.search(iterations, (1 - share, min(1.0, 1.15 - share)))
            took = max(1e-6, before - self.left)
            iterations = max(
                8, min(4 * iterations, int(iterations * budget / took / 8))
            )
        turn = 1
        while self.left and self.params.windows and not self.proven:
            self.polish(max(1, self.params.windows // 2), self.params.seed + turn)
            turn += 1
        self.noted()

    def _begin_again(self) -> None:
        """Anneal from one rule after another: small problems are soon searched."""
        seed = self.params.seed
        while self.left and not self.proven:
            seed += 1
            settings = drawn(1, seed)
            start = dispatched(self.arrays, rule_of(settings[0]))
            pair = Pair(self.arrays, settings[0], seed, self.params.workers)
            for turn in range(ROUNDS):
                progress = (turn / ROUNDS, (turn + 1) / ROUNDS)
                for draft in pair.round(start, 500, progress).values():
                    start = min(start, draft, key=lambda known: known.value)
            self._offer(start)
        self._note("restarts", seed - self.params.seed)

    def result(self) -> Result:
        """Return what is known now."""
        status = Status.OPTIMAL if self.proven else Status.FEASIBLE
        return Result(
            status=status,
            plan=plan_of(self.problem, self.arrays, self.best),
            bound=self.bound,
            contributions=tuple(self.contributions),
            reproducible=self.reproducible,
        )


def solve(problem: Problem, params: Params | None = None) -> Result:
    """Return the best plan found, what is known about it, and who found it.

    Never worse than the best rule; without a plan only if there cannot be one.
    """
    params = params or Params()
    work = Portfolio(problem, params)
    work.rules()
    if work.best.value == float("inf"):
        return Result(
            status=Status.INFEASIBLE,
            plan=None,
            contributions=tuple(work.contributions),
        )
    rounds = min(ROUNDS, 1 + params.budget // 50)
    if work.left is not None and not work.small:
        rounds = 0  # `go_on` has all of the time: one cooling, not two
    for turn in range(rounds):
        work.search(params.budget // rounds, (turn / rounds, (turn + 1) / rounds))
    work.noted()
    if not any(operation.pinned is None for operation in problem.operations):
        work.bound = work.best.value
    elif work.small:
        work.prove()
    elif params.windows > 0 and work.left is None:
        work.polish(params.windows, params.seed)
        work.noted()
    if work.left and not work.proven:
        work.go_on(params.seconds or 0.0)
    return work.result()


def refresh(problem: Problem) -> Plan:
    """Return a plan at once: a rule's, or the plan in force brought up to date.

    For minor events. What cannot be done at all is left out; the value is then
    infinite.
    """
    a = arrays_of(problem)
    best = dispatched(a, RULES["rolling"])
    force = problem.in_force
    if force is not None and force.priority:
        old = decoded(problem, a, force.priority)
        if old.value < best.value or (old.planned > best.planned):
            best = old
    return plan_of(problem, a, best)


def warm_up() -> None:
    """Compile, or load from disk, everything that is called while planning.

    Takes a quarter of a minute the first time on a machine, then a moment.
    """
    machine = Machine(id="M", place=0)
    operation = Operation(
        id="O",
        job=0,
        modes=(Mode(machine=0, duration=1),),
        inputs=(Input(place=0),),
    )
    problem = Problem(
        now=0,
        jobs=(Job(id="J", release=0, due=0, weight=1.0),),
        operations=(operation, operation._replace(id="P")),
        machines=(machine,),
        objective=Objective(flow=1.0),
    )
    solve(problem, Params(budget=1))
    solve(problem, Params(budget=1, exact_operations=0, windows=1))
