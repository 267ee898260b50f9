"""The floor: where places are, and how long vehicles drive between them.

A *place* is where a lot can be: a machine, a dock or a store node, by its id. A
*node* is a point of the floor graph. Ways are shortest in time; of equally short ones
the first in the order of the world file is taken, in every process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import hypot

import networkx as nx

from kernel.errors import Impossible
from worlds.spec import Floor, Lane, VehicleGroup, World

_Table = dict[str, dict[str, int]]


def vehicles_of(world: World) -> Iterator[tuple[str, VehicleGroup, str]]:
    """Yield each vehicle's id, its group and the node where it begins."""
    for group in world.vehicles:
        for k in range(group.count):
            yield f"{group.id}-{k + 1}", group, group.home[k % len(group.home)]


def used_nodes(world: World) -> tuple[str, ...]:
    """Return the nodes vehicles must get to: of machines, docks, stores, homes."""
    nodes = [machine.node for machine in world.machines]
    nodes += [dock.node for dock in world.docks]
    nodes += [node.id for node in world.floor.nodes if node.kind == "store"]
    nodes += [home for group in world.vehicles for home in group.home]
    return tuple(dict.fromkeys(nodes))


def _length(lane: Lane, at: Mapping[str, tuple[float, float]]) -> float:
    """Return the length of a lane, m."""
    if lane.length is not None:
        return lane.length
    (x, y), (u, v) = at[lane.between[0]], at[lane.between[1]]
    return hypot(u - x, v - y)


def graph_of(floor: Floor, speed: float) -> nx.DiGraph:
    """Return the floor as a graph whose edges have ``time``, ms, at this speed, m/s."""
    graph = nx.DiGraph()
    at = {node.id: node.at for node in floor.nodes}
    graph.add_nodes_from(at)
    for lane in floor.lanes:
        limit = speed if lane.speed is None else min(speed, lane.speed)
        time = round(1000 * _length(lane, at) / limit)
        ways = [lane.between, lane.between[::-1]] if lane.two_way else [lane.between]
        for a, b in ways:
            if not graph.has_edge(a, b) or time < graph[a][b]["time"]:
                graph.add_edge(a, b, time=time)
    return graph


def stranded(world: World) -> tuple[str, str] | None:
    """Return two used nodes of which the second cannot be driven to from the first.

    None if every used node can be reached from every other.
    """
    if world.floor.travel is not None or not world.vehicles:
        return None
    graph = graph_of(world.floor, 1.0)
    first, *others = used_nodes(world)
    onward, back = nx.descendants(graph, first), nx.ancestors(graph, first)
    for other in others:
        if other not in onward:
            return first, other
        if other not in back:
            return other, first
    return None


class Layout:
    """Places, ways and driving times of a world; shared, never changed.

    Times and ways are worked out when first asked for. Without vehicles all driving
    takes no time. With a travel matrix (``floor.travel``) its entries are the times,
    whatever the speed, also where a detour would be quicker.

    Parameters
    ----------
    world
        A consistent world.
    """

    __slots__ = (
        "_before",
        "_graphs",
        "_nearest",
        "_node_of",
        "_paths",
        "_speed",
        "_store",
        "_times",
        "places",
    )

    def __init__(self, world: World) -> None:
        floor = world.floor
        stores = [node.id for node in floor.nodes if node.kind == "store"]
        self._store = stores[0] if stores else ""
        self._node_of = {machine.id: machine.node for machine in world.machines}
        self._node_of |= {dock.id: dock.node for dock in world.docks}
        self._node_of |= {id: id for id in stores}
        #: Ids of the places: machines, docks, stores.
        self.places = tuple(self._node_of)
        for node in floor.nodes:
            self._node_of.setdefault(node.id, node.id)
        self._speed = {group.id: group.speed for group in world.vehicles}
        # By speed: the graph; by group: a table, one for all that drive equally fast.
        self._graphs: dict[float, nx.DiGraph] = {}
        self._before: dict[float, dict[str, dict[str, list[str]]]] = {}
        self._times: dict[str, _Table] = {}
        self._paths: dict[tuple[float, str, str], tuple[str, ...]] = {}
        self._nearest: dict[tuple[str, str], tuple[str, ...]] = {}
        if floor.travel is not None:
            given: _Table = {
                a: dict(zip(floor.travel.nodes, row, strict=True))
                for a, row in zip(floor.travel.nodes, floor.travel.times, strict=True)
            }
            self._times = dict.fromkeys(self._speed, given)
            return
        tables: dict[float, _Table] = {}
        for id, speed in self._speed.items():
            if speed not in self._graphs:
                self._graphs[speed] = graph_of(floor, speed)
                self._before[speed] = {}
            self._times[id] = tables.setdefault(speed, {})

    @property
    def store(self) -> str:
        """The first store node: raw material waits here, and what overflows."""
        if not self._store:
            raise Impossible("layout: a world without a store node")
        return self._store

    def node_of(self, place: str) -> str:
        """Return the node of a place (of a node: itself)."""
        return self._node_of[place]

    def travel(self, group_id: str, a: str, b: str) -> int:
        """Return the time to drive from node ``a`` to node ``b``, ms."""
        try:
            return self._times[group_id][a][b]
        except KeyError:
            if not self._speed:
                return 0
        self._explore(self._speed[group_id], a, self._times[group_id])
        return self._times[group_id][a][b]

    def nearest(self, group_id: str, a: str) -> tuple[str, ...]:
        """Return the nodes of all places, those that are soonest driven to first."""
        found = self._nearest.get((group_id, a))
        if found is None:
            nodes = dict.fromkeys(self._node_of[place] for place in self.places)
            found = tuple(sorted(nodes, key=lambda b: self.travel(group_id, a, b)))
            self._nearest[group_id, a] = found
        return found

    def path(self, group_id: str, a: str, b: str) -> tuple[str, ...]:
        """Return the nodes on the way from ``a`` to ``b``, both included."""
        if a == b:
            return (a,)
        if not self._graphs:  # a matrix, or no vehicles
            return (a, b)
        key = (self._speed[group_id], a, b)
        if key not in self._paths:
            self.travel(group_id, a, b)
            before, way = self._before[key[0]][a], [b]
            while way[-1] != a:
                way.append(before[way[-1]][0])
            self._paths[key] = tuple(reversed(way))
        return self._paths[key]

    def matrix(
        self, group_id: str, places: Sequence[str]
    ) -> tuple[tuple[int, ...], ...]:
        """Return the driving times between places, ms; row: from, column: to."""
        nodes = [self._node_of[place] for place in places]
        return tuple(tuple(self.travel(group_id, a, b) for b in nodes) for a in nodes)

    def _explore(self, speed: float, a: str, table: _Table) -> None:
        """Find the shortest ways from ``a`` to everywhere (Dijkstra)."""
        graph = self._graphs.get(speed)
        if graph is None or a not in graph:
            raise Impossible(f"layout: no ways from {a!r}")
        before, times = nx.dijkstra_predecessor_and_distance(graph, a, weight="time")
        self._before[speed][a] = before
        table[a] = times
