"""Each constraint on a problem of its own, with exact times."""

from __future__ import annotations

from dataclasses import replace

from small_problems import car, line, operation, problem, times

from scheduling.check import check_plan
from scheduling.decode import decode
from scheduling.problem import Input, Machine, Problem

SETUP = (((0, 7), (4, 0)),)


def trips(given: Problem, *order: str) -> list[tuple[str, str, int, int, int]]:
    """Return vehicle, operation, leave, pick-up and arrival of each trip."""
    plan = decode(given, order)
    assert check_plan(given, plan) == []
    return [(t.vehicle, t.operation, t.leave, t.pickup, t.arrive) for t in plan.trips]


def test_one_slot_works_one_after_the_other():
    """A machine of capacity 1 takes the next operation when the first has ended."""
    given = problem(
        [operation("A", (0, 10)), operation("B", (0, 5))],
        [Machine(id="M", place=0, free=(3,))],
    )
    assert times(given, "B", "A") == {"B": (3, 3, 8), "A": (8, 8, 18)}


def test_capacity_holds_several():
    """Two slots hold two; the third takes the slot that is free first."""
    given = problem(
        [operation("A", (0, 10)), operation("B", (0, 6)), operation("C", (0, 1))],
        [Machine(id="M", place=0, capacity=2, free=(0, 2))],
    )
    found = times(given, "A", "B", "C")
    assert found == {"A": (0, 0, 10), "B": (2, 2, 8), "C": (8, 8, 9)}


def test_unlimited_dock():
    """A machine of capacity 0 takes everything at once."""
    given = problem(
        [operation(id, (0, 4)) for id in "ABC"],
        [Machine(id="dock", place=0, capacity=0, headway=9, free=())],
    )
    assert set(times(given).values()) == {(0, 0, 4)}


def test_headway_keeps_starts_apart():
    """Starts are a headway apart, counted from the last one before the plan."""
    machine = Machine(
        id="line", place=0, capacity=9, free=(0,) * 9, headway=20, last_start=-5
    )
    given = problem([operation("A", (0, 50)), operation("B", (0, 50))], [machine])
    assert times(given, "A", "B") == {"A": (15, 15, 65), "B": (35, 35, 85)}


def test_setup_is_done_before_the_part_arrives():
    """The machine is set up while the part is still on its way."""
    late = (Input(place=0, ready=30),)
    given = problem(
        [operation("A", (0, 10), family=1, inputs=late)],
        [Machine(id="M", place=0, setup=0, family=0, free=(5,))],
        setups=SETUP,
    )
    assert times(given) == {"A": (5, 30, 40)}


def test_first_setup_is_free():
    """A machine without a family takes its first one at no cost."""
    given = problem(
        [operation("A", (0, 10), family=1), operation("B", (0, 10), family=0)],
        [Machine(id="M", place=0, setup=0)],
        setups=SETUP,
    )
    assert times(given, "A", "B") == {"A": (0, 0, 10), "B": (10, 14, 24)}


def test_work_without_family_keeps_the_setup():
    """An operation without a family needs no set-up and leaves the present one."""
    given = problem(
        [operation("A", (0, 10)), operation("B", (0, 10), family=0)],
        [Machine(id="M", place=0, setup=0, family=0)],
        setups=SETUP,
    )
    assert times(given, "A", "B") == {"A": (0, 0, 10), "B": (10, 10, 20)}


def test_oven_is_emptied_for_a_setup():
    """With several slots a set-up waits until all work in the machine has ended."""
    given = problem(
        [
            operation("A", (0, 10), family=0),
            operation("B", (0, 30), family=0),
            operation("C", (0, 10), family=1),
            operation("D", (0, 10), family=1),
        ],
        [Machine(id="oven", place=0, capacity=2, free=(0, 0), setup=0, family=0)],
        setups=SETUP,
    )
    found = times(given, "A", "B", "C", "D")
    assert found["C"] == (30, 37, 47)
    assert found["D"] == (37, 37, 47)


def test_closed_time_forbids_starts_only():
    """Nothing starts in closed time; begun work goes on through it."""
    machine = Machine(id="M", place=0, closed=((5, 20), (40, 50)))
    given = problem([operation("A", (0, 25)), operation("B", (0, 25))], [machine])
    given = replace(given, operations=(*given.operations, operation("C", (0, 1))))
    found = times(given, "A", "B", "C")
    assert found == {"A": (0, 0, 25), "B": (25, 25, 50), "C": (50, 50, 51)}
    assert times(given, "C", "A", "B")["A"] == (1, 1, 26)


