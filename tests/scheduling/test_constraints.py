"""Lags, ovens, machines without room, what is frozen: exact times, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from random_problems import random_problem
from small_problems import car, line, operation, problem, times, times_of

from scheduling.arrays import arrays_of
from scheduling.check import check_plan
from scheduling.cpsat.search import Limits, ask
from scheduling.decode import decode, plan_of, retimed
from scheduling.plan import Assignment, Plan, Status, Trip
from scheduling.portfolio import Params, solve
from scheduling.problem import Fleet, Input, Job, Machine, Mode, Objective, Problem
from scheduling.room import orders_with_room
from scheduling.rules import RULES, dispatch

LIMITS = Limits(deterministic=2.0)


def rules(given: Problem, plan: Plan) -> set[str]:
    """Return the names of the rules a plan breaks."""
    return {flaw.rule for flaw in check_plan(given, plan)}


def moved(plan: Plan, operation: str, start: int) -> Plan:
    """Return the plan with an operation begun at another time."""
    works = tuple(
        a._replace(start=start, setup_start=start, end=start + a.end - a.start)
        if a.operation == operation
        else a
        for a in plan.assignments
    )
    ends = max(a.end for a in works)
    return replace(plan, assignments=works, makespan=ends, value=float(ends))


# -- time lags ------------------------------------------------------------------------


def two_steps(**lags: int | None) -> Problem:
    """Return A on M0 for 10, then B on M1 for 5."""
    return problem(
        [
            operation("A", (0, 10)),
            operation("B", (1, 5), inputs=(Input(operation=0, **lags),)),
        ],
        [Machine(id="M0", place=0), Machine(id="M1", place=1)],
        vehicles=(car("V", 0),),
        fleets=(line(3, 2),),
    )


def test_least_lag_counts_from_the_end_and_includes_the_way():
    """What must cool for 20 is worked on 20 after its end, not 20 after its trip."""
    given = two_steps(lag=20)
    plan = decode(given, ["A", "B"])
    assert times_of(plan) == {"A": (0, 0, 10), "B": (30, 30, 35)}
    assert rules(given, plan) == set()
    assert rules(given, moved(plan, "B", 29)) == {"lag"}
    assert times(two_steps(lag=1), "A", "B")["B"] == (13, 13, 18)


def test_least_lag_of_a_part_in_place():
    """A part that is there since 4 is dry at 24."""
    given = problem(
        [operation("A", (0, 1), inputs=(Input(place=0, ready=4, lag=20),))],
        [Machine(id="M0", place=0)],
    )
    assert times(given, "A")["A"] == (24, 24, 25)
    assert ask(given, LIMITS).bound == 25


def test_what_must_not_wait_is_made_later():
    """M1 is taken until 50: A is held back so that B begins 8 after its end."""
    given = two_steps(limit=8)
    busy = replace(given.machines[1], free=(50,))
    given = replace(given, machines=(given.machines[0], busy))
    plan = decode(given, ["A", "B"])
    assert times_of(plan) == {"A": (32, 32, 42), "B": (50, 50, 55)}
    assert rules(given, plan) == set()
    assert rules(given, moved(plan, "A", 31)) == {"limit"}
    assert dispatch(given, RULES["FIFO"]).makespan == 55
    result = solve(given)
    assert (result.status, result.plan.makespan) == (Status.OPTIMAL, 55)


def test_a_limit_that_cannot_be_kept_is_an_answer():
    """The way takes 3, the part keeps 2: there is no plan, and CP-SAT proves it."""
    result = solve(two_steps(limit=2))
    assert (result.status, result.plan) == (Status.INFEASIBLE, None)


# -- ovens ----------------------------------------------------------------------------


def oven(*ready: int, families: tuple[int, ...] = (), capacity: int = 2) -> Problem:
    """Return operations of 10 whose parts are ready at these times, and one oven."""
    families = families or (0,) * len(ready)
    return problem(
        [
            operation(
                name, (0, 10), inputs=(Input(place=0, ready=time),), family=family
            )
            for name, time, family in zip("ABCD", ready, families, strict=False)
        ],
        [Machine(id="O", place=0, capacity=capacity, free=(0,) * capacity, batch=True)],
    )


def test_wait_or_go_is_the_order_of_deciding():
    """A before B: the oven starts with A alone. B before A: A waits for B."""
    given = oven(0, 4)
    assert times(given, "A", "B") == {"A": (0, 0, 10), "B": (10, 10, 20)}
    waits = decode(given, ["B", "A"])
    assert times_of(waits) == {"A": (4, 4, 14), "B": (4, 4, 14)}
    assert rules(given, waits) == set()


def test_the_oven_waits_if_that_is_better():
    """Search and proof agree: 14, not 20."""
    result = solve(oven(0, 4))
    assert (result.status, result.plan.makespan) == (Status.OPTIMAL, 14)
    result = solve(oven(0, 12))
    assert (result.status, result.plan.makespan) == (Status.OPTIMAL, 22)


def test_only_what_is_alike_shares_an_oven():
    """Another family waits for the next batch, and so does what finds no room."""
    given = oven(0, 0, 0, families=(0, 1, 0))
    assert times(given, "A", "B", "C") == {
        "A": (0, 0, 10),
        "B": (10, 10, 20),
        "C": (20, 20, 30),
    }
    plan = decode(given, ["A", "C", "B"])
    assert times_of(plan)["C"] == (0, 0, 10)
    assert rules(given, moved(plan, "B", 0)) == {"batch", "capacity"}
    assert rules(given, moved(plan, "C", 5)) == {"batch"}
    full = oven(0, 0, 0)
    assert times(full, "A", "B", "C")["C"] == (10, 10, 20)


def test_an_oven_at_work_is_closed():
    """What is in it until 7 is not joined."""
    given = oven(0, 0)
    machine = replace(given.machines[0], free=(7, 0), last_start=-3)
    given = replace(given, machines=(machine,))
    plan = decode(given, ["A", "B"])
    assert times_of(plan) == {"A": (7, 7, 17), "B": (7, 7, 17)}
    assert rules(given, moved(plan, "A", 0)) == {"batch"}


# -- machines without room ------------------------------------------------------------


def crossing(**more: object) -> Problem:
    """Return A then B of one job on M0 and M1, C on M0; neither has room beside it."""
    return problem(
        [
            operation("A", (0, 10)),
            operation("B", (1, 10), inputs=(Input(operation=0),)),
            operation("C", (0, 4), job=1),
            operation("D", (1, 30), job=2),
        ],
        [
            Machine(id="M0", place=0, blocking=True),
            Machine(id="M1", place=1, blocking=True),
        ],
        **more,
    )


def test_a_part_blocks_its_machine_until_its_next_operation_begins():
    """D has M1 until 30: A stays on M0, and C has to wait for it."""
    given = crossing()
    plan = decode(given, ["D", "A", "B", "C"])
    assert times_of(plan) == {
        "A": (0, 0, 10),
        "B": (30, 30, 40),
        "C": (30, 30, 34),
        "D": (0, 0, 30),
    }
    assert rules(given, plan) == set()
    assert rules(given, moved(plan, "C", 20)) == {"blocking"}


def test_what_is_in_the_way_is_planned_first():
    """C is asked for before B, whose part stands on M0: B comes first all the same."""
    plan = decode(crossing(), ["D", "A", "C", "B"])
    assert plan.priority == ("D", "A", "B", "C")


def test_a_vehicle_frees_a_machine():
    """With a vehicle the part leaves when it is taken up."""
    given = crossing(vehicles=(car("V", 0),), fleets=(line(3, 2),))
    plan = decode(given, ["D", "A", "B", "C"])
    found = times_of(plan)
    assert found["D"] == (3, 3, 33)  # its part is brought first
    assert found["B"][1] == 33
    assert found["C"] == (10, 10, 14)
    assert rules(given, plan) == set()


def test_a_part_does_not_block_itself():
    """Two steps of one job on one machine follow each other."""
    given = problem(
        [
            operation("A", (0, 10)),
            operation("B", (0, 5), inputs=(Input(operation=0),)),
        ],
        [Machine(id="M0", place=0, blocking=True)],
    )
    assert times(given, "A", "B")["B"] == (10, 10, 15)
    assert solve(given).status is Status.OPTIMAL


def test_parts_that_block_each_other():
    """A then B, C then D cross: by rule a deadlock, by search a plan."""
    given = problem(
        [
            operation("A", (0, 10)),
            operation("B", (1, 10), inputs=(Input(operation=0),)),
            operation("C", (1, 10), job=1),
            operation("D", (0, 10), job=1, inputs=(Input(operation=2),)),
        ],
        [
            Machine(id="M0", place=0, blocking=True),
            Machine(id="M1", place=0, blocking=True),
        ],
    )
    assert decode(given, ["A", "C", "B", "D"]).value == float("inf")
    result = solve(given)
    assert result.plan is not None
    assert rules(given, result.plan) == set()
    # Without a swap C cannot begin before B has: one job after the other.
    assert result.plan.makespan == 40
    assert result.bound == 20  # the model lets them swap


# -- what is frozen -------------------------------------------------------------------


def in_force(*works: tuple[str, str, int]) -> Plan:
    """Return a plan of operations on machines from these times on."""
    return Plan(
        assignments=tuple(
            Assignment(operation=o, machine=m, start=s, end=s + 10, setup_start=s)
            for o, m, s in works
        ),
        priority=tuple(o for o, _, _ in works),
    )


def frozen_shop(frozen: int) -> Problem:
    """Return four operations; the plan in force uses the slow M1 first."""
    return problem(
        [operation(name, (0, 10), (1, 20), job=k) for k, name in enumerate("ABCD")],
        [Machine(id="M0", place=0), Machine(id="M1", place=0)],
        in_force=in_force(("B", "M1", 0), ("A", "M0", 0), ("C", "M0", 10)),
        frozen=frozen,
    )


def test_what_is_near_stays():
    """A and B begin at 0 and are frozen; C, at 10, is not."""
    plan = decode(frozen_shop(5), ["D", "C", "A", "B"])
    assert times_of(plan) == {
        "A": (0, 0, 10),
        "B": (0, 0, 20),
        "D": (10, 10, 20),
        "C": (20, 20, 30),
    }
    assert rules(frozen_shop(5), plan) == set()
    free = decode(frozen_shop(0), ["D", "C", "A", "B"])
    assert free.machine_of()["B"] == "M0"
    assert "frozen" in rules(frozen_shop(5), free)


def test_every_engine_keeps_what_is_frozen():
    """Rules, searches and CP-SAT leave B on its slow machine, in its turn."""
    given = frozen_shop(5)
    result = solve(given)
    assert (result.status, result.plan.makespan) == (Status.OPTIMAL, 30)
    assert rules(given, result.plan) == set()
    assert result.plan.machine_of()["B"] == "M1"


def test_a_machine_that_is_away_freezes_nothing():
    """M1 is down until 100: B may go elsewhere."""
    given = frozen_shop(5)
    down = replace(given.machines[1], free=(100,))
    given = replace(given, machines=(given.machines[0], down))
    plan = solve(given).plan
    assert plan.machine_of()["B"] == "M0"


# -- all of it ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_tight_problems_have_right_plans_or_none(seed: int):
    """Where parts block and spoil: what is given is possible, no bound is beaten."""
    given = random_problem(seed, jobs=3, steps=3, vehicles=seed % 3, tight=True)
    result = solve(given, Params(budget=60, race=20))
    if result.plan is None:
        assert result.status in (Status.UNKNOWN, Status.INFEASIBLE)
        return
    assert check_plan(given, result.plan) == []
    answer = ask(given, LIMITS)
    assert answer.bound is not None
    assert result.plan.value >= answer.bound - 1e-6
    a = arrays_of(given)
    again = retimed(given, a, answer.plan)
    if again.allowed:
        assert check_plan(given, plan_of(given, a, again)) == []


# -- calendars and dates that leave little or nothing ---------------------------------


def test_closed_for_ever_is_an_answer():
    """A machine that never opens in a man's life has a plan for after that."""
    never = Machine(id="M0", place=0, closed=((0, 10**13),))
    given = problem([operation("A", (0, 5))], [never])
    result = solve(given)
    assert (result.status, result.plan.makespan) == (Status.OPTIMAL, 10**13 + 5)
    assert rules(given, result.plan) == set()


