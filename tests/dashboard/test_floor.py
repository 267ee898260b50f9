"""The floor: what is drawn once, and what each frame says has changed."""

from __future__ import annotations

import json
from itertools import combinations

import pytest

from agents.factory import Factory
from dashboard.floor import STATES, Frames, drawing
from dashboard.recording import Recording
from worlds.read import read_world

HOUR = 3_600_000


@pytest.mark.parametrize("name", ["cell", "electronics", "EX11", "ft06", "fjsp1"])
def test_boxes_do_not_touch(name: str) -> None:
    """Machines are drawn apart, also where many share a node."""
    drawn = drawing(read_world(name))
    width, height = drawn["box"]
    boxes = [*drawn["machines"], *(n for n in drawn["nodes"] if n[3] != "lane")]
    boxes = [b for b in boxes if b[3] not in ("station", "parking")]
    for a, b in combinations(boxes, 2):
        assert abs(a[1] - b[1]) >= width or abs(a[2] - b[2]) >= height, (a, b)
    x, y, w, h = drawn["view"]
    for machine in drawn["machines"]:
        assert x < machine[1] < x + w
        assert y < machine[2] < y + h
    json.dumps(drawn, allow_nan=False)


def frames(name: str, policy: str, hours: float, step: float = 0.05):
    """Yield (state, frame) of a run, slice by slice."""
    factory = Factory(world=name, policy=policy, days=1.0)
    shown, made = Recording(factory.world, factory.trace.events), Frames(factory.world)
    yield shown, made.frame(shown.state, None, 1.0)
    while factory.now < hours * HOUR:
        factory.advance(factory.now + round(step * HOUR))
        passed = shown.show(factory.now)
        assert passed is not None
        yield shown, made.frame(shown.state, passed, 60.0)


def test_frames_add_up_to_what_can_be_seen() -> None:
    """A page that takes in every frame knows the state of all machines and vehicles."""
    machines: dict[int, list] = {}
    vehicles: dict[int, list] = {}
    world = read_world("cell")
    before = 0
    for shown, frame in frames("cell", "hybrid", 8):
        assert frame["seq"] == before + 1
        before = frame["seq"]
        assert frame["now"] == shown.shown
        machines |= frame.get("machines", {})
        vehicles |= frame.get("vehicles", {})
        for i, machine in enumerate(world.machines):
            view = shown.state.machines[machine.id]
            state, *_, before_it, behind, _, work = machines[i]
            assert STATES[state] == view.state
            assert (before_it, behind) == (len(view.input), len(view.output))
            assert work == len(view.work)
        for i, id in enumerate(("agv-1", "agv-2")):
            view = shown.state.vehicles[id]
            nodes = [node.id for node in world.floor.nodes]
            assert nodes[vehicles[i][0]] == view.node
            assert bool(vehicles[i][1]) == (view.lot is not None)
            assert bool(vehicles[i][3]) == bool(view.path)


def test_frames_tell_every_drive_once() -> None:
    """Whatever the slices, each drive that goes somewhere is told exactly once."""
    told = []
    for _, frame in frames("cell", "rule", 6, step=0.3):
        for seen in frame.get("vehicles", {}).values():
            told += [tuple(drive[:2]) for drive in seen[-1]]
    factory = Factory(world="cell", policy="rule", days=1.0)
    factory.advance(6 * HOUR)
    drives = [
        (e.time, e.facts["arrive"])
        for e in factory.trace.events
        if e.kind == "drive_started" and len(e.facts["path"]) > 1
    ]
    assert sorted(told) == sorted(drives)


def test_a_frame_of_nothing_new_is_small() -> None:
    """Where nothing has changed hardly anything is told."""
    factory = Factory(world="cell", policy="rule", days=1.0)
    shown, made = Recording(factory.world, factory.trace.events), Frames(factory.world)
    made.frame(shown.state, None, 1.0)
    assert len(json.dumps(made.frame(shown.state, [], 1.0))) < 100
    whole = made.frame(shown.state, None, 1.0)
    assert set(whole["machines"]) == {0, 1, 2, 3}
