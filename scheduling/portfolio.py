"""Solve a problem: rules first, then search, then CP-SAT; each may only improve."""

from __future__ import annotations

import numpy as np

from scheduling.arrays import arrays_of
from scheduling.decode import decoded, draft_of, modes_of, plan_of
from scheduling.engines import Engines
from scheduling.params import Params as Params
from scheduling.plan import Plan, Result
from scheduling.problem import (
    Input,
    Job,
    Machine,
    Mode,
    Objective,
    Operation,
    Problem,
)
from scheduling.rules import RULES, as_followed, dispatched
from scheduling.sound import check_params, check_problem
from scheduling.timed import begin_again, go_on, prove_and_search

#: Rounds after which the searches exchange what they found.
ROUNDS = 4


def solve(
    problem: Problem, params: Params | None = None, start: Plan | None = None
) -> Result:
    """Return the best plan found, what is known about it, and who found it.

    Never worse than the best rule, nor than ``start`` if that leaves what is frozen in
    its turn, all as they will be followed.
    Without a plan if there cannot be one; or, where parts block each other or must not
    wait, if none was found.

    Raises
    ------
    BadInput
        If something in the problem refers to nothing or is no such number, or a
        parameter is out of its limits (:mod:`scheduling.sound`).
    """
    params = params or Params()
    check_params(params)
    check_problem(problem)
    work = Engines(problem, params)
    work.rules()
    if start is not None:
        work.begin_from(start)
    if not any(operation.pinned is None for operation in problem.operations):
        work.bound = work.best.value if work.best.allowed else None
        work.impossible = not work.best.allowed
        return work.result()
    if not work.doable:
        return work.result()
    exchanging = work.sequenced_by is None  # two searches; that of machines is one
    rounds = min(ROUNDS, 1 + params.budget // 50) if exchanging else 1
    if work.left is not None and not work.small:
        rounds = 0  # `go_on` has all of the time: one cooling, not two
    for turn in range(rounds):
        work.search(params.budget // rounds, (turn / rounds, (turn + 1) / rounds))
    work.noted()
    if work.small:
        if work.left:
            prove_and_search(work)
        else:
            work.prove()
    elif params.windows > 0 and work.left is None:
        work.polish(params.windows, params.seed)
        work.noted()
    if work.left and not work.proven and not work.impossible:
        if work.small:
            begin_again(work, work.params.workers)
        else:
            go_on(work)
    return work.result()


def refresh(
    problem: Problem, *, fresh: bool = True, sequenced_by: str | None = None
) -> Plan:
    """Return a plan at once: a rule's, or the plan in force brought up to date.

    For minor events. What cannot be done at all is left out; the value is then
    infinite.

    Parameters
    ----------
    fresh, sequenced_by
        Whether the rule is asked although there is a plan in force, and by which rule
        its machines are followed, if only these are (:class:`Params`).
    """
    a = arrays_of(problem)
    rule = RULES[sequenced_by or "rolling"]
    force = problem.in_force
    old = draft_of(a)
    if force is not None and force.priority:
        if sequenced_by is None:
            old = decoded(problem, a, force.priority)
        else:
            given = modes_of(problem, force.machine_of())
            old = dispatched(a, rule, given)
            if not np.array_equal(given, old.modes()):
                old = as_followed(a, rule, old)  # what it did not span has a machine
    if not fresh and old.allowed:
        return plan_of(problem, a, old)
    new = dispatched(a, rule)
    if sequenced_by is not None:
        new = as_followed(a, rule, new)
    better = old.value < new.value or old.planned > new.planned
    return plan_of(problem, a, old if better else new)


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
    solve(problem, Params(budget=1, sequenced_by="rolling"))
    solve(problem, Params(budget=1, exact_operations=0, windows=1))