def test_a_calendar_that_lets_a_part_spoil_is_an_answer():
    """A, in work, ends at 20; B must begin by 28, and its machine opens at 100."""
    given = two_steps(limit=8)
    works = (given.operations[0]._replace(pinned=20), given.operations[1])
    later = replace(given.machines[1], closed=((0, 100),))
    given = replace(given, operations=works, machines=(given.machines[0], later))
    result = solve(given)
    assert (result.status, result.plan) == (Status.INFEASIBLE, None)


def test_due_in_the_past():
    """What is late already costs from its due date on, by weight."""
    given = problem(
        [operation("A", (0, 10)), operation("B", (0, 10), job=1)],
        [Machine(id="M0", place=0)],
        now=1000,
        jobs=(
            Job(id="J0", release=0, due=900, weight=1.0),
            Job(id="J1", release=0, due=-500, weight=3.0),
        ),
        objective=Objective(),
    )
    result = solve(given)
    assert result.status is Status.OPTIMAL
    assert result.plan.priority == ("B", "A")
    assert result.plan.value == 3 * 1510 + 120


# -- what a hunt for bugs has found ---------------------------------------------------


def test_nothing_is_put_before_what_is_frozen():
    """B, whose part comes at 20, is frozen: C, ready at 0, waits all the same."""
    given = problem(
        [
            operation("B", (0, 10), inputs=(Input(place=0, ready=20),)),
            operation("C", (0, 10), job=1),
        ],
        [Machine(id="M0", place=0)],
        in_force=in_force(("B", "M0", 0)),
        frozen=5,
    )
    result = solve(given)
    assert (result.status, result.plan.makespan) == (Status.OPTIMAL, 40)
    assert rules(given, result.plan) == set()


