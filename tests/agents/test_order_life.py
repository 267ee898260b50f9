"""The life of orders: mended, made again, cancelled, changed, hurried, shipped."""

from __future__ import annotations

import pytest
from small_worlds import (
    POLICIES,
    Table,
    ends,
    every_policy,
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
    untrue,
)

from agents.factory import Factory
from agents.scenario import scenario_of
from kernel.calendar import Priority
from measures.genealogy import genealogy

REWORK: Table = {"capability": "mend", "time": "3 min", "limit": 1}


@every_policy
def test_rejects_are_mended_and_inspected_again(policy: str) -> None:
    """Every piece is flagged (a false alarm): mended, inspected again, then scrap."""
    seen = {"false_alarm": 0.5, "rework": REWORK | {"limit": 20}}
    world = small_world(
        [machine("M"), machine("mend")],
        [product(step("s", "M", inspection=seen))],
        [order("O", quantity=1)],
    )
    for seed in range(1, 12):
        events = run(world, policy, seed=seed)
        done = [e.facts["operation"] for e in of_kind(events, "operation_started")]
        if len(done) == 3:
            assert done == ["O.1:s", "O.1:s.rework", "O.1:s#2"]
            assert starts(events) == {"O.1:s": 0, "O.1:s.rework": 10, "O.1:s#2": 13}
            assert shipped(events) == {"O": 23}
            return
    pytest.fail("no seed with exactly one reject")


@every_policy
def test_an_assembled_lot_is_mended(policy: str) -> None:
    """What was joined is not joined again when it comes back to be inspected."""
    seen = {"false_alarm": 0.6, "rework": REWORK | {"limit": 20}}
    steps = [
        step("left", "M", after=[]),
        step("right", "M", after=[]),
        step("join", "M", after=["left", "right"], inspection=seen),
    ]
    world = small_world(
        [machine("M"), machine("mend")], [product(*steps)], [order("O", quantity=3)]
    )
    rounds = set()
    for seed in (1, 2, 3, 4):
        events = run(world, policy, seed=seed)
        assert len(of_kind(events, "lots_joined")) == 1
        assert set(shipped(events)) == {"O"}
        rounds |= {id.partition(":")[2] for id in starts(events)}
    assert {"join", "join.rework", "join#2"} <= rounds


@every_policy
def test_scrap_is_made_again(policy: str) -> None:
    """What is scrapped is replaced until the order ships in full."""
    world = small_world(
        [machine("M")],
        [product(step("s", "M", inspection={"false_alarm": 0.4}))],
        [order("O", quantity=4)],
    )
    replaced = 0
    for seed in (1, 2):
        events = run(world, policy, seed=seed)
        lots = of_kind(events, "lot_released")
        scrap = sum(e.facts["pieces"] for e in of_kind(events, "lot_scrapped"))
        again = [e for e in lots if e.facts["replaces"] is not None]
        assert sum(e.facts["pieces"] for e in again) == scrap
        assert {e.facts["replaces"] for e in again} <= {e.subject for e in lots}
        assert of_kind(events, "order_shipped")[0].facts["pieces"] == 4
        replaced += len(again)
    assert replaced


@every_policy
def test_a_branch_is_made_again_before_the_assembly(policy: str) -> None:
    """Scrap on one branch holds the assembly until its replacement is there.

    The input of the assembly has room for one lot a branch: replacements share it.
    """
    steps = [
        step("left", "M", after=[], inspection={"false_alarm": 0.6}),
        step("right", "M", after=[]),
        step("join", "N", after=["left", "right"]),
    ]
    world = small_world(
        [machine("M", input_buffer=2), machine("N", input_buffer=2)],
        [product(*steps)],
        [order("O", quantity=4)],
        vehicles=1,
    )
    for seed in (1, 2, 3):
        events = run(world, policy, seed=seed)
        (joined,) = of_kind(events, "lots_joined")
        assert joined.facts["pieces"] == 4
        again = [e for e in of_kind(events, "lot_released") if e.facts["replaces"]]
        assert again
        assert all(e.facts["chain"] == "left" for e in again)
        alive = {e.subject for e in again} & set(joined.facts["inputs"])
        assert alive
        assert of_kind(events, "order_shipped")[0].facts["pieces"] == 4


@every_policy
def test_a_subassembly_is_made_again(policy: str) -> None:
    """Scrap of what was joined is made from the first steps on, and joined for it."""
    steps = [
        step("left", "M", after=[]),
        step("right", "M", after=[]),
        step("sub", "M", after=["left", "right"], inspection={"false_alarm": 0.5}),
        step("cover", "M", after=[]),
        step("top", "M", after=["sub", "cover"]),
    ]
    world = small_world([machine("M")], [product(*steps)], [order("O", quantity=2)])
    again = 0
    for seed in (1, 2):
        events = run(world, policy, seed=seed)
        joined = of_kind(events, "lots_joined")
        again += sum(e.facts["kit"] != "O.1" for e in joined)
        assert of_kind(events, "order_shipped")[0].facts["pieces"] == 2
    assert again


