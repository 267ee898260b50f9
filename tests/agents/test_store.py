"""The overflow store breaks what tiny buffers would lock."""

from __future__ import annotations

import pytest
from small_worlds import (
    machine,
    of_kind,
    order,
    product,
    run,
    shipped,
    small_world,
    step,
    untrue,
)

from agents.factory import Factory
from agents.scenario import scenario_of
from kernel.calendar import HOUR, MINUTE
from worlds.spec import World


def re_entrant(store_after: str | None) -> World:
    """Return three machines visited twice round, with room for one lot each."""
    cell = [machine(id, input_buffer=1, output_buffer=0) for id in ("A", "B", "C")]
    times = {"A": "4 min", "B": "5 min", "C": "6 min"}
    round_trip = [
        step(f"{id}{n}", id, time) for n in (1, 2) for id, time in times.items()
    ]
    book = [order(f"O{n}", due=f"{n} h") for n in range(1, 9)]
    return small_world(cell, [product(*round_trip)], book, store_after=store_after)


@pytest.mark.parametrize("policy", ["rule", "negotiated", "planned", "hybrid"])
def test_a_re_entrant_cell_locks_without_the_store(policy: str) -> None:
    """Each machine holds a finished lot for which the next has no slot: for ever."""
    world = re_entrant(None)
    factory = Factory(scenario_of(world, policy=policy))
    factory.advance(12 * HOUR)
    events = factory.trace.events
    assert len(shipped(events)) < 8
    assert factory.running
    seen = len(events)
    factory.advance(600 * HOUR)
    assert len(events) == seen
    blocked = {e.subject: e.facts for e in of_kind(events, "machine_state")}
    assert any(facts["reason"] == "buffer" for facts in blocked.values())


@pytest.mark.parametrize("policy", ["rule", "negotiated", "planned", "hybrid"])
def test_with_the_store_it_finishes(policy: str) -> None:
    """The same cell ships everything once lots may be taken aside."""
    world = re_entrant("15 min")
    events = run(world, policy)
    assert len(shipped(events)) == 8
    asked = of_kind(events, "transport_requested")
    aside = [e for e in asked if e.facts["to"] == "store"]
    assert len(aside) > 8  # more than the eight that are brought there to be shipped


def test_a_lock_is_said_at_the_cap() -> None:
    """A run that locks ends at its cap and says how many orders are unfinished."""
    world = re_entrant(None)
    events = Factory(scenario_of(world, policy="rule", days=0.1)).run().events
    ended = events[-1]
    assert ended.facts["unfinished"] == 8 - len(shipped(events)) > 0
    assert untrue(world, events) == []


def test_a_lot_called_for_in_vain_is_brought_to_the_store() -> None:
    """Its call is taken back when it has waited long: it still goes to the store.

    And its way there is not taken back when its next operation changes hands.
    """
    world = small_world(
        [
            machine("A", output_buffer=1),
            machine("B", "b", input_buffer=1),
            machine("C", "b", input_buffer=1),
            machine("D"),
        ],
        [
            product(step("a", "A", "8 min"), step("b", "b", "100 min")),
            product(step("d", "D", "1 min"), id="N"),
        ],
        [order("O", quantity=1), order("N", of="N", quantity=1, arrival="9 min")],
        vehicles=[{"id": "agv", "count": 1, "home": ["store"], "speed": "0.02 m/s"}],
        store_after="5 min",
    )
    factory = Factory(scenario_of(world, policy="hybrid"))
    # Made at 16.3 and called for; the vehicle is busy with N until 50.
    factory.advance(17 * MINUTE)
    agent = factory.orders["O"]
    operation = agent.production.operations["O.1:b"]
    assert operation.called
    assert operation.holder is not None
    holder, other = operation.holder, "C" if operation.holder == "B" else "B"
    factory.advance(22 * MINUTE)
    factory.machines[other].body.buffers.size = 0  # it has no room
    agent.allocation.assign(operation, other)
    factory.advance(27 * MINUTE)
    transport = factory.fleet.open["O.1"]
    assert transport.to == factory.store.id
    agent.allocation.assign(operation, holder)
    assert factory.fleet.open["O.1"] is transport
