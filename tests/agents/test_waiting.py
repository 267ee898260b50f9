"""What operations wait for: material, people, set-ups, room, repairs."""

from __future__ import annotations

from typing import Any

import pytest
from small_worlds import (
    ends,
    machine,
    of_kind,
    order,
    product,
    run,
    shipped,
    small_world,
    starts,
    step,
    times,
)

from kernel.events import Event

POLICIES = ("rule", "negotiated", "planned", "hybrid")
every_policy = pytest.mark.parametrize("policy", POLICIES)


def states(events: list[Event], machine: str) -> list[tuple[float, str, str | None]]:
    """Return the states of a machine: minute, state, reason."""
    found = of_kind(events, "machine_state", machine)
    return [(e.time / 60_000, e.facts["state"], e.facts["reason"]) for e in found]


@every_policy
def test_work_waits_for_material(policy: str) -> None:
    """Three bars are there, two orders need two each; more come after 90 min."""
    world = small_world(
        [machine("M")],
        [product(step("s", "M"), materials=[{"material": "bar", "step": "s"}])],
        [order("O1", quantity=2), order("O2", quantity=2)],
        materials=[{"id": "bar", "stock": 3, "lot": 5, "supplier": "mill"}],
        suppliers=[{"id": "mill", "lead": "90 min"}],
    )
    events = run(world, policy)
    assert starts(events) == {"O1.1:s": 0, "O2.1:s": 90}
    assert shipped(events) == {"O1": 20, "O2": 110}
    assert (20, "suspended", "material") in states(events, "M")
    taken = [e.facts["materials"] for e in of_kind(events, "operation_started")]
    assert taken == [
        [["bar", "bar/1", 2]],
        [["bar", "bar/1", 1], ["bar", "bar/2", 1]],
    ]


@every_policy
def test_a_late_supplier_is_waited_for(policy: str) -> None:
    """A delay of 30 min makes it 120."""
    world = small_world(
        [machine("M")],
        [product(step("s", "M"), materials=[{"material": "bar", "step": "s"}])],
        [order("O1")],
        materials=[{"id": "bar", "stock": 0, "supplier": "mill"}],
        suppliers=[{"id": "mill", "lead": "90 min"}],
        disturbances=["delay:bar:30 min@60 min"],
    )
    assert starts(run(world, policy)) == {"O1.1:s": 120}


def test_stock_is_reordered() -> None:
    """At 4 of 10 or below, lots of 5 are bought until there are more than 12."""
    world = small_world(
        [machine("M")],
        [product(step("s", "M"), materials=[{"material": "bar", "step": "s"}])],
        [order(f"O{n}", arrival=f"{n} h", release=f"{n} h") for n in range(1, 8)],
        materials=[
            {
                "id": "bar",
                "stock": 10,
                "reorder_point": 4,
                "lot": 5,
                "up_to": 12,
                "supplier": "mill",
            }
        ],
        suppliers=[{"id": "mill", "lead": "10 min"}],
    )
    events = run(world)
    ordered = of_kind(events, "material_ordered")
    assert [(e.time / 3_600_000, e.facts["quantity"]) for e in ordered] == [(6, 10)]
    assert times(events, "material_received") == [370]


@every_policy
def test_one_operator_for_two_machines(policy: str) -> None:
    """Two machines, two orders, one operator: one after the other."""
    attended: dict[str, Any] = {"operator": {"skill": "fit"}}
    world = small_world(
        [machine("M", "s", **attended), machine("N", "s", **attended)],
        [product(step("s", "s"))],
        [order("O1"), order("O2")],
        crews=[{"id": "crew", "operators": 1, "skills": ["fit"]}],
    )
    assert sorted(ends(run(world, policy)).values()) == [10, 20]


@every_policy
def test_an_operator_goes_where_it_is_most_urgent(policy: str) -> None:
    """One operator is at M until 10; N has asked before L, which is due sooner."""
    attended: dict[str, Any] = {"operator": {"skill": "fit"}}
    world = small_world(
        [machine(id, **attended) for id in "MNL"],
        [product(step("s", id), id=f"for-{id}") for id in "MNL"],
        [
            order("O1", "for-M"),
            order("O2", "for-N", due="90 d", arrival="1 min"),
            order("O3", "for-L", due="20 min", arrival="2 min"),
        ],
        crews=[{"id": "crew", "operators": 1, "skills": ["fit"]}],
    )
    assert starts(run(world, policy)) == {"O1.1:s": 0, "O3.1:s": 10, "O2.1:s": 20}


