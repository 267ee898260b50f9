"""What agents and planner expect, when what they expected does not happen."""

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
    small_world,
    step,
    times,
)

from agents.advice import Advice
from agents.factory import Factory
from agents.scenario import scenario_of
from agents.situation import Situation
from kernel.calendar import MINUTE
from scheduling.plan import Plan
from worlds.read import read_world
from worlds.spec import World

COLOURS: Table = {"id": "c", "choices": [{"id": "x"}, {"id": "y"}]}
AN_HOUR: Table = {
    "id": "s",
    "families": ["x", "y"],
    "times": [["0 s", "60 min"], ["60 min", "0 s"]],
}


def painted(*orders: Table) -> World:
    """Return a machine that needs an hour to change colour."""
    made = product(step("m", "M", "1 min", family="{c}"), options=[COLOURS])
    return small_world([machine("M", setup="s")], [made], orders, setups=[AN_HOUR])


def surveyed(factory: Factory) -> Situation:
    """Return what the planner sees."""
    assert factory.planner is not None
    return factory.planner.surveyor.survey(50, factory.planner.objective, None)


def test_a_set_up_goes_on_after_the_repair() -> None:
    """Begun at 10, broken at 40 for 20 min: ready at 90, with what was left of it."""
    world = painted(
        order("O1", quantity=10, options={"c": "x"}),
        order("O2", quantity=10, options={"c": "y"}),
    )
    factory = Factory(
        scenario_of(world, policy="hybrid", disturbances=["break:M:20 min@40 min"])
    )
    for minute in (11, 39, 41, 59, 61, 89):
        factory.advance(minute * MINUTE)
        seen = surveyed(factory).problem.machines[0]
        ready = 70 if minute < 40 else 90
        assert [time / MINUTE for time in seen.free] == [ready]
        assert seen.family == factory.planner.surveyor.families["y"]
        assert factory.machines["M"].outlook.free_at() == ready * MINUTE


def test_a_bid_counts_the_set_up_that_goes_on() -> None:
    """Behind a set-up until 70 and work until 80, back to the first colour at 140."""
    world = painted(
        order("O1", quantity=10, options={"c": "x"}),
        order("O2", quantity=10, options={"c": "y"}),
        order("O3", quantity=10, arrival="15 min", due="48 h", options={"c": "x"}),
    )
    events = run(world, "negotiated")
    promised = of_kind(events, "order_promised", "O3")[0].facts["promise"]
    assert promised == pytest.approx(150 * MINUTE)
    assert ends(events)["O3.1:m"] == 150


@pytest.mark.parametrize(
    ("after", "life", "ready"), [("resume", "12.5 min", 72.5), ("restart", "5 min", 75)]
)
def test_work_that_is_interrupted_ends_after_the_repair(
    after: str, life: str, ready: float
) -> None:
    """Overdue work ends when the repair does; work begun anew takes its whole time."""
    failing = {"id": "x", "life": life, "repair": "60 min", "after": after}
    slow = {"law": "uniform", "low": 1.9, "high": 1.9000001}
    world = small_world(
        [machine("A", variation=slow, failures=[failing]), machine("B")],
        [product(step("a", "A", "10 min"), step("b", "B", "10 min"))],
        [order("O", quantity=1)],
    )
    factory = Factory(scenario_of(world, policy="hybrid"))
    factory.advance(30 * MINUTE)
    work = factory.machines["A"].running["O.1:a"]
    assert work.ends / MINUTE == pytest.approx(ready)
    assert [part.ready for part in work.parts] == [work.ends]


SLOW: list[Table] = [{"id": "agv", "count": 1, "home": ["store"], "speed": "0.1 m/s"}]


def test_a_vehicle_that_is_not_wanted_any_more_is_soon_free() -> None:
    """Its transport is cancelled on the way: it is free where and when it arrives."""
    world = small_world(
        [machine("A"), machine("B")],
        [product(step("b", "B"), step("a", "A"))],
        [order("O1"), order("O2", arrival="30 min")],
        vehicles=SLOW,
        docks=[{"id": "dock", "node": "out"}],
    )
    factory = Factory(scenario_of(world, policy="hybrid"))
    vehicle = factory.vehicles["agv-1"]
    factory.advance(30 * MINUTE + 30_000)
    assert vehicle.current is not None
    assert vehicle.body.motion is not None
    arrives = vehicle.body.motion.end
    assert vehicle.free() > arrives
    factory.orders[vehicle.current.part.kit.order].cancel("customer")
    assert vehicle.current is None
    assert vehicle.free() == arrives


