"""Places, ways and driving times."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from kernel.errors import Impossible
from worlds.layout import Layout, used_nodes, vehicles_of
from worlds.read import read_world
from worlds.spec import Lane, Node, TravelTimes, VehicleGroup


def floor_of(lanes, names="abcd"):
    """Return a cell whose floor is replaced: nodes 10 m apart, two-way lanes."""
    cell = read_world("cell")
    nodes = tuple(
        Node(id=name, at=(10.0 * i, 0.0), kind="store" if not i else "station")
        for i, name in enumerate(names)
    )
    floor = replace(cell.floor, nodes=nodes, lanes=lanes)
    machines = tuple(
        replace(machine, id=f"M{name}", node=name)
        for name, machine in zip(names, cell.machines, strict=False)
    )
    group = VehicleGroup(id="slow", speed=0.5, home=("a",))
    quick = VehicleGroup(id="quick", speed=2.0, home=("a",), count=2)
    return replace(
        cell, floor=floor, machines=machines, docks=(), vehicles=(group, quick)
    )


def lane(a, b, **more):
    """Return a lane between two nodes."""
    return Lane(between=(a, b), **more)


def test_time_is_length_over_the_lower_speed():
    """A lane's limit binds the quick group and not the slow one."""
    world = floor_of((lane("a", "b", speed=1.0), lane("b", "c", length=30.0)))
    layout = Layout(world)
    assert layout.travel("slow", "a", "c") == 20_000 + 60_000
    assert layout.travel("quick", "a", "c") == 10_000 + 15_000
    assert layout.path("quick", "a", "c") == ("a", "b", "c")


def test_shortest_is_by_time_not_by_length():
    """A detour around a slow lane is taken by those it pays for."""
    lanes = (
        lane("a", "c", speed=0.5),
        lane("a", "b", length=15.0),
        lane("b", "c", length=15.0),
    )
    layout = Layout(floor_of(lanes))
    assert layout.path("slow", "a", "c") == ("a", "c")
    assert layout.path("quick", "a", "c") == ("a", "b", "c")


def test_one_way_is_driven_one_way():
    """A one-way ring makes the way back long."""
    ring = tuple(
        lane(a, b, two_way=False, length=10.0) for a, b in ("ab", "bc", "cd", "da")
    )
    layout = Layout(floor_of(ring))
    assert layout.travel("slow", "a", "b") == 20_000
    assert layout.travel("slow", "b", "a") == 60_000
    assert layout.path("slow", "b", "a") == ("b", "c", "d", "a")


def test_staying_takes_no_time():
    """The way to where one is has one node."""
    layout = Layout(floor_of((lane("a", "b"),)))
    assert layout.travel("slow", "a", "a") == 0
    assert layout.path("slow", "a", "a") == ("a",)


def test_places_and_nodes():
    """Machines, docks and stores are places; a node stands for itself."""
    layout = Layout(read_world("cell"))
    assert layout.places == ("turn1", "turn2", "mill", "wash", "dock", "at-store")
    assert layout.node_of("turn1") == "at-turn1"
    assert layout.node_of("at-store") == layout.node_of(layout.store) == "at-store"
    assert layout.node_of("park") == "park"


def test_matrix_is_between_places():
    """Rows and columns are the places asked for, in that order."""
    layout = Layout(read_world("cell"))
    assert layout.matrix("agv", ("turn1", "turn2", "dock")) == (
        (0, 10_000, 42_000),
        (54_000, 0, 32_000),
        (22_000, 32_000, 0),
    )


def test_given_matrix_is_taken_as_it_is():
    """Entries count even where they differ by direction and a detour is quicker."""
    world = floor_of(())
    times = ((0, 1, 9, 1), (2, 0, 1, 1), (3, 4, 0, 1), (1, 1, 1, 0))
    travel = TravelTimes(nodes=("a", "b", "c", "d"), times=times)
    layout = Layout(replace(world, floor=replace(world.floor, travel=travel)))
    assert layout.travel("quick", "a", "c") == 9
    assert layout.travel("quick", "c", "a") == 3
    assert layout.path("quick", "a", "c") == ("a", "c")
    assert layout.matrix("slow", ("Ma", "Mb")) == ((0, 1), (2, 0))


def test_without_vehicles_nothing_takes_time():
    """Parts are everywhere at once."""
    layout = Layout(replace(floor_of(()), vehicles=()))
    assert layout.travel("any", "a", "d") == 0
    assert layout.path("any", "a", "d") == ("a", "d")
    assert layout.matrix("any", ("Ma", "Mb")) == ((0, 0), (0, 0))


def test_unknown_node_is_a_defect():
    """Asking for what the reader would have refused raises."""
    with pytest.raises(Impossible, match="nowhere"):
        Layout(floor_of((lane("a", "b"),))).travel("slow", "nowhere", "a")


def test_vehicles_take_homes_in_turn():
    """Vehicles are called GROUP-1, GROUP-2, ... and go through the homes."""
    world = floor_of(())
    group = VehicleGroup(id="v", count=3, home=("a", "b"))
    found = [
        (id, home) for id, _, home in vehicles_of(replace(world, vehicles=(group,)))
    ]
    assert found == [("v-1", "a"), ("v-2", "b"), ("v-3", "a")]
    assert used_nodes(replace(world, vehicles=(group,))) == ("a", "b", "c", "d")


_EQUAL_WAYS = """
import json
from dataclasses import replace
from worlds.layout import Layout
from worlds.read import read_world
from worlds.spec import Lane, Node, VehicleGroup
cell = read_world("cell")
names = [f"n{x}.{y}" for x in range(4) for y in range(4)]
nodes = tuple(Node(id=n, at=(float(i // 4), float(i % 4))) for i, n in enumerate(names))
lanes = tuple(
    Lane(between=(a.id, b.id)) for a in nodes for b in nodes
    if a.id < b.id and abs(a.at[0] - b.at[0]) + abs(a.at[1] - b.at[1]) == 1
)
floor = replace(cell.floor, nodes=nodes, lanes=lanes)
group = VehicleGroup(id="v", home=("n0.0",))
layout = Layout(replace(cell, floor=floor, vehicles=(group,)))
print(json.dumps([layout.path("v", a, b) for a in names for b in names]))
"""


def test_equal_ways_are_told_apart_alike_in_every_process():
    """On a grid full of ties the ways do not depend on the hash seed."""

    def ways(seed: str) -> object:
        done = subprocess.run(
            [sys.executable, "-c", _EQUAL_WAYS],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            check=True,
            text=True,
        )
        return json.loads(done.stdout)

    assert ways("1") == ways("2")
