"""Section of a report: where vehicles drive and stand, and where lots wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from measures.floor import FloorUse
from studies.report.axes import BLUE, RED
from studies.report.page import Chart, Section
from studies.report.svg import SMALL, WIDTH
from studies.tables import Table
from worlds.layout import Layout
from worlds.spec import World

#: So many places, nodes and ways are listed.
_LISTED = 10


def floor_section(world: World, use: FloorUse) -> Section:
    """Show where vehicles drive and stand, and where lots wait."""
    chart = floor_map(world, use)
    parts: list[Table | Chart] = []
    if chart is not None:
        caption = (
            "The floor: the wider and redder a way, the more it is driven on; discs "
            "are lots that wait, rings vehicles that stand"
        )
        parts.append(Chart(figure=chart, caption=caption))
    return Section(
        title="Floor",
        parts=[*parts, *_places(use)],
        folded=[*_ways(use)],
    )


def _places(use: FloorUse) -> Iterator[Table]:
    """Yield where lots wait."""
    if use.waiting and use.end:
        columns = ("place", "lots waiting", "of these, to be taken away")
        rows = [
            (place, f"{ms / use.end:.2f}", f"{use.finished[place] / use.end:.2f}")
            for place, ms in use.waiting.most_common(_LISTED)
        ]
        yield Table("Where lots wait, on average", columns, rows, columns[1:])


def _ways(use: FloorUse) -> Iterator[Table]:
    """Yield where vehicles drive, and stand."""
    if use.driving and use.end:
        columns = ("way", "vehicles on it")
        rows = [
            (f"{a} to {b}", f"{ms / use.end:.3f}")
            for (a, b), ms in use.driving.most_common(2 * _LISTED)
        ]
        yield Table("Where vehicles drive, on average", columns, rows, columns[1:])
    if use.standing and use.end:
        columns = ("node", "vehicles there")
        rows = [
            (node, f"{ms / use.end:.3f}")
            for node, ms in use.standing.most_common(_LISTED)
        ]
        yield Table("Where vehicles stand, on average", columns, rows, columns[1:])


@rc_context(SMALL)
def floor_map(world: World, use: FloorUse) -> Figure | None:
    """Return the floor with where vehicles drive and stand, and where lots wait.

    None if fewer than three places lie apart: there is nothing to see on a map then.
    """
    at = {node.id: node.at for node in world.floor.nodes}
    layout = Layout(world)
    nodes = {layout.node_of(place) for place in layout.places} & set(at)
    if len({at[node] for node in nodes}) < 3 or not use.end:
        return None
    xs, ys = zip(*at.values(), strict=True)
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    tall = min(5.5, max(2.0, WIDTH * high / max(wide, 1e-9)))
    figure = Figure(figsize=(WIDTH, tall + 0.9), layout="constrained")
    axes = figure.add_subplot()
    _draw_ways(axes, world, use, at)
    _draw_places(axes, world, use, at)
    axes.set_aspect("equal" if high * 6 > wide else "auto")
    axes.margins(0.08)
    axes.axis("off")
    figure.legend(loc="outside lower left", frameon=False, markerscale=0.5)
    return figure


_Places = Mapping[str, tuple[float, float]]


def _draw_ways(axes: Axes, world: World, use: FloorUse, at: _Places) -> None:
    """Draw each way, the wider and redder the more it is driven on."""
    ways = {(min(lane.between), max(lane.between)) for lane in world.floor.lanes}
    ways |= {way for way in use.driving if way[0] in at and way[1] in at}
    drawn = sorted(ways, key=lambda way: (use.driving[way], way))
    most = max((use.driving[way] for way in drawn), default=0) or 1
    shares = [use.driving[way] / most for way in drawn]
    heat = colormaps["YlOrRd"]
    lines = LineCollection(
        [(at[a], at[b]) for a, b in drawn],
        linewidths=[0.8 + 5 * share for share in shares],
        colors=[heat(0.3 + 0.6 * share) if share else "#cfd8dc" for share in shares],
        capstyle="round",
        zorder=1,
        urls=[
            f"{a} to {b}: {use.driving[a, b] / use.end:.2f} vehicles driving on average"
            for a, b in drawn
        ],
    )
    axes.add_collection(lines)


def _draw_places(axes: Axes, world: World, use: FloorUse, at: _Places) -> None:
    """Draw what waits at each node: an area for the lots, a ring for the vehicles."""
    layout, named = Layout(world), dict[str, list[str]]()
    lots: dict[str, float] = dict.fromkeys(at, 0.0)
    for place in layout.places:
        node = layout.node_of(place)
        if node in at:
            named.setdefault(node, []).append(place)
            lots[node] += use.waiting[place] / use.end
    stand = {node: use.standing[node] / use.end for node in at}
    disc: dict[str, Any] = {"color": BLUE, "alpha": 0.55, "linewidths": 0}
    ring: dict[str, Any] = {"facecolors": "none", "edgecolors": RED, "linewidths": 1.2}
    for values, what, style in (
        (lots, "lots waiting", disc),
        (stand, "vehicles standing", ring),
    ):
        shown = [node for node, value in values.items() if value > 0.005]
        most = max(values.values(), default=0) or 1
        dots = axes.scatter(
            [at[node][0] for node in shown],
            [at[node][1] for node in shown],
            s=[3 + 480 * values[node] / most for node in shown],
            zorder=3,
            label=f"{what} (the most: {most:.2g} on average)" if shown else None,
            **style,
        )
        dots.set_urls(
            [
                f"{'/'.join(named.get(n, [n]))}: {values[n]:.2f} {what} on average"
                for n in shown
            ]
        )
    for node, places in named.items():
        axes.annotate(
            "/".join(places),
            at[node],
            (0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=6,
            zorder=5,
        )