@pytest.mark.parametrize("minute", [1.0, 3.0, 4.5])
def test_what_a_stopped_vehicle_carries_comes_later(minute: float) -> None:
    """On its way to the part or with it: a minute is a minute."""

    def arrives(*strikes: str) -> tuple[int, int, int]:
        world = small_world(
            [machine("A"), machine("B")],
            [product(step("b", "B", "1 s"), step("a", "A", "1 s"))],
            [order("O", quantity=1)],
            vehicles=[SLOW[0] | {"speed": "0.2 m/s", "home": ["out"]}],
        )
        case = scenario_of(world, policy="hybrid", disturbances=strikes)
        factory = Factory(case)
        factory.advance(round((minute + 0.1) * MINUTE))
        (transport,) = factory.fleet.open.values()
        found = transport.part.eta, factory.vehicles["agv-1"].free()
        there = factory.run().events
        after = [t for t in times(there, "lot_delivered") if t > minute]
        return *found, round(after[0] * MINUTE)

    smooth, stopped = arrives(), arrives(f"stop:agv-1:1 min@{minute} min")
    assert smooth[0] == smooth[1] == smooth[2]
    assert stopped == tuple(time + MINUTE for time in smooth)


@pytest.mark.parametrize("world", ["cell", "electronics"])
def test_no_second_vehicle_is_planned_for_a_part(
    monkeypatch: pytest.MonkeyPatch, world: str
) -> None:
    """A vehicle that is on its way to a part in work fetches it: no plan says other."""
    noted, begun = Advice._note_trips, 0

    def watched(self: Advice, plan: Plan, situation: Situation) -> None:
        nonlocal begun
        noted(self, plan, situation)
        for transport in self.factory.fleet.open.values():
            if transport.begun:
                begun += 1
                assert transport.key not in self.planned_trips

    monkeypatch.setattr(Advice, "_note_trips", watched)
    Factory(scenario_of(read_world(world), policy="planned", seed=2, days=0.1)).run()
    assert begun > 20


@every_policy
def test_a_stopped_vehicle_takes_nothing_up(policy: str) -> None:
    """Stopped where the lot waits: it stays in the store until it can go on."""
    world = small_world(
        [machine("A")],
        [product(step("a", "A"))],
        [order("O", arrival="1 min")],
        vehicles=1,
    )
    strikes = ["stop:agv-1:20 min@0 min"]
    events = run(world, policy, disturbances=strikes)
    assert times(events, "lot_loaded")[0] == pytest.approx(20, abs=0.01)
    other = small_world(
        [machine("A")],
        [product(step("a", "A"))],
        [order("O", arrival="1 min")],
        vehicles=2,
    )
    events = run(other, policy, disturbances=strikes)
    assert times(events, "lot_loaded")[0] < 2


@every_policy
def test_what_a_vehicle_that_stops_for_long_should_fetch_another_does(
    policy: str,
) -> None:
    """Two stand side by side; the one on its way to the lot is stopped for hours."""
    world = small_world(
        [machine("A"), machine("B")],
        [product(step("b", "B"))],
        [order("O", quantity=1, arrival="1 min")],
        vehicles=[{"id": "agv", "count": 2, "home": ["out", "out"]}],
    )
    factory = Factory(scenario_of(world, policy=policy))
    factory.advance(MINUTE + 5_000)
    (sent,) = (v.id for v in factory.vehicles.values() if v.current is not None)
    for hours in ("10 h", "1 min"):
        strike = f"stop:{sent}:{hours}@65 s"
        fetched = of_kind(run(world, policy, disturbances=[strike]), "lot_loaded")[0]
        assert (fetched.facts["vehicle"] == sent) == (hours == "1 min")
        assert fetched.time < 3 * MINUTE


def test_a_promise_waits_for_no_second_operation() -> None:
    """One branch's machine is down and refuses: its repair counts, not what follows."""
    steps = [
        step("l", "A", "1 min", after=[]),
        step("l2", "C", "1 min"),
        step("r", "B", "1 min", after=[]),
        step("j", "J", "1 min", after=["l2", "r"]),
    ]
    machines = [machine(id, input_buffer=2) for id in "ABCJ"]
    world = small_world(machines, [product(*steps)], [order("O", arrival="1 min")])
    for policy in POLICIES:
        events = run(world, policy, disturbances=["break:B:10 h@0 min"])
        (told,) = of_kind(events, "order_promised")
        assert told.time < 2 * MINUTE
        assert told.facts["promise"] > 600 * MINUTE
