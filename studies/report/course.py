"""Section of a report: work in process and lateness over time."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kernel.calendar import HOUR
from kernel.events import Event
from measures.course import Course, Shipment, averaged, course
from studies.clock import SHORTEST, Clock
from studies.draw import length
from studies.report.axes import BLUE, RED, plain
from studies.report.page import Chart, Section
from studies.report.svg import SMALL, WIDTH
from worlds.spec import World

#: A run is shown in so many equal parts.
_PARTS = 240
#: More dots than that are drawn as one picture, without tooltips.
_MOST_DOTS = 2000


def course_section(world: World, events: Sequence[Event]) -> Section:
    """Show work in process and lateness over time."""
    caption = "Lots on the floor and jobs not done"
    if not world.unit:
        caption = (
            "Lots on the floor, orders open and overdue, and how late each order "
            "shipped (above the line: after its due)"
        )
    chart = Chart(figure=over_time(world, course(world, events)), caption=caption)
    return Section(title="Over time", parts=[chart])


@rc_context(SMALL)
def over_time(world: World, course: Course) -> Figure:
    """Return lots, orders and the lateness of what shipped, over time.

    The jobs of an instance are due at once: neither overdue nor late says anything.
    """
    late: Axes | None = None
    if world.unit:
        figure = Figure(figsize=(WIDTH, 2.8), layout="constrained")
        lots, orders = figure.subplots(2, 1, sharex=True)
    else:
        figure = Figure(figsize=(WIDTH, 4.6), layout="constrained")
        ratios = (1, 1, 1.3)
        lots, orders, late = figure.subplots(3, 1, sharex=True, height_ratios=ratios)
    clock = Clock(world)
    edges = [clock.at(course.end * k / _PARTS) for k in range(_PARTS + 1)]
    for axes, steps, colour, label in (
        (lots, course.lots, BLUE, "lots"),
        (orders, course.open, BLUE, "open"),
        (orders, course.overdue, RED, "overdue"),
    ):
        if steps is course.overdue and late is None:
            continue
        values = averaged(steps, course.end, _PARTS)
        axes.stairs(values, edges, fill=True, color=colour, alpha=0.55, label=label)
    plain(lots, "lots on\nthe floor")
    plain(orders, "jobs" if late is None else "orders")
    if late is not None:
        orders.legend(
            frameon=False, loc="lower right", bbox_to_anchor=(1, 0.97), ncols=2
        )
        _dots(late, course.shipments, clock, world)
    lots.set_xlim(clock.at(0), clock.at(max(SHORTEST, course.end)))
    clock.label(late or orders, ticks=9)
    return figure


def _dots(
    axes: Axes, shipments: Sequence[Shipment], clock: Clock, world: World
) -> None:
    """Draw a dot for each order that shipped: when, and how late."""
    for late in (False, True):
        found = [one for one in shipments if (one.lateness > 0) is late]
        dots = axes.scatter(
            [clock.at(one.time) for one in found],
            [one.lateness / HOUR for one in found],
            s=9,
            linewidths=0,
            color=RED if late else BLUE,
            alpha=0.75,
            rasterized=len(shipments) > _MOST_DOTS,
        )
        if len(shipments) <= _MOST_DOTS:
            dots.set_urls([_shipped(one, clock, world) for one in found])
    axes.axhline(0, color="#000000", linewidth=0.8)
    plain(axes, "lateness of the\norders shipped, h")


def _shipped(one: Shipment, clock: Clock, world: World) -> str:
    amount = length(world, abs(one.lateness))
    than = "after" if one.lateness > 0 else "before"
    rush = " (rush)" if one.rush else ""
    return f"{one.order}{rush} shipped {clock.said(one.time)}, {amount} {than} its due"
