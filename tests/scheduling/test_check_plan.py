"""The checker sees what is wrong: correct plans are spoilt in one point each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from random_problems import random_problem
from small_problems import car, line, operation, problem, times_of

from scheduling.check import check_plan
from scheduling.decode import decode
from scheduling.plan import Assignment, Plan, Status, Trip
from scheduling.portfolio import solve
from scheduling.problem import MAKESPAN, Input, Machine, Objective, Problem
from scheduling.rules import RULES, dispatch


def rules_broken(given: Problem, plan: Plan) -> set[str]:
    """Return the names of the rules a plan breaks."""
    return {violation.rule for violation in check_plan(given, plan)}


def moved(plan: Plan, id: str, by: int) -> Plan:
    """Return the plan with an operation moved in time."""
    works = tuple(
        a._replace(start=a.start + by, end=a.end + by, setup_start=a.setup_start + by)
        if a.operation == id
        else a
        for a in plan.assignments
    )
    return replace(plan, assignments=works)


@pytest.fixture
def shop() -> Problem:
    """Return two machines, one vehicle, two steps."""
    return problem(
        [
            operation("A", (0, 10), family=0),
            operation("B", (1, 10), inputs=(Input(operation=0),), family=1),
            operation("C", (1, 10), inputs=(Input(place=1),), job=1, family=0),
        ],
        [
            Machine(id="M", place=0, closed=((100, 200),)),
            Machine(id="N", place=1, setup=0, family=0),
        ],
        setups=(((0, 5), (5, 0)),),
        vehicles=(car("V", 1),),
        fleets=(line(10, 2),),
    )


def test_spoilt_plans_are_seen(shop: Problem):
    """Each rule is broken once."""
    plan = dispatch(shop, RULES["FIFO"])
    assert check_plan(shop, plan) == []
    assert "precedence" in rules_broken(shop, moved(plan, "B", -5))
    assert "capacity" in rules_broken(shop, moved(plan, "C", 22))
    assert "setup" in rules_broken(shop, moved(plan, "C", 9))
    assert "closed" in rules_broken(shop, moved(plan, "A", 100))
    assert "release" in rules_broken(shop, moved(plan, "A", -1))
    assert "complete" in rules_broken(
        shop, replace(plan, assignments=plan.assignments[1:])
    )
    twice = (*plan.assignments, plan.assignments[0])
    assert "complete" in rules_broken(shop, replace(plan, assignments=twice))
    assert "makespan" in rules_broken(shop, replace(plan, makespan=1))
    assert "value" in rules_broken(shop, replace(plan, value=1.0))
    assert "transport" in rules_broken(shop, replace(plan, trips=()))
    [trip] = plan.trips
    for change in ({"pickup": 5}, {"arrive": 15}, {"leave": -3}, {"origin": 1}):
        assert rules_broken(shop, replace(plan, trips=(trip._replace(**change),)))


def test_wrong_names_are_seen(shop: Problem):
    """Unknown operations, machines and vehicles are violations, not exceptions."""
    plan = dispatch(shop, RULES["FIFO"])
    ghost = Assignment(operation="Z", machine="M", start=0, end=1, setup_start=0)
    assert rules_broken(shop, replace(plan, assignments=(*plan.assignments, ghost)))
    wrong = tuple(a._replace(machine="M") for a in plan.assignments)
    assert "mode" in rules_broken(shop, replace(plan, assignments=wrong))
    trip = Trip(
        vehicle="W",
        operation="Z",
        input=0,
        origin=0,
        destination=1,
        leave=0,
        pickup=0,
        arrive=10,
    )
    assert "transport" in rules_broken(shop, replace(plan, trips=(trip,)))


def test_headway_and_pinned_are_seen():
    """Starts too close to the last one, and pinned work planned again."""
    line_ = Machine(
        id="L", place=0, capacity=5, free=(0,) * 5, headway=10, last_start=-4
    )
    given = problem([operation("A", (0, 5)), operation("P", (0, 5), pinned=3)], [line_])
    work = Assignment(operation="A", machine="L", start=0, end=5, setup_start=0)
    plan = Plan(assignments=(work,), value=5.0, makespan=5)
    assert rules_broken(given, plan) == {"headway"}
    again = replace(plan, assignments=(work, work._replace(operation="P")))
    assert "pinned" in rules_broken(given, again)


@pytest.mark.parametrize("seed", range(30))
def test_earlier_is_impossible(seed: int):
    """A dispatched plan is tight: an operation moved to now is mostly noticed."""
    given = random_problem(seed, vehicles=2)
    plan = dispatch(given, RULES["reference"])
    late = [a for a in plan.assignments if a.start > given.now]
    if late:
        spoilt = moved(plan, late[-1].operation, given.now - 1 - late[-1].start)
        assert "release" in rules_broken(given, spoilt)


def at(plan: Plan, **times: tuple[int, int]) -> Plan:
    """Return the plan, worth its makespan, with work at these times, not set up for."""
    works = []
    for a in plan.assignments:
        start, end = times.get(a.operation, (a.start, a.end))
        if a.operation in times:
            a = a._replace(start=start, end=end, setup_start=start)
        works.append(a)
    latest = max(a.end for a in works)
    return replace(plan, assignments=tuple(works), makespan=latest, value=float(latest))


def test_a_set_up_belongs_to_who_booked_it():
    """A's part makes way for B's set-up, though C, alike, begins before B."""
    given = problem(
        [
            operation("A", (0, 10), family=1),
            operation("B", (0, 10), inputs=(Input(operation=0, lag=25),), family=0),
            operation("C", (0, 5), inputs=(Input(place=0, ready=16),), job=1, family=0),
        ],
        [
            Machine(
                id="M",
                place=0,
                capacity=3,
                free=(0, 0, 0),
                blocking=True,
                setup=0,
                family=1,
            )
        ],
        setups=(((0, 5), (5, 0)),),
    )
    plan = decode(given, ["A", "B", "C"])
    assert times_of(plan) == {"A": (0, 0, 10), "B": (10, 35, 45), "C": (16, 16, 21)}
    assert check_plan(given, plan) == []
    booked_by_c = tuple(
        a._replace(setup_start={"B": a.start, "C": 10}.get(a.operation, 0))
        for a in plan.assignments
    )
    assert rules_broken(given, replace(plan, assignments=booked_by_c)) == {"setup"}


def test_work_without_duration_needs_room_too():
    """Z takes no time, but A's part stands on the only slot until B begins."""
    given = problem(
        [
            operation("A", (0, 10)),
            operation("B", (1, 10), inputs=(Input(operation=0),)),
            operation("Z", (0, 0), job=1),
            operation("D", (1, 30), job=2),
        ],
        [Machine(id=f"M{m}", place=0, blocking=True) for m in range(2)],
    )
    plan = decode(given, ["D", "A", "B", "Z"])
    assert times_of(plan)["Z"] == (30, 30, 30)
    assert check_plan(given, plan) == []
    for time in (0, 30, 35):
        assert check_plan(given, at(plan, Z=(time, time))) == []
    for time in (10, 20):
        assert rules_broken(given, at(plan, Z=(time, time))) == {"blocking"}
    two = replace(given.machines[0], capacity=2, free=(0, 0))
    given = replace(given, machines=(two, given.machines[1]))
    assert check_plan(given, at(plan, Z=(20, 20))) == []


