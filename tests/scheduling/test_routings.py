"""Alternative routings: the choice that is best, proven where all are solved."""

from __future__ import annotations

from small_problems import operation, problem

from scheduling.check import check_plan
from scheduling.plan import Status
from scheduling.portfolio import Params
from scheduling.problem import Input, Machine, Operation, Problem
from scheduling.routings import ALL, solve_routed, with_routings


def ways(name: str) -> tuple[tuple[Operation, ...], ...]:
    """Return two ways: all at once on M0 in 10, or 6 on M1 and then 6 on M2."""
    at_once = (operation(name, (0, 10)),)
    in_steps = (
        operation(f"{name}1", (1, 6)),
        operation(f"{name}2", (2, 6), inputs=(Input(operation=0),)),
    )
    return at_once, in_steps


def shop(jobs: int) -> Problem:
    """Return three machines and so many jobs, of which nothing is said yet."""
    machines = [Machine(id=f"M{m}", place=0) for m in range(3)]
    given = problem([operation("X", (0, 0), job=jobs - 1)], machines)
    return Problem(
        now=0,
        jobs=given.jobs,
        operations=(),
        machines=given.machines,
        objective=given.objective,
    )


def test_a_choice_is_an_ordinary_problem() -> None:
    """Inputs point at the operations of their own routing."""
    made = with_routings(shop(2), {0: ways("A"), 1: ways("B")}, {0: 0, 1: 1})
    assert [o.id for o in made.operations] == ["A", "B1", "B2"]
    assert [o.job for o in made.operations] == [0, 1, 1]
    assert made.operations[2].inputs[0].operation == 1


def test_two_jobs_part() -> None:
    """One job alone takes 10 at once; two part, for 12; it is proven."""
    alone = solve_routed(shop(1), {0: ways("A")})
    assert (alone.choice, alone.result.plan.makespan) == ({0: 0}, 10)
    both = solve_routed(shop(2), {0: ways("A"), 1: ways("B")})
    assert (both.result.status, both.result.plan.makespan) == (Status.OPTIMAL, 12)
    assert sorted(both.choice.values()) == [0, 1]
    assert check_plan(both.problem, both.result.plan) == []


def test_many_jobs_spread() -> None:
    """Eight jobs: all at once takes 80, all in steps 54; mixed far less, unproven."""
    routings = {job: ways(f"J{job}") for job in range(8)}
    assert 2 ** len(routings) > ALL
    found = solve_routed(shop(8), routings, Params(budget=200, race=12))
    assert found.result.status is Status.FEASIBLE
    assert found.result.plan.makespan <= 36  # 3 at once and 5 in steps: 30 and 36
    assert check_plan(found.problem, found.result.plan) == []
    again = solve_routed(shop(8), routings, Params(budget=200, race=12))
    assert again.result.plan == found.result.plan


def test_no_way_at_all() -> None:
    """If no routing can be done there is no plan."""
    nowhere = ((operation("A"),), (operation("B"),))
    found = solve_routed(shop(1), {0: nowhere})
    assert (found.result.status, found.result.plan) == (Status.INFEASIBLE, None)
