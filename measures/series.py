"""How a run goes over time: work in process, and the flow times of its orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kernel.calendar import HOUR
from kernel.events import VOCABULARY, Event
from measures.kpis.lots import LotMeasures
from measures.kpis.window import Window
from worlds.spec import World


class Flow(NamedTuple):
    """When an order arrived, ms, and its flow time, hours."""

    arrival: int
    hours: float


def wip_series(
    world: World, events: Iterable[Event], end: int, samples: int
) -> tuple[float, ...]:
    """Return the mean WIP (as the KPI ``wip`` counts) of equal slices of a run.

    Parameters
    ----------
    end
        The slices are those of 0 to ``end``, ms; what the run does later is left out.
    samples
        How many slices.
    """
    lots = LotMeasures(Window(), world)
    folds: dict[str, Callable[[Event], None]] = {
        kind: getattr(lots, kind) for kind in VOCABULARY if hasattr(lots, kind)
    }
    borders = [end * i // samples for i in range(samples + 1)]
    areas: list[float] = []
    for event in events:
        while len(areas) <= samples and borders[len(areas)] <= event.time:
            areas.append(lots.count(borders[len(areas)]))
        if len(areas) > samples:
            break
        if event.kind in folds:
            folds[event.kind](event)
    while len(areas) <= samples:
        areas.append(lots.count(borders[len(areas)]))
    spans = zip(areas, areas[1:], borders, borders[1:], strict=False)
    return tuple((b - a) / (until - since) for a, b, since, until in spans)


def flow_series(events: Sequence[Event], end: int) -> tuple[Flow, ...]:
    """Return the flow times of the orders that arrive up to ``end``, as they arrive.

    Flow time as the KPI ``flow_time`` has it: from arrival or release, whichever is
    later; an order that has not shipped counts as shipped when the record ends, one
    that was cancelled not at all.
    """
    begun: dict[str, tuple[int, int]] = {}
    shipped: dict[str, int] = {}
    for event in events:
        if event.kind == "order_received" and event.time <= end:
            release = max(event.time, event.facts["release"])
            begun[event.subject] = (event.time, release)
        elif event.kind == "order_shipped":
            shipped[event.subject] = event.time
        elif event.kind == "order_cancelled":
            begun.pop(event.subject, None)
    now = events[-1].time if events else 0
    return tuple(
        Flow(arrival, max(0, shipped.get(id, now) - release) / HOUR)
        for id, (arrival, release) in begun.items()
    )