def test_what_is_frozen_does_not_make_a_plan_impossible():
    """No rule has a plan at first; X, frozen, has its part at 20; 40 is possible."""
    machines = [Machine(id=f"M{k}", place=0, blocking=k < 2) for k in range(3)]
    given = problem(
        [
            operation("A", (0, 10)),
            operation("C", (1, 10)),
            operation("B", (1, 10), inputs=(Input(operation=0),)),
            operation("D", (0, 10), inputs=(Input(operation=1),)),
            operation("X", (2, 5), inputs=(Input(place=0, ready=20),)),
        ],
        machines,
        in_force=in_force(("X", "M2", 0)),
        frozen=5,
    )
    result = solve(given)
    assert result.plan is not None
    assert rules(given, result.plan) == set()
    assert result.plan.makespan == 40


def test_a_frozen_plan_that_waits_is_no_proof():
    """Where A is held back for B's limit, another order is better, and found."""
    given = problem(
        [
            operation("A", (0, 10)),
            operation("B", (1, 20), inputs=(Input(operation=0, limit=5),)),
            operation("D", (1, 5), job=1, inputs=(Input(place=0, ready=20),)),
            operation("E", (0, 5), job=1),
        ],
        [Machine(id="M0", place=0), Machine(id="M1", place=0, free=(15,))],
        in_force=in_force(("A", "M0", 0)),
        frozen=5,
        objective=Objective(flow=0.1),
    )
    best = decode(given, ["A", "D", "B", "E"]).value
    result = solve(given, Params(race=1, budget=0, exact_work=0.5))
    assert result.bound <= best
    assert result.plan.value <= best