def test_work_without_duration_waits_for_a_part_in_work_before():
    """P is in work until 5 and stays until B takes it at 30."""
    given = problem(
        [
            operation("P", (0, 5), inputs=(), pinned=5),
            operation("B", (1, 10), inputs=(Input(operation=0),)),
            operation("Z", (0, 0), job=1),
        ],
        [
            Machine(id="M0", place=0, blocking=True, free=(5,)),
            Machine(id="M1", place=0, free=(30,)),
        ],
    )
    plan = decode(given, ["B", "Z"])
    assert check_plan(given, plan) == []
    assert check_plan(given, at(plan, Z=(30, 30))) == []
    assert rules_broken(given, at(plan, Z=(20, 20))) == {"blocking"}


def test_batches_are_a_headway_apart():
    """Two at one instant, what is too many for one, and one at the last start."""
    oven = Machine(id="O", place=0, capacity=2, free=(0, 0), batch=True, headway=7)
    given = problem(
        [
            operation("A", (0, 0), family=0),
            operation("B", (0, 10), family=1),
            operation("C", (0, 10), family=1),
        ],
        [oven],
    )
    plan = decode(given, ["B", "C", "A"])
    assert times_of(plan) == {"A": (10, 10, 10), "B": (0, 0, 10), "C": (0, 0, 10)}
    assert check_plan(given, plan) == []
    assert rules_broken(given, at(plan, A=(0, 0))) == {"headway"}
    begun = replace(given, machines=(replace(oven, last_start=0),))
    assert rules_broken(begun, plan) == {"headway"}
    brief = problem([operation(name, (0, 0), family=0) for name in "ABC"], [oven])
    plan = decode(brief, ["A", "B", "C"])
    assert times_of(plan)["C"] == (7, 7, 7)
    assert check_plan(brief, plan) == []
    assert rules_broken(brief, at(plan, C=(0, 0))) == {"headway"}


