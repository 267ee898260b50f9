"""A run can be looked at now and at any instant gone by."""

from __future__ import annotations

import pytest

from agents.factory import Factory
from dashboard import recording
from dashboard.recording import Recording
from measures.replay import State, replay
from worlds.read import read_world

HOUR = 3_600_000


@pytest.fixture(scope="module")
def done() -> Factory:
    """A finished run of the cell."""
    factory = Factory(world="cell", policy="hybrid", days=0.4)
    factory.run()
    return factory


def seen(state: State) -> str:
    """Return all of a state as text."""
    slots = [s for s in State.__slots__ if s != "events"]
    return str([getattr(state, slot) for slot in slots])


def test_every_instant_is_what_a_replay_says(
    done: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forward and back again: the state shown is that of a whole replay."""
    monkeypatch.setattr(recording, "APART", 50)
    shown = Recording(done.world, done.trace.events)
    for hour in (1, 3.3, 9, 2, 2, 8.999, 0, 0.001, 12, 5):
        time = round(hour * HOUR)
        shown.show(time)
        wanted = replay(done.trace.events, time, done.world)
        assert seen(shown.state) == seen(wanted), hour
        assert shown.shown == time


def test_going_on_tells_what_was_passed(done: Factory) -> None:
    """On the way on every fact is told once; a way back tells None."""
    shown = Recording(done.world, done.trace.events)
    told = [event for h in range(14) for event in shown.show(h * HOUR) or ()]
    assert told == [e for e in done.trace.events if e.time <= 13 * HOUR]
    assert shown.show(HOUR) is None


def test_a_stopped_vehicle_stands_still_on_its_way() -> None:
    """While it stands, its drive is as it was; then the rest of it begins."""
    factory = Factory(world="cell", policy="rule", days=0.3)
    shown = Recording(factory.world, factory.trace.events)
    while not (ride := shown.state.vehicles["agv-1"]).path:
        factory.advance(factory.now + 1000)
        shown.show(factory.now)
    left, arrive = ride.left, ride.arrive
    factory.vehicles["agv-1"].body.stop(60_000)
    since = factory.now
    factory.advance(factory.now + 59_000)
    shown.show(factory.now)
    ride = shown.state.vehicles["agv-1"]
    assert (ride.left, ride.arrive, ride.stopped_since) == (left, arrive, since)
    factory.advance(factory.now + 1_000)
    shown.show(factory.now)
    ride = shown.state.vehicles["agv-1"]
    assert ride.stopped is None
    assert ride.path == () or (ride.left, ride.arrive) == (
        left + 60_000,
        arrive + 60_000,
    )


def test_a_drive_begun_standing_starts_when_it_may() -> None:
    """A vehicle sent off while it is stopped leaves when it is let go."""
    factory = Factory(world="cell", policy="rule", days=0.3)
    factory.vehicles["agv-1"].body.stop(3 * HOUR)
    factory.vehicles["agv-2"].body.stop(3 * HOUR)
    shown = Recording(factory.world, factory.trace.events)
    factory.advance(3 * HOUR)
    shown.show(factory.now)
    rides = [v for v in shown.state.vehicles.values() if v.path]
    assert rides
    for ride in rides:
        assert ride.left == 3 * HOUR < ride.arrive


def test_instances_can_be_looked_at() -> None:
    """A benchmark instance has its states, too."""
    factory = Factory(world=read_world("EX11"), policy="rule")
    factory.run()
    shown = Recording(factory.world, factory.trace.events)
    shown.show(factory.now)
    assert shown.state.orders
