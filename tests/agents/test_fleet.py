"""Open transports, by place: the same as by lot, and the nearest come first."""

from __future__ import annotations

import pytest

from agents import fleet, vehicle
from agents.factory import Factory
from agents.scenario import scenario_of
from kernel.calendar import HOUR
from measures.check import check_trace
from worlds.read import read_world


@pytest.mark.parametrize("policy", ["rule", "negotiated", "hybrid"])
def test_around_gives_every_open_transport_once(
    monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    """Those near a vehicle first, at every quarter of an hour of a run."""
    monkeypatch.setattr(fleet, "FEW", 0)
    monkeypatch.setattr(vehicle, "FEW", 2)
    factory = Factory(scenario_of(read_world("cell"), policy=policy, days=0.4))
    seen = 0
    while factory.running:
        factory.advance(factory.now + HOUR // 4)
        for agent in factory.vehicles.values():
            near = list(factory.fleet.around(agent))
            assert sorted(t.id for t in near) == sorted(
                t.id for t in factory.fleet.open.values()
            )
            ways = [agent.way_to(transport.origin) for transport in near]
            assert ways == sorted(ways)
            seen += len(near)
    assert seen > 4
    assert check_trace(factory.world, factory.trace.events) == []
