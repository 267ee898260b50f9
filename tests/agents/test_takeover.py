"""People step in: another policy takes over, a repair ends, messages are lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from small_worlds import machine, order, product, small_world, step

from agents.factory import Factory
from agents.policy import policy_of
from agents.quotation import quote
from agents.scenario import scenario_of
from agents.takeover import take_over
from kernel.calendar import HOUR, MINUTE
from measures.check import check_trace
from worlds.disturbances import parse
from worlds.read import read_world
from worlds.spec import World

CELL = read_world("cell")
NAMES = ("hybrid", "rule", "negotiated", "planned", "rule:FIFO", "hybrid", "negotiated")


def factory(policy: str = "hybrid", days: float = 0.7, *strikes: str) -> Factory:
    """Return a factory of the cell."""
    return Factory(
        scenario_of(CELL, policy=policy, days=days, disturbances=list(strikes))
    )


@pytest.mark.parametrize("names", [*pairwise(NAMES), NAMES])
def test_policies_take_over_in_the_middle(names: tuple[str, ...]) -> None:
    """Whoever takes over finishes what the others have begun, and breaks no rule."""
    running = factory(names[0])
    for hour, name in enumerate(names[1:], start=2):
        running.advance(2 * hour * HOUR + 7 * MINUTE)
        take_over(running, policy_of(name))
    running.run()
    events = running.trace.events
    assert check_trace(CELL, events) == []
    assert events[-1].facts["unfinished"] == 0
    changes = [e.facts["policy"] for e in events if e.kind == "policy_changed"]
    assert changes == list(names[1:])


def test_a_plan_is_made_at_once_by_who_takes_over() -> None:
    """The planner that comes in plans at the same instant; who goes plans no more."""
    running = factory("rule")
    running.advance(6 * HOUR)
    take_over(running, policy_of("hybrid"))
    running.advance(running.now)
    replans = [e for e in running.trace.events if e.kind == "replan"]
    assert [e.time for e in replans] == [6 * HOUR]
    assert replans[0].facts["trigger"] == "policy:hybrid"
    take_over(running, policy_of("rule"))
    running.advance(12 * HOUR)
    assert sum(e.kind == "replan" for e in running.trace.events) == 1


def test_a_repair_ends_when_somebody_wishes() -> None:
    """``repair:M`` ends a breakdown then, and does nothing to a machine that is up."""
    strikes = ("break:mill:5 h@3 h", "repair:mill@4 h", "repair:turn1@1 min")
    running = factory("rule", 0.3, *strikes)
    running.run()
    events = running.trace.events
    assert check_trace(CELL, events) == []
    mends = [e for e in events if e.kind == "machine_repaired"]
    assert [e.time for e in mends if e.facts["mode"] == "disturbance"] == [4 * HOUR]
    assert not any(e.subject == "turn1" and e.time == MINUTE for e in mends)


def test_messages_are_lost_for_a_while() -> None:
    """``lose:SHARE:DURATION`` loses messages from then until then, and no rule."""
    strikes = ("lose:0.5:1 h@3 h", "lose:.9:10 min@3 h")
    running = factory("negotiated", 0.3, *strikes)
    running.advance(3 * HOUR - 1)
    assert running.network.lost == 0
    running.advance(4 * HOUR)
    lost = running.network.lost
    assert lost > 10
    running.run()
    assert running.network.lost == lost
    assert check_trace(CELL, running.trace.events) == []


def lone_vehicle(home: str, *machines: str, minutes: int, quantity: int) -> World:
    """Return a shop of one slow vehicle, which begins at a machine."""
    return small_world(
        [machine(id) for id in ("A", "Z")],
        [product(*(step(id, id, f"{minutes} min") for id in machines), id="Q")],
        [order("O1", of="Q", quantity=quantity)],
        vehicles=[{"id": "agv", "count": 1, "home": [home], "speed": "0.2 m/s"}],
        docks=[{"id": "dock", "node": "out"}],
        network={"preset": "wifi"},
    )


@pytest.mark.parametrize("policy", ["negotiated", "hybrid"])
@pytest.mark.parametrize("silence", ["1 s", "5 s", "1 min"])
def test_a_transport_is_not_forgotten_when_messages_are_lost(
    policy: str, silence: str
) -> None:
    """Whoever set off and was told off again is asked anew, or another is."""
    case = scenario_of(
        lone_vehicle("at-Z", "Z", minutes=1, quantity=1),
        policy=policy,
        days=0.5,
        disturbances=[f"lose:1:{silence}@0.016 s"],
    )
    running = Factory(case)
    running.advance(6 * HOUR)
    assert running.orders["O1"].shipped


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("negotiated", "rule"),
        ("hybrid", "rule"),
        ("rule", "negotiated"),
        ("planned", "negotiated"),
    ],
)
def test_who_waits_for_a_part_and_gives_it_back_can_have_it_again(
    before: str, after: str
) -> None:
    """A vehicle stands at a machine, another policy comes, the machine breaks."""
    world = lone_vehicle("at-A", "A", "Z", minutes=10, quantity=1)
    case = scenario_of(
        world, policy=before, days=0.5, disturbances=["break:A:1 h@10.6 min"]
    )
    running = Factory(case)
    running.advance(round(10.5 * MINUTE))
    take_over(running, policy_of(after))
    running.run()
    assert running.orders["O1"].shipped
    assert check_trace(world, running.trace.events) == []


@pytest.mark.parametrize("policy", ["rule", "negotiated", "hybrid"])
def test_a_quote_changes_nothing(policy: str) -> None:
    """A factory that is asked for dates goes exactly the way of one that is not."""
    asked, left = factory(policy, 0.4), factory(policy, 0.4)
    while asked.running:
        asked.advance(asked.now + HOUR)
        promise = quote(asked, "flange", {"size": "d80"}, 3)
        assert promise > asked.now
    assert asked.trace.digest == left.run().digest


def test_a_quote_is_what_the_order_would_be_promised() -> None:
    """The order, placed at once, is promised about the date that was quoted."""
    running = factory("rule", 0.6)
    running.advance(7 * HOUR)
    product = CELL.products[0]
    rush = f"rush:{product.id}:qty=2:due=4 h"
    strike = parse(rush, CELL, now=running.now)
    options = dict(strike.options)  # type: ignore[union-attr]
    promise = quote(running, product.id, options, 2)
    running.customers.disturb(strike)
    running.advance(running.now + MINUTE)
    promised = next(
        e.facts["promise"]
        for e in running.trace.events
        if e.kind == "order_promised" and e.subject == "R1"
    )
    assert promised == pytest.approx(promise, abs=20 * MINUTE)