def test_a_long_breakdown_costs_few_calls() -> None:
    """What is refused is called ever less often, and at once after the repair."""
    world = small_world(
        [machine("M")],
        [product(step("s", "M"))],
        [order("O", arrival="1 h", release="1 h")],
        disturbances=["break:M:2 d@1 min"],
    )
    events = run(world, "negotiated")
    assert starts(events) == {"O.1:s": 2 * 24 * 60 + 1}
    assert len(of_kind(events, "call_settled")) < 200


@every_policy
def test_cancelled_before_its_release(policy: str) -> None:
    """An order cancelled before it is released never gets a lot."""
    world = small_world(
        [machine("M")],
        [product(step("s", "M"))],
        [order("O1", release="2 h"), order("O2")],
        disturbances=["cancel:O1@1 h"],
    )
    events = run(world, policy)
    assert times(events, "order_cancelled") == [60]
    assert {e.facts["order"] for e in of_kind(events, "lot_released")} == {"O2"}
    assert set(shipped(events)) == {"O2"}


@every_policy
def test_cancelled_in_process(policy: str) -> None:
    """What has begun is finished, nothing else is, and its material is free again."""
    world = small_world(
        [machine("M"), machine("N")],
        [
            product(
                step("s", "M"),
                step("t", "N"),
                materials=[{"material": "bar", "step": "t"}],
            )
        ],
        [order("O1"), order("O2", arrival="30 min", release="30 min")],
        materials=[{"id": "bar", "stock": 1}],
        disturbances=["cancel:O1@5 min"],
    )
    events = run(world, policy)
    assert starts(events) == {"O1.1:s": 0, "O2.1:s": 30, "O2.1:t": 40}
    assert times(events, "lot_ended", "O1.1") == [10]
    assert shipped(events) == {"O2": 50}


@every_policy
def test_a_cancelled_order_whose_last_part_is_scrap_is_done_with(policy: str) -> None:
    """It is waited for no longer: the run ends."""
    world = small_world(
        [machine("M")],
        [product(step("s", "M", inspection={"false_alarm": 0.5}))],
        [order("O", quantity=1)],
        disturbances=["cancel:O@5 min"],
    )
    for seed in range(1, 12):
        events = run(world, policy, seed=seed, days=0.5)
        assert of_kind(events, "run_ended")[0].facts["unfinished"] == 0
        assert times(events, "run_ended") == [10]
        if of_kind(events, "lot_scrapped"):
            return
    pytest.fail("no seed with a reject")


@every_policy
def test_the_run_ends_with_the_last_order(policy: str) -> None:
    """Whatever befalls a plant with an order book; only a rush order is waited for."""
    world = small_world([machine("M")], [product(step("s", "M"))], [order("O")])
    for strike, minute in (
        ("break:M:5 min@5 min", 15),
        ("break:M:5 min@6 h", 10),
        ("rush:P:due=1 h@1 h", 70),
    ):
        events = run(world, policy, disturbances=[strike])
        assert times(events, "run_ended") == [minute]


@every_policy
def test_an_order_is_cancelled_as_its_last_part_is_scrapped(policy: str) -> None:
    """The customer's word comes at the very instant: there is nothing to take away."""
    world = small_world(
        [machine("M")],
        [product(step("s", "M", inspection={"false_alarm": 0.5}))],
        [order("O", quantity=1)],
    )
    for seed in range(1, 12):
        case = scenario_of(world, policy=policy, seed=seed, days=0.5)
        inspected = of_kind(Factory(case).run().events, "lot_inspected")[0]
        if inspected.facts["scrap"] == 0:
            continue
        factory = Factory(case)
        customers = factory.customers
        customers.at(inspected.time, "cancel", "O", Priority.ARRIVE)
        events = factory.run().events
        assert untrue(world, events) == []
        assert [e.time for e in of_kind(events, "order_cancelled")] == [inspected.time]
        assert of_kind(events, "run_ended")[0].facts["unfinished"] == 0
        return
    pytest.fail("no seed with a reject")


@every_policy
def test_a_cancelled_order_leaves_the_dock(policy: str) -> None:
    """One lot has arrived, or all wait for the departure: all is taken away."""
    dock = {"id": "dock", "node": "out", "departures": ["12:00"], "days": ["Mon"]}
    for minute in (15, 30):
        world = small_world(
            [machine("M")],
            [product(step("m", "M", "1 min"))],
            [order("O1", quantity=20), order("O2", quantity=1, arrival="1 h")],
            vehicles=1,
            docks=[dock],
        )
        events = run(world, policy, disturbances=[f"cancel:O1@{minute} min"])
        gone = {e.subject: e.time / 60_000 for e in of_kind(events, "lot_ended")}
        assert gone["O1.1"] == minute
        assert gone.keys() == {"O1.1", "O1.2"}
        assert shipped(events).keys() == {"O2"}