def test_an_operator_for_the_first_part_of_a_run() -> None:
    """Needed for 40 % of 10 min, the operator is at the next machine after 4."""
    attended: dict[str, Any] = {"operator": {"skill": "fit", "run": 0.4}}
    world = small_world(
        [machine("M", "s", **attended), machine("N", "s", **attended)],
        [product(step("s", "s"))],
        [order("O1"), order("O2")],
        crews=[{"id": "crew", "operators": 1, "skills": ["fit"]}],
    )
    events = run(world)
    assert sorted(starts(events).values()) == [0, 4]
    assert times(events, "operator_freed") == [4, 8]


@every_policy
def test_a_set_up_comes_first(policy: str) -> None:
    """Red for free, then 5 min to blue: two orders end at 10 and 25."""
    colours = [
        product(step("s", "M", family=colour), id=colour) for colour in ("red", "blue")
    ]
    world = small_world(
        [machine("M", setup="dyes", family="red")],
        colours,
        [order("O1", "red", due="10 min"), order("O2", "blue")],
        setups=[
            {
                "id": "dyes",
                "families": ["red", "blue"],
                "times": [["0 min", "5 min"], ["8 min", "0 min"]],
            }
        ],
    )
    events = run(world, policy)
    assert shipped(events) == {"O1": 10, "O2": 25}
    assert times(events, "setup_started") == [10]


@every_policy
def test_a_full_output_blocks_the_machine(policy: str) -> None:
    """M, without output, holds each lot until slow N has taken the one before."""
    world = small_world(
        [
            machine("M", output_buffer=0, input_buffer=9),
            machine("N", input_buffer=1, output_buffer=9),
        ],
        [product(step("s", "M"), step("t", "N", "60 min"))],
        [order(f"O{n}", due=f"{n} h") for n in (1, 2, 3, 4)],
        store_after="10 h",
    )
    events = run(world, policy)
    # N works from 10 to 70 and has one lot waiting; the third is stuck in M.
    assert sorted(starts(events, "M").values()) == [0, 10, 20, 70]
    assert (30, "suspended", "buffer") in states(events, "M")
    assert sorted(shipped(events).values()) == [70, 130, 190, 250]


@every_policy
@pytest.mark.parametrize(("after", "done"), [("resume", 18), ("restart", 24)])
def test_a_breakdown_costs_its_repair_and_perhaps_the_work(
    policy: str, after: str, done: float
) -> None:
    """10 min of work, broken after 6 for 8 min: 4 min are left, or all 10."""
    jam = {"id": "jam", "life": "6 min", "repair": "8 min", "after": after}
    # With a restart the next life of 6 min would end before the work: let it be drawn.
    if after == "restart":
        jam["life"] = {"law": "uniform", "low": "5 min", "high": "12 min"}
    world = small_world(
        [machine("M", failures=[jam])], [product(step("s", "M"))], [order("O1")]
    )
    for seed in range(1, 40):
        events = run(world, policy, seed=seed)
        failed = times(events, "machine_failed")
        if len(failed) == 1:
            expected = 18 if after == "resume" else failed[0] + 8 + 10
            assert shipped(events)["O1"] == pytest.approx(expected, abs=1e-3)
            return
    pytest.fail("no seed with one failure")


def test_a_repair_waits_for_its_skill() -> None:
    """The fitter comes at 07:00, which is minute 60, and repairs for 8 min."""
    jam = {"id": "jam", "life": "6 min", "repair": "8 min", "skill": "fit"}
    shift = {"days": ["Mon"], "start": "07:00", "end": "15:00"}
    world = small_world(
        [machine("M", failures=[jam])],
        [product(step("s", "M"))],
        [order("O1")],
        crews=[{"id": "crew", "operators": 1, "skills": ["fit"], "calendar": "late"}],
        calendars=[{"id": "late", "shifts": [shift]}],
    )
    events = run(world)
    assert times(events, "repair_started") == [60]
    assert shipped(events) == {"O1": 72}


@every_policy
def test_a_stopped_vehicle_comes_later(policy: str) -> None:
    """M is 10 s away; stopped for 5 min at once, everything is 5 min later."""
    world = small_world(
        [machine("M")], [product(step("s", "M"))], [order("O1")], vehicles=1
    )
    stopped = run(world, policy, disturbances=["stop:agv-1:5 min@1 s"])
    undisturbed = run(world, policy)
    assert starts(undisturbed)["O1.1:s"] == pytest.approx(10 / 60)
    assert starts(stopped)["O1.1:s"] == pytest.approx(5 + 10 / 60)


@every_policy
def test_a_shift_is_kept(policy: str) -> None:
    """Work begins in the shift 06:00-06:15; the second order waits for Tuesday."""
    shift = {"days": ["Mon", "Tue"], "start": "06:00", "end": "06:15"}
    world = small_world(
        [machine("M", calendar="short")],
        [product(step("s", "M", "20 min"))],
        [order("O1"), order("O2", due="48 h")],
        calendars=[{"id": "short", "shifts": [shift]}],
    )
    assert sorted(starts(run(world, policy)).values()) == [0, 24 * 60]