def test_a_part_that_could_make_way_for_itself_is_looked_at():
    """Every rule has a plan: B can take the slot that its own part holds."""
    given = problem(
        [
            operation("A", (0, 10)),
            operation("B", (0, 10), (1, 10), inputs=(Input(operation=0),)),
            operation("D", (0, 10), job=1, inputs=(Input(place=0, ready=100),)),
            operation("E", (1, 10), job=2),
            operation("F", (0, 10), job=2, inputs=(Input(operation=3),)),
        ],
        crossing().machines,
    )
    for rule in RULES.values():
        assert dispatch(given, rule).makespan == 110


def test_a_plan_of_blocking_machines_is_retimed():
    """At 30 B begins, which frees M0, where C begins at once: in that order."""
    given = crossing()
    plan = decode(given, ["D", "A", "B", "C"])
    again = retimed(given, arrays_of(given), plan)
    assert times_of(plan_of(given, arrays_of(given), again)) == times_of(plan)


def test_parts_that_stay_are_checked():
    """Pinned ones, ones made in no time, and ones that stand where a set-up begins."""
    given = crossing()
    pinned = (given.operations[0]._replace(pinned=10), *given.operations[1:])
    held = replace(given.machines[0], free=(10,))
    given = replace(given, operations=pinned, machines=(held, given.machines[1]))
    plan = decode(given, ["D", "B", "C"])
    assert times_of(plan)["C"] == (30, 30, 34)
    assert rules(given, plan) == set()
    assert rules(given, moved(plan, "C", 10)) == {"blocking"}
    given = crossing()
    quick = given.operations[0]._replace(modes=(Mode(machine=0, duration=0),))
    given = replace(given, operations=(quick, *given.operations[1:]))
    plan = decode(given, ["D", "A", "B", "C"])
    assert times_of(plan)["C"] == (30, 30, 34)
    assert rules(given, moved(plan, "C", 10)) == {"blocking"}


