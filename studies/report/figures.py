"""The charts of a run's report, drawn from folds of the trace; each is a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from kernel.calendar import HOUR
from measures.course import Course, Shipment, averaged
from measures.delays import Delay, OrderTime
from measures.floor import FloorUse
from studies.bars import Bar, Doing
from studies.clock import Clock
from studies.draw import length
from studies.report.svg import SMALL, WIDTH
from worlds.layout import Layout
from worlds.spec import World

#: A run is shown over time in so many equal parts, its rows of bars in fewer.
_PARTS = 240
_CELLS = 120
#: More dots than that are drawn as one picture, without tooltips.
_MOST_DOTS = 2000
_BLUE, _RED, _ORANGE = "#3f7fbf", "#c0392b", "#e6862e"

SHADES: Mapping[Delay, str] = {
    Delay.PROCESSING: "#3f7fbf",
    Delay.TRANSPORT: "#6cc3b8",
    Delay.SETUP: "#d4b72c",
    Delay.MACHINE: "#e6862e",
    Delay.VEHICLE: "#2a9d8f",
    Delay.MATERIAL: "#8c6d31",
    Delay.OPERATOR: "#c76fb0",
    Delay.REPAIR: "#c0392b",
    Delay.BLOCKED: "#7b4b94",
    Delay.CLOSED: "#a9b4bb",
    Delay.DOCK: "#6d7a86",
    Delay.RELEASE: "#84a98c",
}


def _plain(axes: Axes, label: str = "") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#cfd8dc", linewidth=0.5)
    axes.set_axisbelow(True)
    if label:
        axes.set_ylabel(label)


@rc_context(SMALL)
def over_time(world: World, course: Course) -> Figure:
    """Return lots, orders and the lateness of what shipped, over time."""
    figure = Figure(figsize=(WIDTH, 4.6), layout="constrained")
    lots, orders, late = figure.subplots(3, 1, sharex=True, height_ratios=(1, 1, 1.3))
    clock = Clock(world)
    edges = [clock.at(course.end * k / _PARTS) for k in range(_PARTS + 1)]
    for axes, steps, colour, label in (
        (lots, course.lots, _BLUE, "lots"),
        (orders, course.open, _BLUE, "open"),
        (orders, course.overdue, _RED, "overdue"),
    ):
        values = averaged(steps, course.end, _PARTS)
        axes.stairs(values, edges, fill=True, color=colour, alpha=0.55, label=label)
    _plain(lots, "lots on\nthe floor")
    _plain(orders, "orders")
    orders.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 0.97), ncols=2)
    _dots(late, course.shipments, clock, world)
    late.set_xlim(clock.at(0), clock.at(max(1, course.end)))
    clock.label(late, ticks=9)
    return figure


def _dots(
    axes: Axes, shipments: Sequence[Shipment], clock: Clock, world: World
) -> None:
    """Draw a dot for each order that shipped: when, and how late."""
    unit, per = (world.unit, world.unit_ms) if world.unit else ("h", HOUR)
    for late in (False, True):
        found = [one for one in shipments if (one.lateness > 0) is late]
        dots = axes.scatter(
            [clock.at(one.time) for one in found],
            [one.lateness / per for one in found],
            s=9,
            linewidths=0,
            color=_RED if late else _BLUE,
            alpha=0.75,
            rasterized=len(shipments) > _MOST_DOTS,
        )
        if len(shipments) <= _MOST_DOTS:
            dots.set_urls([_shipped(one, clock, world) for one in found])
    axes.axhline(0, color="#000000", linewidth=0.8)
    _plain(axes, f"lateness of the\norders shipped, {unit}")


def _shipped(one: Shipment, clock: Clock, world: World) -> str:
    amount = length(world, abs(one.lateness))
    than = "after" if one.lateness > 0 else "before"
    rush = " (rush)" if one.rush else ""
    return f"{one.order}{rush} shipped {clock.said(one.time)}, {amount} {than} its due"


#: From nothing to all: it lets the page through where little is done.
_FADING = LinearSegmentedColormap.from_list(
    "fading", [(0.25, 0.5, 0.75, 0.0), (0.25, 0.5, 0.75, 0.55), (0.85, 0.3, 0.1, 1.0)]
)
_BUSY = {Doing.WORK, Doing.LOADED, Doing.EMPTY, Doing.SETUP}


@rc_context(SMALL)
def use_over_time(
    world: World, rows: Sequence[str], bars: Sequence[Bar], end: int
) -> Figure:
    """Return how busy each machine and vehicle was over the whole run."""
    busy = np.zeros((len(rows), _CELLS))
    place = {row: k for k, row in enumerate(rows)}
    width = max(1, end) / _CELLS
    until: dict[str, int] = {}
    for bar in sorted(bars, key=lambda bar: bar.start):
        if bar.doing not in _BUSY or bar.row not in place:
            continue
        start = max(bar.start, until.get(bar.row, 0))  # a machine counts once
        until[bar.row] = max(bar.end, start)
        for k in range(int(start / width), min(_CELLS - 1, int(bar.end / width)) + 1):
            inside = min(bar.end, (k + 1) * width) - max(start, k * width)
            busy[place[bar.row], k] += max(0.0, inside) / width
    figure = Figure(figsize=(WIDTH, 0.8 + 0.13 * len(rows)), layout="constrained")
    axes, clock = figure.add_subplot(), Clock(world)
    image = axes.imshow(
        busy,
        aspect="auto",
        interpolation="nearest",
        cmap=_FADING,
        vmin=0,
        vmax=1,
        extent=(clock.at(0), clock.at(max(1, end)), len(rows) - 0.5, -0.5),
    )
    axes.set_yticks(range(len(rows)), rows, fontsize=6)
    axes.tick_params(axis="y", length=0)
    clock.label(axes, ticks=9)
    bar_axes = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.01)
    bar_axes.set_ticks([0, 0.5, 1], labels=["0 %", "50 %", "100 %"])
    return figure


#: Of a bar of :func:`spent` its name, its times and, if it has one, its due; ms.
Spent = tuple[str, Mapping[Delay, float], float | None]


@rc_context(SMALL)
def spent(world: World, rows: Sequence[Spent]) -> Figure:
    """Return bars that say what time was spent on, since the order was received."""
    unit, per = (world.unit, world.unit_ms) if world.unit else ("h", HOUR)
    figure = Figure(figsize=(WIDTH, 1.2 + 0.2 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    for delay, shade in SHADES.items():
        if not any(times[delay] for _, times, _ in rows):
            continue
        for k, (name, times, _) in enumerate(rows):
            before = sum(times[d] for d in _until(delay))
            (bar,) = axes.barh(
                k,
                times[delay] / per,
                left=before / per,
                height=0.72,
                color=shade,
                label=str(delay) if not k else None,
            )
            bar.set_url(f"{name}: {delay} {length(world, times[delay])}")
    for k, (_, _, due) in enumerate(rows):
        if due is not None:
            axes.plot([due / per] * 2, [k - 0.46, k + 0.46], color="#000000", lw=1.4)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"time since the order was received, {unit}")
    _plain(axes)
    figure.legend(loc="outside upper left", ncols=5, frameon=False)
    return figure


def _until(delay: Delay) -> list[Delay]:
    """Return the delays that are drawn before one."""
    order = list(SHADES)
    return order[: order.index(delay)]


@rc_context(SMALL)
def floor_map(world: World, use: FloorUse) -> Figure | None:
    """Return the floor with where vehicles drive and stand, and where lots wait.

    None if the nodes of the world have no places of their own.
    """
    at = {node.id: node.at for node in world.floor.nodes}
    xs, ys = zip(*at.values(), strict=True)
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    if len(set(at.values())) < max(2, len(at) // 2) or not use.end:
        return None
    tall = min(5.5, max(2.0, WIDTH * high / max(wide, 1e-9)))
    figure = Figure(figsize=(WIDTH, tall + 0.9), layout="constrained")
    axes = figure.add_subplot()
    _draw_ways(axes, world, use, at)
    _draw_places(axes, world, use, at)
    axes.set_aspect("equal" if high * 6 > wide else "auto")
    axes.margins(0.08)
    axes.axis("off")
    figure.legend(loc="outside lower left", frameon=False)
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
    disc: dict[str, Any] = {"color": _BLUE, "alpha": 0.55, "linewidths": 0}
    ring: dict[str, Any] = {"facecolors": "none", "edgecolors": _RED, "linewidths": 1.2}
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


def order_rows(times: Sequence[OrderTime]) -> list[Spent]:
    """Return a row of :func:`spent` for each order."""
    return [
        (
            f"{one.order}{'' if one.shipped else ', not shipped'}",
            {delay: float(ms) for delay, ms in one.spent.items()},
            float(one.due - one.received),
        )
        for one in times
    ]