@every_policy
def test_a_promise_counts_every_lot(policy: str) -> None:
    """Five lots of ten minutes, one after the other: fifty minutes."""
    world = small_world(
        [machine("M")],
        [product(step("m", "M", "1 min"))],
        [order("O", quantity=50)],
    )
    events = run(world, policy)
    (promise,) = [e.facts["promise"] for e in of_kind(events, "order_promised")]
    assert promise / 60_000 == pytest.approx(50, abs=0.01)
    assert shipped(events)["O"] == pytest.approx(50, abs=0.01)


def test_a_changed_order_is_recorded() -> None:
    """Customers who change their minds leave a new due, and the order still ships."""
    world = small_world(
        [machine("M")],
        [product(step("s", "M"))],
        demand={
            "orders_per_day": 90.0,
            "changed": 0.4,
            "cancelled": 0.4,
            "customers": [{"id": "c", "slack": "20 min"}],
        },
    )
    for policy in POLICIES:
        events = run(world, policy, days=0.5)
        changed = of_kind(events, "order_changed")
        assert len(changed) > 2
        assert all(e.facts["due"] > e.time for e in changed)
        assert len(of_kind(events, "order_cancelled")) > 1
        assert {e.subject for e in changed} & set(shipped(events))


@every_policy
def test_a_rush_order_is_received_and_goes_first(policy: str) -> None:
    """It comes at 5 and passes an order that is due much later."""
    world = small_world(
        [machine("M")],
        [product(step("s", "M"), lot_size=1)],
        [order("O1", quantity=4, due="20 h")],
        disturbances=["rush:P:qty=1:due=15 min@5 min"],
    )
    events = run(world, policy)
    received = of_kind(events, "order_received", "R1")[0]
    assert received.facts["rush"]
    assert received.facts["due"] == 20 * 60_000
    assert shipped(events) == {"R1": 20, "O1": 50}


@every_policy
def test_an_order_leaves_with_the_next_departure(policy: str) -> None:
    """Complete at 10, handled by 15, it leaves at 07:00, minute 60."""
    dock = {"id": "dock", "node": "out", "departures": ["07:00"], "handling": "5 min"}
    world = small_world(
        [machine("M")], [product(step("s", "M"))], [order("O1")], docks=[dock]
    )
    events = run(world, policy)
    assert ends(events) == {"O1.1:s": 10}
    assert shipped(events) == {"O1": 60}


@every_policy
def test_every_order_gets_a_promise(policy: str) -> None:
    """Each order is promised once, and not for the past."""
    world = small_world(
        [machine("M"), machine("N")],
        [product(step("s", "M"), step("t", "N"))],
        [order(f"O{n}", quantity=n) for n in (1, 2, 3, 4)],
        vehicles=1,
    )
    events = run(world, policy)
    promised = of_kind(events, "order_promised")
    assert sorted(e.subject for e in promised) == ["O1", "O2", "O3", "O4"]
    assert all(e.facts["promise"] >= e.time + 10 * 60_000 for e in promised)


@every_policy
def test_work_in_process_goes_on_where_it_stands(policy: str) -> None:
    """With the first step done, and one branch of two, only the rest is done."""
    steps = [
        step("left", "M", after=[]),
        step("right", "M", after=[]),
        step("join", "M", after=["left", "right"]),
        step("last", "M"),
    ]
    book = [
        order("O1", done=["left"]),
        order("O2", done=["left", "right", "join"]),
    ]
    events = run(small_world([machine("M")], [product(*steps)], book), policy)
    assert set(shipped(events)) == {"O1", "O2"}
    done = {id.partition(":")[2] for id in starts(events) if id.startswith("O1")}
    assert done == {"right", "join", "last"}
    assert [id for id in starts(events) if id.startswith("O2")] == ["O2.1:last"]


@every_policy
def test_a_genealogy_names_machines_and_material(policy: str) -> None:
    """From a shipped order back to every machine and material lot."""
    steps = [
        step("left", "M", after=[]),
        step("right", "N", after=[]),
        step("join", "N", after=["left", "right"]),
    ]
    lines = [
        {"material": "bar", "step": "left"},
        {"material": "nut", "step": "join", "per_piece": 2},
    ]
    world = small_world(
        [machine("M"), machine("N")],
        [product(*steps, materials=lines)],
        [order("O1", quantity=2)],
        materials=[{"id": "bar", "stock": 9}, {"id": "nut", "stock": 9}],
    )
    (tree,) = genealogy(run(world, policy), "O1")
    assert tree.material_lots == {"bar/1", "nut/1"}
    made = {(t.machine, t.step) for lot in tree.walk() for t in lot.treatments}
    assert made == {("M", "left"), ("N", "right"), ("N", "join")}
