"""The clocks that a benchmark holds to the agents."""

from __future__ import annotations

import pytest

from agents.contract_net import Initiator, Participant
from agents.factory import Factory
from agents.scenario import scenario_of
from benchmarks.alike import alike
from benchmarks.stopwatch import Stopwatch
from kernel.calendar import HOUR
from worlds.consistency import check
from worlds.load import nominal_use
from worlds.read import read_world


def factory(policy: str) -> Factory:
    """Return the cell, at its start."""
    return Factory(scenario_of(read_world("cell"), policy=policy))


@pytest.mark.parametrize("policy", ["negotiated", "hybrid"])
def test_clocks_change_nothing_and_miss_nothing(policy: str) -> None:
    """The record is the same, and each negotiation, choice and plan was timed."""
    plain, timed, watch = factory(policy), factory(policy), Stopwatch()
    if timed.planner is not None:
        timed.planner.watcher = watch
    plain.advance(3 * HOUR)
    before = Initiator.receive, Participant.receive
    with watch.watching():
        timed.advance(3 * HOUR)
    assert (Initiator.receive, Participant.receive) == before
    assert timed.trace.digest == plain.trace.digest
    calls = [e.subject for e in timed.trace.events if e.kind == "call_settled"]
    assert calls
    assert all(watch.negotiating[call] > 0 for call in calls)
    assert all(map(len, watch.choosing.values()))
    majors = [trigger for trigger, *_ in watch.planning if trigger]
    assert len(majors) == sum(e.kind == "replan" for e in timed.trace.events)


def test_all_machines_of_the_plant_of_alike_ones_can_do_the_work() -> None:
    """It is consistent, and as busy as it says at every size."""
    for machines in (8, 24, 1000):
        world = alike(machines)
        check(world, world.name)
        able = [m for m in world.machines if "work" in m.capabilities]
        assert len(able) == machines
        assert next(iter(nominal_use(world).values())) == pytest.approx(0.8)
