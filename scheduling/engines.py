"""The engines at work on one problem, and the best plan so far."""

from __future__ import annotations

from time import monotonic

import numpy as np

from scheduling.arrays import BLOCKED, MACHINE, Arrays, Reals, Table, arrays_of
from scheduling.cpsat.search import Answer, Limits, ask
from scheduling.cpsat.windows import Polish, polished
from scheduling.decode import (
    Draft,
    decoded,
    draft_of,
    modes_of,
    plan_of,
    realised,
    retimed,
    sequence_of,
    steady,
)
from scheduling.incumbent import TOLERANCE, Incumbent
from scheduling.params import Params
from scheduling.plan import Contribution, Plan, Result, Status
from scheduling.problem import Problem
from scheduling.room import orders_with_room
from scheduling.rules import RULES, Rule, dispatched, rule_of
from scheduling.search.machines import choices, descend
from scheduling.search.pair import TRIALS, Pair
from scheduling.search.race import RACE, drawn, raced
from scheduling.shape import taken_whole
from scheduling.sound import check_value

#: Share of a wall time in which CP-SAT may prove; what it has not proven by then it may
#: never, and the searches get the rest.
PROVING = 0.9
#: Share of a wall time that must be left for another rule to be tried.
RULING = 0.9
#: Changes of machine tried for each iteration of the search: fifty leave little to a
#: hundred at a hundred open operations.
REASSIGNED = 5