@pytest.mark.parametrize("setup", [None, 0])
def test_a_dock_has_no_set_up(setup: int | None):
    """Where there is no limit there is no set-up, whatever a plan says."""
    dock = Machine(id="D", place=0, capacity=0, free=(), setup=setup, family=0)
    matrix = ((0, 5), (5, 0))
    given = problem([operation("A", (0, 10), family=1)], [dock], setups=(matrix,))
    plan = decode(given, ["A"])
    assert check_plan(given, plan) == []
    early = (plan.assignments[0]._replace(setup_start=-5000),)
    assert rules_broken(given, replace(plan, assignments=early)) == {"setup"}


@pytest.mark.parametrize(
    ("machine", "latest", "set_up"),
    [
        (Machine(id="M", place=0, setup=0, family=0), 52, 12),
        (Machine(id="M", place=0, capacity=2, free=(0, 0), setup=0, family=0), 52, 12),
        (
            Machine(
                id="M",
                place=0,
                capacity=2,
                free=(0, 0),
                setup=0,
                family=0,
                batch=True,
            ),
            26,
            6,
        ),
    ],
    ids=["one slot", "two slots", "oven"],
)
def test_cleaning_between_equals(machine: Machine, latest: int, set_up: int):
    """A set-up between equals lies between any two of them, or any two batches."""
    given = problem(
        [operation(name, (0, 10), family=0) for name in "ABCD"],
        [machine],
        setups=(((3,),),),
        objective=Objective(makespan=1.0, tardiness=0.0, setup=1.0),
    )
    result = solve(given)
    assert result.plan is not None
    assert (result.plan.makespan, result.plan.value) == (latest, latest + set_up)
    assert check_plan(given, result.plan) == []
    given = replace(given, objective=MAKESPAN)
    result = solve(given)
    assert result.plan is not None
    assert (result.status, result.plan.makespan) == (Status.OPTIMAL, latest)
    assert check_plan(given, result.plan) == []
    uncleaned = tuple(
        a._replace(setup_start=a.start) if a.end == latest else a
        for a in result.plan.assignments
    )
    assert "setup" in rules_broken(given, replace(result.plan, assignments=uncleaned))
    at_once = at(result.plan, **dict.fromkeys("CD", (3, 13)))
    assert rules_broken(given, at_once)
