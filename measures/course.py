"""How a run went over time: lots on the floor, orders open and overdue, lateness."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kernel.events import Event
from measures.replay import State
from worlds.spec import World

#: A quantity that is constant between changes: (from when on, ms; value).
Steps = list[tuple[int, int]]


class Shipment(NamedTuple):
    """An order that shipped, ``lateness`` ms after its due (negative: before)."""

    order: str
    time: int
    lateness: int
    rush: bool


@dataclass(slots=True)
class Course:
    """Quantities over time, up to ``end`` (ms), and what shipped, in this order.

    ``lots`` are on the floor, from release to shipment; ``open`` orders received and
    neither shipped nor cancelled; ``overdue`` are those of them whose due has passed.
    """

    end: int = 0
    lots: Steps = field(default_factory=list)
    open: Steps = field(default_factory=list)
    overdue: Steps = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)


def course(world: World, events: Iterable[Event]) -> Course:
    """Return how a run went over time."""
    found, state = Course(), State(world)
    opened = 0
    for event in events:
        state.add(event)
        kind = event.kind
        if kind.startswith("lot") or kind == "order_shipped":
            _step(found.lots, event.time, len(state.lots))
        if kind in ("order_received", "order_shipped", "order_cancelled"):
            opened += 1 if kind == "order_received" else -1
            _step(found.open, event.time, opened)
        if kind == "order_shipped":
            order = state.orders[event.subject]
            late = event.time - order.due
            found.shipments.append(
                Shipment(event.subject, event.time, late, order.rush)
            )
    found.end = state.now
    changes: list[tuple[int, int]] = []
    for order in state.orders.values():
        closed = order.closed if order.closed is not None else found.end
        overdue = max(order.due, order.received)
        if overdue < closed:
            changes += [(overdue, 1), (closed, -1)]
    count = 0
    for time, change in sorted(changes):
        count += change
        _step(found.overdue, time, count)
    return found


def _step(steps: Steps, time: int, value: int) -> None:
    """Add a change; of several at one instant the last counts."""
    if steps and steps[-1][0] == time:
        steps[-1] = (time, value)
    elif not steps or steps[-1][1] != value:
        steps.append((time, value))


def averaged(steps: Sequence[tuple[int, int]], end: int, parts: int) -> list[float]:
    """Return the time averages of a quantity over equal parts of 0 to ``end``.

    It is 0 before its first change.
    """
    width = end / parts
    areas = [0.0] * parts
    if not steps or not end:
        return areas
    for (start, value), (until, _) in zip(steps, [*steps[1:], (end, 0)], strict=True):
        if not value:
            continue
        for k in range(int(start / width), min(parts - 1, int(until / width)) + 1):
            inside = min(until, (k + 1) * width) - max(start, k * width)
            areas[k] += value * max(0.0, inside)
    return [area / width for area in areas]
