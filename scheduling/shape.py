"""What kind of problem it is, and so which engines are worth asking."""

from __future__ import annotations

from scheduling.params import Params
from scheduling.problem import Objective, Problem


def taken_whole(problem: Problem, params: Params) -> bool:
    """Return whether CP-SAT can take a problem as a whole.

    A plain one, a makespan with nothing to carry or to set up, it masters at three
    times the size.
    """
    open_ = [o for o in problem.operations if o.pinned is None]
    trips = sum(len(o.inputs) for o in open_) if problem.vehicles else 0
    if not trips and not problem.setups and _only_makespan(problem.objective):
        modes = sum(len(operation.modes) for operation in open_)
        if modes <= params.exact_plain:
            return True
    return len(open_) <= params.exact_operations and trips <= params.exact_trips


def _only_makespan(objective: Objective) -> bool:
    return objective.makespan > 0 and not any(objective.prices()[1:])
