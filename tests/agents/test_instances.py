"""A benchmark run undisturbed under ``planned`` ends exactly at its plan's makespan."""

from __future__ import annotations

import pytest
from small_worlds import of_kind, untrue

from agents.factory import Factory
from agents.scenario import scenario_of
from worlds.read import read_world


@pytest.mark.parametrize(
    ("name", "makespan"),
    [
        ("ft06", 55),
        ("la01", 666),
        ("mk01", 40),
        ("EX11", 96),
        ("kacem1", 11),
        ("fjsp1", 134),
    ],
)
def test_an_instance_ends_at_its_optimum(name: str, makespan: int) -> None:
    """What was planned is what happens, and it is the best known."""
    world = read_world(name)
    events = Factory(scenario_of(world, policy="planned")).run().events
    assert untrue(world, events) == []
    last = max(e.time for e in of_kind(events, "operation_finished"))
    assert last == makespan * world.unit_ms
    plans = of_kind(events, "replan")
    assert len(plans) == 1
    assert plans[0].facts["value"] == last
