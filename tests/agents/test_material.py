"""Material: whom a shortage holds up, and what is kept for whom."""

from __future__ import annotations

import pytest
from small_worlds import (
    Table,
    every_policy,
    machine,
    of_kind,
    order,
    product,
    run,
    small_world,
    starts,
    step,
    times,
    untrue,
)

from agents.factory import Factory
from agents.quotation import quote
from agents.scenario import scenario_of
from kernel.calendar import MINUTE
from worlds.spec import World


def stock(there: int, lead: str | Table, **more: int) -> dict[str, list[Table]]:
    """Return material X, and who sells it."""
    bought = {"reorder_point": 0, "lot": 50, "up_to": 50} | more
    return {
        "materials": [{"id": "X", "stock": there, "supplier": "s"} | bought],
        "suppliers": [{"id": "s", "lead": lead}],
    }


def spoiling(used_at: str, **inspection: object) -> Table:
    """Return a product of which three pieces in ten are spoilt, then inspected."""
    return product(
        step("m", "M", "1 min", defects_per_million=300_000.0),
        step("q", "Q", "1 s", inspection=inspection),
        step("a", "A", "1 min"),
        materials=[{"material": "X", "step": used_at}],
    )


def line(used_at: str, *orders: Table, **more: object) -> World:
    """Return machines M, Q and A in a row that make it."""
    inspection = more.pop("inspection", {})
    assert isinstance(inspection, dict)
    machines = [machine("M"), machine("Q"), machine("A"), machine("W")]
    return small_world(machines, [spoiling(used_at, **inspection)], orders, **more)


@every_policy
def test_what_is_there_is_used_while_more_is_awaited(policy: str) -> None:
    """Pieces made again wait for material; the other lots, whose it is, do not."""
    lots = line("m", order("O", quantity=30), **stock(30, "10 h"))
    found = [run(lots, policy, seed=seed) for seed in (4, 5, 6)]
    scrapped = [times(events, "lot_scrapped")[0] for events in found]
    assert min(scrapped) < 20
    for events in found:
        begun = starts(events)
        first = [begun[f"O.{n}:m"] for n in (1, 2, 3)]
        assert sorted(first) == pytest.approx([0, 10, 20], abs=0.01)
        again = [time for id, time in begun.items() if "+" in id and ":m" in id]
        assert min(again) >= 600


@every_policy
def test_who_inspects_again_needs_no_more_material(policy: str) -> None:
    """An inspection adds X; what comes back mended has it, whoever waits for more."""
    mended = {"capability": "W", "time": "3 min", "success": 0.5, "limit": 1}
    lots = line(
        "q", order("O", quantity=20), inspection={"rework": mended}, **stock(20, "10 h")
    )
    while_short = 0
    for seed in range(1, 7):
        events = run(lots, policy, seed=seed)
        again = [t for id, t in starts(events).items() if "#" in id and "+" not in id]
        assert all(time < 600 for time in again)
        short = times(events, "stock_out")
        while_short += any(time > min(short, default=600) for time in again)
    assert while_short


@pytest.mark.parametrize("policy", ["rule", "negotiated", "hybrid"])
def test_pieces_made_again_take_nothing_from_an_urgent_order(policy: str) -> None:
    """Whoever pegs: who waits for pieces made again is no more urgent for that."""
    world = small_world(
        [machine("M"), machine("Q"), machine("A"), machine("U")],
        [
            spoiling("m"),
            product(
                step("u", "U", "1 min"),
                id="U",
                materials=[{"material": "X", "step": "u"}],
            ),
        ],
        [
            order("late", quantity=30, due="120 h", weight=1.0),
            order(
                "soon",
                of="U",
                quantity=10,
                arrival="1 min",
                release="25 min",
                due="2 h",
                weight=10.0,
            ),
        ],
        **stock(40, "20 h"),
    )
    events = run(world, policy, seed=4)
    assert min(times(events, "lot_scrapped")) < 25
    assert starts(events, "U")["soon.1:u"] == pytest.approx(25, abs=0.01)


@every_policy
def test_a_promise_knows_when_material_comes(policy: str) -> None:
    """It is what was said before anybody ordered."""
    making = product(
        step("m", "M", "1 min"), materials=[{"material": "X", "step": "m"}]
    )
    world = small_world(
        [machine("M")], [making], [order("O", arrival="1 min")], **stock(0, "20 h")
    )
    factory = Factory(scenario_of(world, policy=policy))
    factory.advance(30_000)
    said = quote(factory, "P", {}, 1)
    (told,) = of_kind(factory.run().events, "order_promised")
    assert told.facts["promise"] == pytest.approx(said, abs=MINUTE)
    assert said == pytest.approx(20 * 60 * MINUTE, abs=2 * MINUTE)


@every_policy
def test_nothing_stays_reserved(policy: str) -> None:
    """Pieces lost before they took their material leave it to those made again."""
    orders = [
        order(f"O{n}", quantity=10, arrival=f"{30 * n} min", due="48 h")
        for n in range(8)
    ]
    later = stock(30, "2 h", reorder_point=20, lot=10, up_to=30)
    world = line("a", *orders, **later)
    factory = Factory(scenario_of(world, policy=policy))
    events = factory.run().events
    assert untrue(world, events) == []
    assert len(times(events, "order_shipped")) == 8
    assert len(times(events, "lot_scrapped")) > 3
    inventory = factory.inventories["X"]
    assert (inventory.reservations, inventory.reserved, inventory.allocated) == (
        [],
        0,
        0,
    )
    reserved = of_kind(events, "material_reserved")
    assert sum(event.facts["quantity"] for event in reserved) == 80


@every_policy
def test_no_machine_waits_for_material_if_it_can_do_something_else(policy: str) -> None:
    """The plan's first needs a purchase that is overdue: what comes next is begun."""
    others = [
        order(f"N{n}", of="N", quantity=1, arrival=f"{15 * n} min", due="50 h")
        for n in range(1, 13)
    ]
    lead = {"law": "lognormal", "median": "1 h", "sigma": 1.5}
    made = product(
        step("m", "M", "1 min", defects_per_million=200_000.0),
        step("q", "Q", "1 s", inspection={}),
        materials=[{"material": "X", "step": "m"}],
    )
    world = small_world(
        [machine("M", input_buffer=4), machine("Q")],
        [made, product(step("n", "M", "20 min"), id="N")],
        [order("O", quantity=30, due="1 h"), *others],
        **stock(30, lead),
    )
    begun = starts(run(world, policy, seed=12))
    assert max(time for id, time in begun.items() if ":n" in id) < 300


def test_a_delivery_is_expected_for_who_is_served_first() -> None:
    """Ten come in ten hours: enough for the first who waits, not for the second."""
    making = product(
        step("m", "M", "1 min"), materials=[{"material": "X", "step": "m"}]
    )
    world = small_world(
        [machine("M")],
        [making],
        [
            order("O1", quantity=9),
            order("O2", quantity=9, arrival="2 h", due="26 h"),
        ],
        **stock(0, "10 h", lot=10, up_to=1),
    )
    factory = Factory(scenario_of(world, policy="planned"))
    factory.advance(130 * MINUTE)
    assert factory.planner is not None
    inventory = factory.inventories["X"]
    expected = [
        inventory.expected_for(factory.orders[id], "") / MINUTE for id in ("O1", "O2")
    ]
    assert expected == [600, 720]
    surveyed = factory.planner.surveyor.survey(50, factory.planner.objective, None)
    releases = {op.id: op.release / MINUTE for op in surveyed.problem.operations}
    assert (releases["O1.1:m"], releases["O2.1:m"]) == (600, 720)
