"""Open transports, by place: the same as by lot, and the nearest come first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents import fleet, pickups
from agents.factory import Factory
from agents.scenario import scenario_of
from kernel.calendar import HOUR, MINUTE
from kernel.chance import Lognormal, Weibull
from measures.check import check_trace
from worlds.knobs import turned
from worlds.read import read_world
from worlds.spec import FailureMode


@pytest.mark.parametrize("policy", ["rule", "negotiated", "hybrid"])
def test_around_gives_every_open_transport_once(
    monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    """Those near a vehicle first, at every quarter of an hour of a run."""
    monkeypatch.setattr(fleet, "FEW", 0)
    monkeypatch.setattr(pickups, "FEW", 2)
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


@pytest.mark.parametrize("policy", ["rule", "negotiated", "hybrid"])
@pytest.mark.parametrize(("machine", "minute"), [("turn1", 314), ("mill", 300)])
def test_no_vehicle_waits_for_a_part_in_a_broken_machine(
    policy: str, machine: str, minute: int
) -> None:
    """The only one, sent for a part that was nearly done, goes on with other work."""
    world = turned(turned(read_world("cell"), "vehicles", "1"), "load", "0.5")
    struck = (f"break:{machine}:6 h@{minute} min",)
    scenario = scenario_of(world, policy=policy, days=0.6, disturbances=struck)
    events = Factory(scenario).run().events
    down = range(minute * MINUTE + HOUR // 4, minute * MINUTE + 6 * HOUR)
    assert sum(e.kind == "lot_delivered" and e.time in down for e in events) > 20


@pytest.mark.parametrize("policy", ["rule", "negotiated"])
def test_no_vehicle_waits_for_a_repair_that_is_overdue(policy: str) -> None:
    """It gives the transport back soon after the machine should have been up again."""
    world = turned(turned(read_world("cell"), "vehicles", "1"), "load", "0.5")
    mode = FailureMode(
        id="often",
        life=Weibull(mean=2.0 * HOUR, shape=1.0),
        repair=Lognormal(median=0.1 * HOUR, sigma=1.5),
    )
    machines = tuple(replace(m, failures=(mode,)) for m in world.machines)
    factory = Factory(
        scenario_of(replace(world, machines=machines), policy=policy, days=2.0)
    )
    (agent,) = factory.vehicles.values()
    overdue = 0
    while factory.running:
        factory.advance(factory.now + MINUTE)
        down = [m for m in factory.machines.values() if m.body.breakdown is not None]
        late = [m for m in down if m.up_at + 2 * pickups.PATIENCE < factory.now]
        overdue += len(late)
        if agent.current is not None and not agent.body.busy:
            part = agent.current.part
            assert not (part.working and part.at in [m.id for m in late])
    assert overdue > 100
