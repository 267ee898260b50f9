"""Alternative routings: a job can be made in one of several ways.

Kim, Park & Ko (2003) and others choose process plans and schedules together. Here a
choice of routings makes an ordinary problem of the rest. Few choices are all solved,
and proven; of many, one job at a time tries another routing, judged by the rules, and
what is best then is solved with the whole budget.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from scheduling.arrays import arrays_of
from scheduling.params import Params
from scheduling.plan import Contribution, Result, Status
from scheduling.portfolio import solve
from scheduling.problem import Operation, Problem
from scheduling.rules import RULES, dispatched
from scheduling.search.race import RACE

#: Up to so many choices are all solved.
ALL = 16
#: Rules by which a choice is judged.
JUDGES = RACE[:4]

#: The operations of a job; an input names an operation by its position in here.
Routing = Sequence[Operation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """A result, the problem it is of, and the routing of each job that had several."""

    result: Result
    problem: Problem
    choice: dict[int, int]


def with_routings(
    problem: Problem,
    routings: Mapping[int, Sequence[Routing]],
    choice: Mapping[int, int],
) -> Problem:
    """Return the problem with the operations of a choice added to its own.

    Parameters
    ----------
    routings
        By job, a position in ``problem.jobs``; what all ways have in common may stand
        there too, or the job has no operations in ``problem``.
    choice
        By job, a position among its routings.
    """
    operations = list(problem.operations)
    for job, ways in routings.items():
        offset = len(operations)
        for operation in ways[choice[job]]:
            inputs = tuple(
                part
                if part.operation is None
                else part._replace(operation=part.operation + offset)
                for part in operation.inputs
            )
            operations.append(operation._replace(job=job, inputs=inputs))
    return replace(problem, operations=tuple(operations))


def solve_routed(
    problem: Problem,
    routings: Mapping[int, Sequence[Routing]],
    params: Params | None = None,
) -> Routed:
    """Return the best plan found over all routings.

    Proven optimal if every choice was solved and none can be better. A wall time is
    shared by the choices that are solved; to choose among many takes its own time.
    """
    params = params or Params()
    count = prod(len(ways) for ways in routings.values())
    if count == 0:
        nothing = Result(status=Status.INFEASIBLE, plan=None)
        return Routed(result=nothing, problem=problem, choice={})
    if count <= ALL:
        if params.seconds is not None:
            params = replace(params, seconds=params.seconds / count)
        return _all(problem, routings, params)
    choice, tried = _chosen(problem, routings, params)
    made = with_routings(problem, routings, choice)
    result = solve(made, params)
    note = Contribution(engine="routings", value=None, work=tried)
    return Routed(
        result=replace(
            result,
            # The bound is of this choice, not of all.
            status=Status.FEASIBLE if result.plan is not None else Status.UNKNOWN,
            bound=None,
            contributions=(note, *result.contributions),
        ),
        problem=made,
        choice=choice,
    )


def _all(
    problem: Problem, routings: Mapping[int, Sequence[Routing]], params: Params
) -> Routed:
    """Solve every choice; the least of the bounds is one for all."""
    found: list[Routed] = []
    for picks in product(*(range(len(ways)) for ways in routings.values())):
        choice = dict(zip(routings, picks, strict=True))
        made = with_routings(problem, routings, choice)
        found.append(Routed(result=solve(made, params), problem=made, choice=choice))
    possible = [r for r in found if r.result.status is not Status.INFEASIBLE]
    best = min(found, key=_value)
    bounds = [r.result.bound for r in possible]
    known = [bound for bound in bounds if bound is not None]
    bound = min(known) if known and len(known) == len(bounds) else None
    status = best.result.status
    if best.result.plan is not None:
        value = _value(best)
        proven = bound is not None and value <= bound + 1e-9 * max(1.0, abs(value))
        status = Status.OPTIMAL if proven else Status.FEASIBLE
    elif possible:
        status = Status.UNKNOWN
    return replace(best, result=replace(best.result, status=status, bound=bound))


def _value(routed: Routed) -> float:
    plan = routed.result.plan
    return float("inf") if plan is None else plan.value


def _chosen(
    problem: Problem, routings: Mapping[int, Sequence[Routing]], params: Params
) -> tuple[dict[int, int], int]:
    """Return a choice that no other routing of one job improves, or where time ended.

    Every job begins with its shortest routing.
    """

    def worth_of(choice: Mapping[int, int]) -> float:
        a = arrays_of(with_routings(problem, routings, choice))
        return min(dispatched(a, rule).value for rule in (RULES["rolling"], *JUDGES))

    choice = {job: _shortest(ways) for job, ways in routings.items()}
    best, tried, since = worth_of(choice), 1, 0
    chance = random.Random(params.seed)
    steps = [(job, k) for job, ways in routings.items() for k in range(len(ways))]
    while tried < params.budget and since < len(steps):
        chance.shuffle(steps)
        for job, k in steps:
            if tried >= params.budget or since >= len(steps):
                break
            since += 1
            if choice[job] == k:
                continue
            value = worth_of({**choice, job: k})
            tried += 1
            if value < best:
                choice[job], best, since = k, value, 0
    return choice, tried


def _shortest(ways: Sequence[Routing]) -> int:
    """Return the routing with the least work."""

    def work(way: Routing) -> int:
        return sum(min((m.duration for m in o.modes), default=0) for o in way)

    return min(range(len(ways)), key=lambda k: work(ways[k]))