def test_a_set_up_waits_for_the_part_that_stays():
    """C is of another family: its set-up begins when A's part has left, at 30."""
    given = crossing(setups=(((0, 6), (6, 0)),))
    machine = replace(given.machines[0], setup=0, family=0)
    families = tuple(o._replace(family=int(o.id == "C")) for o in given.operations)
    given = replace(given, machines=(machine, given.machines[1]), operations=families)
    plan = decode(given, ["D", "A", "B", "C"])
    assert times_of(plan)["C"] == (30, 36, 40)
    early = tuple(
        a._replace(setup_start=10) if a.operation == "C" else a
        for a in plan.assignments
    )
    assert rules(given, plan) == set()
    assert rules(given, replace(plan, assignments=early)) == {"setup"}


def overtaking() -> Problem:
    """Return F, frozen on M1, whose part comes at 20, X on M1, A and B elsewhere.

    Energy costs less from 40 on, and A draws so much that it must wait till then.
    """
    power = 3_600_000.0
    return problem(
        [
            operation("A", (0, 10)),
            operation("F", (1, 10), job=1, inputs=(Input(place=0, ready=20),)),
            operation("X", (1, 5), job=2),
            operation("B", (2, 5), job=3),
        ],
        [
            Machine(id="M0", place=0, power=power),
            Machine(id="M1", place=0),
            Machine(id="M2", place=0),
        ],
        objective=Objective(tardiness=0.0, flow=1.0, ceilings=(("energy", 10.0),)),
        tariff=((0, 2.0), (40, 1.0)),
        in_force=in_force(("F", "M1", 0)),
        frozen=5,
    )


def started(*works: tuple[str, str, int, int]) -> Plan:
    """Return a plan of operations on machines from and to these times."""
    return Plan(
        assignments=tuple(Assignment(o, m, s, e, s) for o, m, s, e in works),
        value=float(sum(end for *_, end in works)),
        makespan=max(end for *_, end in works),
        priority=tuple(o for o, *_ in works),
    )


def test_search_from_a_given_plan_keeps_what_is_frozen():
    """B begins before F, so it comes first in the plan; the frozen is F all the same.

    Search took B for it, and put X before F.
    """
    given = overtaking()
    start = started(
        ("B", "M2", 0, 5), ("F", "M1", 20, 30), ("X", "M1", 30, 35), ("A", "M0", 40, 50)
    )
    assert rules(given, start) == set()
    result = solve(given, start=start)
    assert (result.status, result.plan.value) == (Status.OPTIMAL, 120.0)
    assert times_of(result.plan) == times_of(start)
    assert rules(given, result.plan) == set()


def test_a_given_plan_that_does_not_keep_what_is_frozen_is_none():
    """X before F; and X at the same instant, which from there would slip before F."""
    given = overtaking()
    start = started(
        ("B", "M2", 0, 5), ("X", "M1", 0, 5), ("F", "M1", 20, 30), ("A", "M0", 40, 50)
    )
    assert rules(given, start) == {"frozen"}
    assert not retimed(given, arrays_of(given), start).allowed
    assert rules(given, solve(given, start=start).plan) == set()
    at_once = tuple(
        o._replace(modes=(Mode(1, 0),)) if o.id in "FX" else o for o in given.operations
    )
    given = replace(given, operations=at_once, tariff=(), objective=Objective(flow=1.0))
    start = started(
        ("A", "M0", 0, 10), ("B", "M2", 0, 5), ("X", "M1", 20, 20), ("F", "M1", 20, 20)
    )
    start = replace(start, value=2 * start.value)  # all is late
    assert rules(given, start) == set()
    assert not retimed(given, arrays_of(given), start).allowed
    assert solve(given, start=start).plan.value == start.value


def test_where_parts_block_no_more_is_frozen_for_want_of_a_plan():
    """X, on M0 that blocks, is not frozen: it may not take the turn of F on M1.

    Orders are made as if M0 had room beside it. There X would be frozen, before F.
    """
    given = problem(
        [operation("X", (0, 100), (1, 1)), operation("F", (1, 10), job=1)],
        [Machine(id="M0", place=0, blocking=True), Machine(id="M1", place=0)],
        objective=Objective(tardiness=0.0, flow=1.0),
        in_force=in_force(("X", "M0", 0), ("F", "M1", 0)),
        frozen=5,
    )
    result = solve(given)
    assert (result.status, result.plan.value) == (Status.OPTIMAL, 21.0)
    assert times_of(result.plan) == {"F": (0, 0, 10), "X": (10, 10, 11)}
    a = arrays_of(given)
    for order in orders_with_room(given, a, RULES.values()):
        assert order.tolist() == [1, 0]


