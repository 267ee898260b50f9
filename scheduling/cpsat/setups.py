"""How much a machine is set up: the tour through its operations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ortools.sat.python import cp_model

from scheduling.cpsat.variables import Choice, Term, Variables, Work


def set_up_times(model: cp_model.CpModel, variables: Variables) -> Iterator[Term]:
    """Yield a literal for each set-up from one operation to the next, with its length.

    Exact for machines of one slot whose operations all have a family; of others not
    all set-ups are counted, so that a bound is one still.
    """
    problem = variables.problem
    for m, machine in enumerate(problem.machines):
        if machine.setup is None or machine.capacity != 1:
            continue
        works = [
            (problem.operations[o].family, work, choice)
            for o, work in variables.works.items()
            for choice in work.choices
            if choice.machine == m and problem.operations[o].family >= 0
        ]
        every = sum(c.machine == m for w in variables.works.values() for c in w.choices)
        if works and len(works) == every:
            matrix = problem.setups[machine.setup]
            yield from _tour(model, variables, works, matrix, machine.family)


def _tour(
    model: cp_model.CpModel,
    variables: Variables,
    works: list[tuple[int, Work, Choice]],
    matrix: tuple[tuple[int, ...], ...],
    present: int,
) -> Iterator[Term]:
    """Yield the set-ups of one machine: a circuit through what is done on it."""
    unused = model.new_bool_var("unused")
    arcs: list[tuple[int, int, Any]] = [(0, 0, unused)]
    for i, (family, work, choice) in enumerate(works, start=1):
        first, last = model.new_bool_var("first"), model.new_bool_var("last")
        arcs += [(0, i, first), (i, 0, last)]
        if choice.chosen is not True:
            arcs.append((i, i, ~choice.chosen))
            model.add_implication(choice.chosen, ~unused)
        else:
            model.add(unused == 0)
        if present >= 0 and matrix[present][family]:
            yield float(matrix[present][family]), first
        for j, (after, other, _) in enumerate(works, start=1):
            if i == j:
                continue
            then = model.new_bool_var("then")
            arcs.append((i, j, then))
            gap = variables.grid.span(matrix[family][after])
            model.add(other.start >= work.end + gap).only_enforce_if(then)
            if matrix[family][after]:
                yield float(matrix[family][after]), then
    model.add_circuit(arcs)
