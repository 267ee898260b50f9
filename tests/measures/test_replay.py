"""The visible state, folded from facts."""

from __future__ import annotations

import pytest
from measures_story import S, full_story, without, world

from kernel.errors import Impossible
from measures.replay import State, replay


def at(seconds: float) -> State:
    """Return the state of the full story at a time."""
    story = full_story()
    return replay(story.events, round(seconds * S), story.world)


def moment(kind: str, nth: int = 0) -> State:
    """Return the state of the full story just after the ``nth`` fact of a kind."""
    story = full_story()
    found = [i for i, event in enumerate(story.events) if event.kind == kind]
    return replay(story.events[: found[nth] + 1], world=story.world)


def test_nothing_has_happened_yet() -> None:
    """A world's machines and vehicles are there from the start."""
    state = State(world())
    assert state.machines["cutter"].family == "red"
    assert state.vehicles["agv-2"].node == "p"
    assert not state.lots


def test_lot_travels() -> None:
    """A lot waits, is carried, lies in the input, is in work, lies in the output."""
    assert moment("lot_released").lots["O1.1/cut"].stage == "waiting"
    carried = moment("lot_loaded")
    assert carried.lots["O1.1/cut"].place == "agv-1"
    assert carried.vehicles["agv-1"].lot == "O1.1/cut"
    delivered = moment("lot_delivered")
    assert delivered.machines["cutter"].input == ["O1.1/cut"]
    assert delivered.vehicles["agv-1"].lot is None
    assert not delivered.transports
    started = moment("operation_started")
    assert started.machines["cutter"].input == []
    assert started.lots["O1.1/cut"].stage == "work"
    finished = moment("operation_finished")
    assert finished.machines["cutter"].output == ["O1.1/cut"]
    assert finished.machines["cutter"].work == {}


def test_vehicle_on_its_way() -> None:
    """A driving vehicle has its path and both ends of the drive."""
    vehicle = moment("drive_started").vehicles["agv-1"]
    assert vehicle.path == ("p", "f", "e", "d", "c", "b", "a", "s")
    assert (vehicle.left, vehicle.arrive) == (0, 7 * S)


def test_breakdown_is_seen() -> None:
    """A failed machine tells its failure, its work is interrupted."""
    cutter = moment("operation_interrupted").machines["cutter"]
    assert (cutter.state, cutter.failure) == ("aborted", "jam")
    assert cutter.work["O1.1/cut:cut"].interrupted
    cutter = moment("operation_resumed").machines["cutter"]
    assert cutter.failure is None
    assert not cutter.work["O1.1/cut:cut"].interrupted


def test_join_replaces_its_inputs() -> None:
    """An assembly takes its inputs off the floor."""
    state = moment("lots_joined")
    assert set(state.lots) == {"O1.1"}
    assert state.machines["joiner"].input == ["O1.1"]


def test_split_shares_the_place() -> None:
    """A part split off lies where its lot lies."""
    state = moment("lot_split")
    assert state.machines["tester"].output == ["O1.1", "O1.1~1"]
    assert [state.lots[lot].pieces for lot in ("O1.1", "O1.1~1")] == [1, 1]


def test_orders_and_stock_at_the_end() -> None:
    """Shipped and cancelled orders leave no lots; stock is what is left."""
    state = at(10_000)
    assert state.orders["O1"].status == "shipped"
    assert state.orders["O1"].finished == 2 + 2 + 2 + 2 + 1 + 1
    assert state.orders["O2"].status == "cancelled"
    assert not state.lots
    assert state.stock["sheet"] == {"sheet/1": 0, "sheet/2": 10}
    assert state.level("sheet") == 10
    assert state.now == 10_000 * S


def test_operators_are_free_at_the_end() -> None:
    """Whoever was taken is freed."""
    assert moment("operator_taken").operators == {"crew-1": "cutter"}
    assert not at(10_000).operators


def test_same_in_one_go_or_in_steps() -> None:
    """A state folded further equals one folded from the beginning."""
    story = full_story()
    state = State(story.world)
    for event in story.events:
        state.add(event)
    whole = replay(story.events, world=story.world)
    assert state.orders == whole.orders
    assert state.machines == whole.machines
    assert state.vehicles == whole.vehicles


def test_contradiction_is_refused() -> None:
    """A fact about a lot that was never released does not fold."""
    story = full_story()
    with pytest.raises(Impossible, match=r"lot_loaded of O1\.1/cut at 7000 ms"):
        replay(without(story.events, "lot_released"), world=story.world)