def two_takers(capacity: int = 1, **more: object) -> Problem:
    """Return A, whose part stays on M0, B there and C on M1, which both take of it.

    What C takes must cool until 35; D has a slot on M0 until 20.
    """
    return problem(
        [
            operation("A", (0, 10)),
            operation("B", (0, 100), inputs=(Input(operation=0),)),
            operation("C", (1, 10), inputs=(Input(operation=0, lag=25),)),
            *([operation("D", (0, 20), job=1)] if capacity == 2 else []),
            *([operation("E", (0, 5), job=1)] if capacity == 2 else []),
        ],
        [
            Machine(
                id="M0", place=0, capacity=capacity, free=(0,) * capacity, blocking=True
            ),
            Machine(id="M1", place=0),
        ],
        **more,
    )


def test_a_part_makes_way_for_itself_when_all_of_it_has_left():
    """B begins where its part stands when C has taken its share, at 35, not at 10."""
    given = two_takers()
    result = solve(given)
    assert (result.status, result.bound) == (Status.OPTIMAL, 135)
    assert times_of(result.plan) == {
        "A": (0, 0, 10),
        "B": (35, 35, 135),
        "C": (35, 35, 45),
    }
    assert rules(given, result.plan) == set()
    assert rules(given, moved(result.plan, "B", 10)) == {"blocking"}


def test_who_takes_of_a_part_too_is_planned_first():
    """B is asked for first; what stands in its way is that C has not come."""
    plan = decode(two_takers(), ["A", "B", "C"])
    assert plan.priority == ("A", "C", "B")
    assert plan.makespan == 135


def test_a_slot_is_not_free_before_all_of_its_part_has_left():
    """B begins in the slot D leaves at 20; A's slot is free when C comes, at 35."""
    given = two_takers(capacity=2)
    plan = decode(given, ["A", "D", "C", "B", "E"])
    assert times_of(plan)["B"] == (20, 20, 120)
    assert times_of(plan)["E"] == (35, 35, 40)
    assert rules(given, plan) == set()
    assert rules(given, moved(plan, "E", 20)) == {"blocking"}


def test_what_waits_for_room_is_still_brought_before_it_is_worked_on():
    """At 10 V takes A's part off M0, S is done there, and W brings its part to O.

    All at one instant: what a part must make room for is put off when a plan is timed,
    and O's trip was put off behind O, so that its part was brought twice.
    """
    empty = ((0, 5, 4), (5, 0, 5), (4, 5, 0))
    loaded = ((0, 5, 0), (5, 0, 5), (4, 5, 0))
    given = problem(
        [
            operation("A0", (3, 0)),
            operation("A", (0, 10), inputs=(Input(operation=0),)),
            operation("B", (1, 5), inputs=(Input(operation=1),)),
            operation("S", (0, 0), job=1),
            operation("O", (2, 0), job=1, inputs=(Input(operation=3),)),
        ],
        [
            Machine(id="M0", place=0, blocking=True),
            Machine(id="M1", place=1),
            Machine(id="M2", place=2),
            Machine(id="M3", place=0),
        ],
        vehicles=(car("V", 0), car("W", 0)),
        fleets=(Fleet(empty=empty, loaded=loaded),),
    )
    works = {
        "A0": ("M3", 0, 0),
        "A": ("M0", 0, 10),
        "S": ("M0", 10, 10),
        "O": ("M2", 10, 10),
        "B": ("M1", 15, 20),
    }
    start = replace(
        started(*((o, *work) for o, work in works.items())),
        trips=(
            Trip("V", "B", 0, 0, 1, 0, 10, 15),
            Trip("W", "O", 0, 0, 2, 0, 10, 10),
        ),
        value=20.0,
    )
    assert rules(given, start) == set()
    a = arrays_of(given)
    plan = plan_of(given, a, retimed(given, a, start))
    assert times_of(plan) == times_of(start)
    assert set(plan.trips) == set(start.trips)
    assert rules(given, plan) == set()