def test_setup_does_not_start_in_closed_time():
    """A set-up waits for the opening; the operation follows it."""
    machine = Machine(id="M", place=0, closed=((0, 20),), setup=0, family=0)
    given = problem([operation("A", (0, 5), family=1)], [machine], setups=SETUP)
    assert times(given) == {"A": (20, 27, 32)}


def test_release_and_now():
    """Nothing starts before its release, nor before now."""
    given = problem(
        [operation("A", (0, 5), release=12), operation("B", (1, 5), release=2)],
        [Machine(id="M", place=0), Machine(id="N", place=0)],
        now=10,
    )
    assert times(given) == {"A": (12, 12, 17), "B": (10, 10, 15)}


def test_pinned_work_is_left_alone():
    """Pinned work is not planned; what needs it waits for its end, at its place."""
    given = problem(
        [
            operation("A", (0, 50), pinned=33),
            operation("B", (1, 5), inputs=(Input(operation=0),)),
        ],
        [Machine(id="M", place=0, free=(33,)), Machine(id="N", place=2)],
        vehicles=(car("V", 1),),
        fleets=(line(10, 3),),
    )
    assert times(given) == {"B": (53, 53, 58)}
    assert trips(given) == [("V", "B", 0, 33, 53)]


def test_empty_trip_precedes_the_loaded_one():
    """The vehicle drives to the part, waits until it is made, loads, drives."""
    given = problem(
        [
            operation("A", (0, 5)),
            operation("B", (1, 5), inputs=(Input(operation=0),)),
            operation("C", (0, 1), inputs=(Input(place=1),)),
        ],
        [Machine(id="M", place=0), Machine(id="N", place=2)],
        vehicles=(car("V", 2),),
        fleets=(line(10, 3, load=3),),
    )
    assert trips(given, "A", "B", "C") == [
        ("V", "B", 0, 20, 43),
        ("V", "C", 43, 53, 66),
    ]


def test_two_inputs_are_two_trips_in_their_order():
    """An assembly fetches its inputs one after the other if one vehicle must."""
    parts = (Input(place=0), Input(place=1, ready=100))
    given = problem(
        [operation("A", (0, 5), inputs=parts)],
        [Machine(id="M", place=2)],
        vehicles=(car("V", 0),),
        fleets=(line(10, 3),),
    )
    assert trips(given) == [("V", "A", 0, 0, 20), ("V", "A", 20, 100, 110)]
    assert times(given) == {"A": (110, 110, 115)}


def test_the_vehicle_that_arrives_first_goes():
    """Not the nearest vehicle is taken but the one that sets the part down first."""
    given = problem(
        [operation("A", (0, 5), inputs=(Input(place=1),))],
        [Machine(id="M", place=2)],
        vehicles=(car("near", 1, free=30), car("far", 2)),
        fleets=(line(10, 3),),
    )
    assert trips(given) == [("far", "A", 0, 10, 20)]


def test_of_equal_vehicles_the_one_that_waits_least_goes():
    """Ties: the vehicle that would be there last; then the first in the list."""
    made = (Input(place=1, ready=50),)
    given = problem(
        [operation("A", (0, 5), inputs=made)],
        [Machine(id="M", place=2)],
        vehicles=(car("a", 1), car("b", 0), car("c", 2)),
        fleets=(line(10, 3),),
    )
    assert trips(given) == [("b", "A", 0, 50, 60)]


def test_fleets_differ_in_speed():
    """A vehicle that picks up later but drives faster may be the one that goes."""
    given = problem(
        [operation("A", (0, 5))],
        [Machine(id="M", place=2)],
        vehicles=(car("slow", 0), car("fast", 0, free=5, fleet=1)),
        fleets=(line(10, 3), line(2, 3)),
    )
    assert trips(given) == [("fast", "A", 5, 5, 9)]


def test_no_vehicles_means_no_travel():
    """Without vehicles a part is everywhere at once."""
    given = problem([operation("A", (0, 5))], [Machine(id="M", place=7)])
    assert times(given) == {"A": (0, 0, 5)}


def test_zero_durations():
    """Operations without duration take no time and break nothing."""
    given = problem(
        [
            operation("A", (0, 0)),
            operation("B", (0, 0), inputs=(Input(operation=0),)),
            operation("C", (0, 4), inputs=(Input(operation=1),)),
        ],
        [Machine(id="M", place=0)],
    )
    plan = decode(given, ())
    assert check_plan(given, plan) == []
    assert plan.makespan == 4


def test_overlapping_blockers():
    """Closed time, busy slots and a release may overlap: the latest one counts."""
    machine = Machine(id="M", place=0, free=(30,), closed=((10, 25), (25, 40)))
    given = problem([operation("A", (0, 5), release=35)], [machine])
    assert times(given) == {"A": (40, 40, 45)}
