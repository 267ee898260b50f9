"""Objectives one after another: the first counts, then the second, and so on.

Each objective is solved with what was reached before as a ceiling (the epsilon
constraint method with a tolerance of zero; Haimes, Lasdon & Wismer 1971).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kernel.errors import BadInput
from scheduling.criteria import criteria_of
from scheduling.params import Params
from scheduling.plan import Result
from scheduling.portfolio import solve
from scheduling.problem import CRITERIA, Objective, Problem


def solve_in_turn(
    problem: Problem, criteria: Sequence[str], params: Params | None = None
) -> list[Result]:
    """Return the results for one criterion after another; the last plan is the answer.

    Parameters
    ----------
    criteria
        Names of :data:`scheduling.problem.CRITERIA`, the most important first.
    params
        Work for each of them; a wall time is shared.

    Returns
    -------
    list
        As many results as criteria, or fewer: there is no plan at all. No criterion is
        worse in a later plan than in the one that was made for it.

    Raises
    ------
    BadInput
        If a criterion is unknown or named twice.
    """
    for k, name in enumerate(criteria):
        if name not in CRITERIA or name in criteria[:k]:
            expected = f"expected some of {', '.join(CRITERIA)}, each once"
            raise BadInput("objective", "", f"{name!r}, {expected}")
    params = params or Params()
    if params.seconds is not None:
        params = replace(params, seconds=params.seconds / max(1, len(criteria)))
    results: list[Result] = []
    ceilings: list[tuple[str, float]] = []
    for name in criteria:
        aim = Objective(
            **{"tardiness": 0.0, name: 1.0},
            spread=problem.objective.spread,
            ceilings=(*problem.objective.ceilings, *ceilings),
        )
        given = replace(problem, objective=aim)
        results.append(solve(given, params, results[-1].plan if results else None))
        plan = results[-1].plan
        if plan is None:
            break
        ceilings.append((name, criteria_of(given, plan)[name]))
    return results
