"""Machines and modes that no model describes are refused by name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_problems import operation, problem

from kernel.errors import BadInput
from scheduling.problem import Machine
from scheduling.sound import check_problem


def test_one_mode_a_machine():
    """A second way to do an operation on one machine is never needed."""
    given = problem(
        [operation("A", (0, 10)), operation("B", (0, 10), (1, 5), (0, 5))],
        [Machine(id="M", place=0), Machine(id="N", place=0)],
    )
    with pytest.raises(BadInput) as refused:
        check_problem(given)
    assert refused.value.place == "operations.1.modes.2.machine"
    assert "one mode for each machine" in str(refused.value)


def test_an_oven_has_room_beside_it():
    """What parts do that stay in a batch is not described; a dock has no limit."""
    both = Machine(id="M", place=0, batch=True, blocking=True)
    given = problem([operation("A", (0, 10))], [Machine(id="N", place=0), both])
    with pytest.raises(BadInput) as refused:
        check_problem(given)
    assert refused.value.place == "machines.1.blocking"
    dock = replace(both, capacity=0, free=())
    for machine in (replace(both, batch=False), replace(both, blocking=False), dock):
        check_problem(replace(given, machines=(given.machines[0], machine)))
