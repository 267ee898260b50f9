"""Dynamic pegging: scarce material goes to whom its lack would cost most."""

from __future__ import annotations

from typing import Any

import pytest
from small_worlds import (
    machine,
    of_kind,
    order,
    product,
    run,
    small_world,
    starts,
    step,
)

from agents.factory import Factory
from agents.inventory import InventoryAgent
from agents.pegging import cost_of_waiting
from agents.scenario import scenario_of
from kernel.calendar import HOUR, MINUTE
from kernel.errors import BadInput
from measures.allocation import OPEN, Allocations
from worlds.read import read_world
from worlds.spec import World

DYNAMIC = [("policy.pegging", "dynamic")]


def scarce(*late: dict[str, Any], stock: int = 4) -> World:
    """Return a shop whose machine is busy for an hour while orders want bars.

    ``early`` needs four bars, those of ``late`` what they say; more come a day after
    an order has found none.
    """
    bars = {"materials": [{"material": "bar", "step": "s"}]}
    return small_world(
        [machine("M", "M", input_buffer=1)],
        [
            product(step("s", "M", "1 min"), **bars),
            product(step("q", "M", "30 min"), id="Q", lot_size=1),
        ],
        [
            order("busy", "Q", due="2 h", weight=100.0),
            order("next", "Q", due="2 h", weight=100.0),
            order("early", quantity=4, due="48 h", arrival="1 min"),
            *late,
        ],
        materials=[
            {"id": "bar", "stock": stock, "lot": 50, "supplier": "mill"}
            | {"reorder_point": 0}
        ],
        suppliers=[{"id": "mill", "lead": "24 h"}],
    )


RUSH = order("rush", quantity=4, due="2 h", arrival="5 min", weight=8.0)


@pytest.mark.parametrize("policy", ["rule", "negotiated", "hybrid"])
def test_an_urgent_order_gets_what_another_does_not_need_yet(policy: str) -> None:
    """The order that can wait lends its bars; on record it reserves anew, behind."""
    events = run(scarce(RUSH), policy, settings=DYNAMIC)
    began = starts(events)
    assert began["rush.1:s"] < 70
    assert began["early.1:s"] > 24 * 60
    given = [(e.time, e.facts["order"]) for e in of_kind(events, "material_released")]
    assert given == [(5 * MINUTE, "early")]
    reserved = [e.facts["order"] for e in of_kind(events, "material_reserved")]
    assert reserved == ["early", "rush", "early"]
    (short,) = of_kind(events, "stock_out")  # the one that waits now
    assert (short.time, short.facts["short"]) == (5 * MINUTE, 4)


@pytest.mark.parametrize("policy", ["rule", "hybrid"])
def test_fixed_pegging_serves_first_come_first_served(policy: str) -> None:
    """The same shop: who reserved first keeps it, however urgent the other."""
    fixed = [("policy.pegging", "fixed")]
    events = run(scarce(RUSH), policy, settings=fixed)
    began = starts(events)
    assert began["early.1:s"] < 70
    assert began["rush.1:s"] > 24 * 60
    assert of_kind(events, "material_released") == []


def test_who_has_time_takes_nothing_away() -> None:
    """Where a wait costs nobody anything, nothing changes hands."""
    calm = order("calm", quantity=4, due="72 h", arrival="5 min", weight=8.0)
    events = run(scarce(calm), settings=DYNAMIC)
    assert of_kind(events, "material_released") == []
    assert starts(events)["early.1:s"] < 70


def test_parts_that_were_called_keep_their_material() -> None:
    """Later the first order's lot has the machine's slot: it would only block it."""
    late = order("rush", quantity=4, due="2 h", arrival="45 min", weight=8.0)
    events = run(scarce(late), settings=DYNAMIC)
    assert starts(events)["early.1:s"] < 70
    assert of_kind(events, "material_released") == []


def test_a_small_order_passes_one_that_does_not_fit() -> None:
    """Two bars for six: the order for two is not held up by one for four."""
    small = order("small", quantity=2, due="2 h", arrival="5 min", weight=8.0)
    events = run(scarce(small, stock=2), settings=DYNAMIC)
    assert starts(events)["small.1:s"] < 70
    waits = run(scarce(small, stock=2))
    assert starts(waits)["small.1:s"] > 24 * 60


def test_the_cost_of_waiting_is_the_tardiness_it_adds() -> None:
    """Nothing until there is danger, then weight times time."""
    factory = Factory(scenario_of(scarce(RUSH), policy="rule"))
    factory.advance(6 * MINUTE)
    rush, early = factory.orders["rush"], factory.orders["early"]
    rest = round(4 * MINUTE * factory.flow_factor)
    due = 2 * HOUR
    assert cost_of_waiting(rush, "bar", due - rest) == 0
    assert cost_of_waiting(rush, "bar", due - rest + MINUTE) == 8 * MINUTE
    assert cost_of_waiting(early, "bar", 24 * HOUR) == 0
    factory.advance(5 * HOUR)
    assert cost_of_waiting(rush, "bar", 6 * HOUR) == 8 * HOUR


def lacking(inventory: InventoryAgent) -> list[str]:
    """Return the orders that wait for a material, in their turn."""
    return [r.order for r in inventory.reservations if not r.allocated]


@pytest.mark.parametrize("policy", ["rule", "negotiated"])
def test_the_record_says_who_had_what(policy: str) -> None:
    """Replayed first come, first served, the facts give the inventories' own books."""
    scenario = scenario_of(
        read_world("machining"),
        policy=policy,
        days=8,
        seed=118,
        settings=[*DYNAMIC, ("load", "0.93")],
    )
    factory, books, told = Factory(scenario), Allocations(), 0
    given_back = seen = 0
    for hour in range(8 * 24):
        factory.advance(hour * HOUR)
        events = factory.trace.events
        for event in events[told:]:
            books.add(event)
            given_back += event.kind == "material_released"
        told = len(events)
        waiting = {x for i in factory.inventories.values() for x in lacking(i)}
        assert waiting == {
            id
            for id in factory.orders
            if any(until == OPEN for _, until in books.lacked(id))
        }
        seen += len(waiting)
    assert given_back > 20
    assert seen > 100


def test_a_wrong_pegging_is_refused() -> None:
    """The sentence says what there is."""
    with pytest.raises(BadInput, match="'soft': expected fixed or dynamic"):
        scenario_of(scarce(), settings=[("policy.pegging", "soft")])
