"""Orders to begin with where parts that block each other leave no rule a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scheduling.arrays import Arrays, Table, arrays_of
from scheduling.decode import sequence_of
from scheduling.problem import Problem
from scheduling.rules import Rule, dispatched


def orders_with_room(problem: Problem, a: Arrays, rules: Iterable[Rule]) -> list[Table]:
    """Return the orders of rules as if there were room beside the machines, and a last.

    That one finishes one thing after another, the first due first. Frozen is what is
    frozen as it is: with room it would be more, and come before it.
    """
    machines = tuple(replace(m, blocking=False) for m in problem.machines)
    roomy = arrays_of(replace(problem, machines=machines))._replace(prefix=a.prefix)
    orders = [dispatched(roomy, rule).schedule.order for rule in rules]
    orders.append(sequence_of(a, _one_by_one(problem)))
    return [order[order >= 0] for order in orders]


def _one_by_one(problem: Problem) -> list[int]:
    """Return ranks that finish one thing after another, the first due first."""
    operations = problem.operations
    final = list(range(len(operations)))  # what becomes of each, in the end
    for o in reversed(range(len(final))):
        for part in operations[o].inputs:
            if part.operation is not None:
                final[part.operation] = final[o]
    dues = [problem.jobs[operation.job].due for operation in operations]
    turn = sorted(set(final), key=lambda o: (dues[o], operations[o].job, o))
    rank = {o: k for k, o in enumerate(turn)}
    return [rank[o] for o in final]