class Engines:
    """The engines at work on one problem, and the best plan so far."""

    def __init__(self, problem: Problem, params: Params) -> None:
        self.problem, self.params = problem, params
        self.arrays: Arrays = arrays_of(problem)
        self.rule: Rule = RULES["rolling"]
        name = params.sequenced_by
        self.sequenced_by = None if name is None else RULES[name]
        self.incumbent = Incumbent(self.arrays, self.sequenced_by)
        self.bound: float | None = None
        self.contributions: list[Contribution] = []
        self.reproducible, self.impossible = True, False
        self.pair: Pair | None = None
        self.restarts = 0  # of the search of a small problem
        self.descents = 0  # of the search of machines
        self._rounds: dict[str, tuple[float, float]] = {}  # work, and gains
        self._freed = -1  # the machine that was free to be left in the last race
        self._by_rule = float("inf")  # what the plan of the best rule is worth
        self.seconds = params.seconds or 0.0
        self.each = 0.0  # seconds a dispatch takes, where there is a clock
        self._until = None if params.seconds is None else monotonic() + params.seconds

    @property
    def left(self) -> float | None:
        """Seconds of wall time left; None: time does not matter."""
        return None if self._until is None else max(0.0, self._until - monotonic())

    @property
    def proven(self) -> bool:
        """Whether the bound says that nothing better exists."""
        slack = TOLERANCE * max(1.0, abs(self.best.value))
        return self.bound is not None and self.best.value <= self.bound + slack

    @property
    def best(self) -> Draft:
        """The best plan so far, as it will be followed."""
        return self.incumbent.best

    def offer(self, draft: Draft) -> bool:
        """Keep a plan if it is better, as it will be followed."""
        return self.incumbent.offer(draft)

    def note(self, engine: str, work: float, status: str = "") -> None:
        """Note what an engine did, and the value it left."""
        value = self.best.value if self.best.allowed else None
        self.contributions.append(
            Contribution(engine=engine, value=value, work=work, status=status)
        )

    def rules(self) -> None:
        """Dispatch by every rule, and by the order of the plan in force.

        If nothing fresh is asked for, by that order alone, where it can still be kept.
        Parts that wait for each other's machines can leave every rule without a plan:
        then the order of the same rules where there is room, and one job after another.
        """
        if not self.params.fresh and self._in_force():
            return
        named, began = RACE[: max(1, self.params.race)], self.left or 0.0
        if self.sequenced_by is not None:
            vectors = np.array([rule.vector() for rule in named])
            self._dispatch(named[self._fastest(vectors)])
        for k, rule in enumerate(() if self.best.allowed else named):
            late = self.left is not None and self.left < RULING * self.seconds
            if k > 0 and late:
                named, self.reproducible = named[:k], False
                break
            self._dispatch(rule)
        self.note("rules", len(named), self.rule.name)
        self.each = (began - (self.left or 0.0)) / len(named)
        if self.left is None:  # with a clock there are races without end
            self.race(drawn(max(0, self.params.race - len(RACE)), self.params.seed))
            self.noted()
        if self.arrays.prices[BLOCKED]:
            self._with_room(named)
        if self.params.fresh:
            self._in_force()

    def _in_force(self) -> bool:
        """Offer the plan in force, brought up to date; return if there is a plan."""
        force = self.problem.in_force
        if force is not None and force.priority:
            kept = force.machine_of()
            free = decoded(self.problem, self.arrays, force.priority, {})
            if self.sequenced_by is None:
                same = decoded(self.problem, self.arrays, force.priority, kept)
            else:
                only = modes_of(self.problem, kept)
                same = dispatched(self.arrays, self.sequenced_by, only)
            better = [self.offer(draft) for draft in (free, same)]
            self.note("in force", len(better), "better" if any(better) else "")
        return self.best.allowed

    def begin_from(self, plan: Plan) -> None:
        """Offer a plan somebody else has made of the same work."""
        better = self.offer(retimed(self.problem, self.arrays, plan))
        self.note("start", 1, "better" if better else "")

    def _with_room(self, rules: tuple[Rule, ...]) -> None:
        """Offer orders that were made as if parts had room beside the machines."""
        free = np.full(len(self.problem.operations), -1, dtype=np.int64)
        orders = orders_with_room(self.problem, self.arrays, rules)
        better = [self.offer(realised(self.arrays, order, free)) for order in orders]
        self.note("with room", len(orders), f"better {sum(better)} times")

    def _dispatch(self, rule: Rule) -> bool:
        """Offer the plan of a rule, and remember the rule if none was better."""
        draft = dispatched(self.arrays, rule)
        if draft.value < self._by_rule:
            self.rule, self._by_rule = rule, draft.value
        return self.offer(draft)

    def race(self, settings: Reals) -> None:
        """Dispatch by settings of ATC, (R, 5); keep the best.

        Where a changed machine has its price or ceiling, also with the machines of the
        plan in force, each time but one: to begin there is better than to come back.
        """
        if not len(settings):
            return
        a = self.arrays
        better = self._dispatch(rule_of(settings[self._fastest(settings)]))
        force = self.problem.in_force
        if force is not None and steady(a):
            modes = modes_of(self.problem, force.machine_of())
            kept = np.tile(modes, (len(settings), 1))
            machine = np.where(kept[0] >= 0, a.modes[kept[0], MACHINE], -1)
            for turn in range(1, len(kept)):
                self._freed = (self._freed + 1) % len(self.problem.machines)
                kept[turn, machine == self._freed] = -1
            best = self._fastest(settings, kept)
            better |= self.offer(dispatched(a, rule_of(settings[best]), kept[best]))
        self._tried("race", len(settings), better)

    def _fastest(self, settings: Reals, only: Table | None = None) -> int:
        """Return which of some rules (R, 5) wins a race; ``only`` (R, N): modes."""
        a, workers = self.arrays, self.params.workers
        if only is None:
            shape = len(settings), len(a.operations) - 1
            only = np.full(shape, -1, dtype=np.int64)
        return int(np.argmin(raced(a, settings, only, self.sequenced_by, workers)))

    def _tried(self, engine: str, work: float, better: float) -> None:
        """Add to what an engine has tried, and how often that was better."""
        known, gains = self._rounds.get(engine, (0.0, 0.0))
        self._rounds[engine] = known + work, gains + better

    def noted(self) -> None:
        """Note what has been tried since: one note an engine."""
        for engine, (work, gains) in self._rounds.items():
            self.note(engine, work, f"better {gains:g} times")
        self._rounds.clear()

    def search(self, iterations: int, progress: tuple[float, float]) -> None:
        """Anneal priorities and sequences, side by side; or try other machines."""
        if len(self.arrays.operations) == 1 or iterations <= 0:
            return
        if self.sequenced_by is not None:
            self._reassign(self.sequenced_by, REASSIGNED * iterations)
            return
        if self.pair is None:
            rule = self.rule.vector()
            self.pair = Pair(self.arrays, rule, self.params.seed, self.params.workers)
        for engine, draft in self.pair.round(self.best, iterations, progress).items():
            work = iterations * (TRIALS if engine == "sequences" else 1)
            self._tried(engine, work, self.offer(draft))

    def _reassign(self, rule: Rule, trials: int) -> None:
        """Give one operation after another to another machine, if that is better."""
        a, only = self.arrays, self.best.modes()
        moves = choices(a, self.params.seed + self.descents)
        made = descend(a, rule.vector(), only, moves, trials, draft_of(a).schedule)
        self.descents += 1
        self._tried("machines", made, self.incumbent.offer_machines(only))

    @property
    def small(self) -> bool:
        """Whether CP-SAT can take the problem as a whole."""
        return taken_whole(self.problem, self.params)

    def prove(self, share: float = PROVING) -> None:
        """Have CP-SAT solve the problem, from the best plan on.

        ``share``: of the time that is left, if there is a clock.
        """
        self.take(self.asked(share, self.params.workers))

    def asked(self, share: float, workers: int) -> Answer:
        """Return what CP-SAT makes of the problem, from the best plan on."""
        limits = Limits(
            deterministic=self.params.exact_work if self.left is None else 1e6,
            seed=self.params.seed,
            workers=workers,
            seconds=None if self.left is None else share * self.left,
        )
        whole = self.best.value < float("inf")
        hint = plan_of(self.problem, self.arrays, self.best) if whole else None
        return ask(self.problem, limits, hint)

    def take(self, answer: Answer) -> None:
        """Take over what CP-SAT has found and proven."""
        if answer.plan is not None:
            self.offer(retimed(self.problem, self.arrays, answer.plan))
            order = answer.plan.priority
            machines = answer.plan.machine_of()
            self.offer(decoded(self.problem, self.arrays, order, machines))
        known = [bound for bound in (self.bound, answer.bound) if bound is not None]
        self.bound = max(known, default=None)
        self.impossible = answer.status is Status.INFEASIBLE
        self.reproducible &= answer.reproducible
        self.note("cp-sat", answer.work, answer.status)

    def polish(self, windows: int, seed: int) -> None:
        """Have CP-SAT improve windows of the plan, if it knows how parts leave."""
        if self.arrays.prices[BLOCKED] or not self.best.allowed:
            return
        polish = Polish(
            windows=windows,
            size=self.params.window_size,
            deterministic=self.params.window_work,
            seed=seed,
        )
        draft, work, gains = polished(self.problem, self.arrays, self.best, polish)
        kept = self.offer(draft)
        self._tried("windows", work, gains if self.sequenced_by is None else kept)

    def result(self) -> Result:
        """Return what is known now.

        Raises
        ------
        BadInput
            If a plan costs more than can be told (:mod:`scheduling.sound`).
        """
        check_value(self.problem, self.best.value)
        plan = None
        if self.best.allowed:
            status = Status.OPTIMAL if self.proven else Status.FEASIBLE
            plan = plan_of(self.problem, self.arrays, self.best)
        elif self.impossible or not self.doable:
            status = Status.INFEASIBLE
        else:
            status = Status.UNKNOWN
        return Result(
            status=status,
            plan=plan,
            bound=self.bound,
            contributions=tuple(self.contributions),
            reproducible=self.reproducible,
        )

    @property
    def doable(self) -> bool:
        """Whether every operation has a machine and none waits for itself."""
        open_ = sum(operation.pinned is None for operation in self.problem.operations)
        ranks = [0] * len(self.problem.operations)
        return len(sequence_of(self.arrays, ranks)) == open_
