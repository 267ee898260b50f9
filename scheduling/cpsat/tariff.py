"""What energy costs: piecewise linear in the start of an operation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ortools.sat.python import cp_model

from scheduling.cpsat.variables import Choice, Literal, Term, Variables, Work

HOUR = 3_600_000


def bills(model: cp_model.CpModel, variables: Variables) -> Iterator[Term]:
    """Yield what the energy of each operation costs; of a batch, of its first."""
    problem = variables.problem
    for work in variables.works.values():
        for choice in work.choices:
            power = problem.machines[choice.machine].power / HOUR
            if power and problem.tariff and choice.duration:
                yield from _bill(model, variables, work, choice, power)


def _bill(
    model: cp_model.CpModel,
    variables: Variables,
    work: Work,
    choice: Choice,
    power: float,
) -> Iterator[Term]:
    """Yield a literal and a length for each stretch in which the price is linear."""
    grid, tariff = variables.grid, variables.problem.tariff
    paid = choice.chosen
    if choice.joined:
        paid = model.new_bool_var("paid")
        model.add_bool_or([*choice.joined, paid, _not(choice.chosen)])
    bounds = {grid.of(time) for time, _ in tariff[1:]}
    ends = {bound - choice.duration for bound in bounds}
    points = sorted({0, grid.horizon} | {p for p in bounds | ends if p > 0})
    stretches = []
    for low, high in pairwise(points):
        here = model.new_bool_var("stretch")
        along = model.new_int_var(0, high - low, "along")
        model.add(work.start >= low).only_enforce_if(here)
        model.add(work.start <= high).only_enforce_if(here)
        model.add(along == work.start - low).only_enforce_if(here)
        model.add(along == 0).only_enforce_if(~here)
        stretches.append(here)
        first = _cost(variables, low, choice.duration)
        slope = (_cost(variables, high, choice.duration) - first) / (high - low)
        yield power * first, here
        yield power * slope, along
    model.add(sum(stretches) == 1).only_enforce_if(paid)
    model.add(sum(stretches) == 0).only_enforce_if(_not(paid))


def _cost(variables: Variables, start: int, duration: int) -> float:
    """Return the price of a power of one during an hour's worth of ms from a start."""
    grid, tariff = variables.grid, variables.problem.tariff
    begin, end, cost = grid.date(start), grid.date(start + duration), 0.0
    for k, (time, price) in enumerate(tariff):
        first = begin if k == 0 else max(begin, time)
        last = min(end, tariff[k + 1][0]) if k + 1 < len(tariff) else end
        cost += price * max(0, last - first)
    return cost


def _not(literal: Literal) -> Literal:
    return not literal if isinstance(literal, bool) else ~literal
