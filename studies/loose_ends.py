"""What a run left undone: orders that never shipped, disturbances without effect."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.calendar import DAY, HOUR
from kernel.events import Event
from studies.run import Run
from studies.tables import plural
from worlds.disturbances import Break, Cancel, Delay, Repair, Stop, parse

#: After so long without any work done a run that was given up had come to a halt, ms.
HALT = 2 * DAY
#: Facts that say where a lot is, or what it is in.
_PROGRESS = {
    "lot_released": "released",
    "lot_loaded": "loaded",
    "lot_delivered": "set down",
    "operation_started": "begun",
    "operation_interrupted": "interrupted",
    "operation_resumed": "resumed",
    "operation_finished": "finished",
}


def loose_ends(run: Run) -> list[str]:
    """Return a sentence for each thing a user would want to be told of."""
    return [*_left_out(run), *_unfinished(run), *_without_effect(run)]


def _left_out(run: Run) -> Iterator[str]:
    """Say how many orders of the book arrive after the days that are run."""
    scenario = run.scenario
    book = scenario.world.demand.orders
    late = sum(line.arrival > scenario.days * DAY for line in book)
    if late and not scenario.world.unit:
        days = plural(scenario.days, "day")
        yield f"Of {len(book)} orders in the book {late} arrive after the {days}."


def _unfinished(run: Run) -> Iterator[str]:
    """Say when work came to a halt, and where the oldest open order stands."""
    events = run.trace.events
    count = run.kpis.get("unfinished", 0)
    if not count or not events:
        return
    end = events[-1].time
    work = (e.time for e in reversed(events) if e.kind == "operation_finished")
    last = next(work, 0)
    yield (
        f"The run was given up after {_at(end)}; orders still open: {count:.0f}"
        + (f"; no work was finished after {_at(last)}." if end - last > HALT else ".")
    )
    order = _oldest(events, run.scenario.window)
    if order is None:
        return
    lots = {e.subject for e in events if e.kind == "lot_released" and _of(e, order)}
    lots |= {e.subject for e in events if e.kind == "lots_joined" and _of(e, order)}
    for event in reversed(events):
        lot = event.facts.get("lot", event.subject)
        if event.kind in _PROGRESS and lot in lots:
            where = event.facts.get("at", event.subject)
            step = event.facts.get("step")
            yield (
                f"The oldest of them, {order}: {lot} was last {_PROGRESS[event.kind]}"
                f" at {where}, {_at(event.time)}"
                + (f" (step {step})." if step else ".")
            )
            return
    yield f"The oldest of them, {order}, was never begun."


def _of(event: Event, order: str) -> bool:
    return bool(event.facts.get("order") == order)


def _oldest(events: list[Event], window: tuple[int, int]) -> str | None:
    """Return the first order of the window that neither shipped nor was cancelled."""
    done = {
        event.subject
        for event in events
        if event.kind in ("order_shipped", "order_cancelled")
    }
    received = (event for event in events if event.kind == "order_received")
    return next(
        (
            event.subject
            for event in received
            if event.subject not in done and window[0] <= event.time <= window[1]
        ),
        None,
    )


def _without_effect(run: Run) -> Iterator[str]:
    """Name the disturbances that came too late, or met nothing to disturb."""
    world, events = run.scenario.world, run.trace.events
    end = events[-1].time if events else 0
    happened = [event for event in events if event.kind == "disturbed"]
    facts = {(e.time, e.kind, e.subject) for e in events}
    for text in (*world.disturbances, *run.scenario.disturbances):
        strike = parse(text, world, now=0)
        if all(event.facts["what"] != strike.text for event in happened):
            yield f"Disturbance {text!r} did not happen: the run ended at {_at(end)}."
            continue
        match strike:
            case Cancel(order=id):
                kind, why = "order_cancelled", f"{id} was not open then"
            case Break(machine=id):
                kind, why = "machine_failed", f"{id} was broken already"
            case Repair(machine=id):
                kind, why = "machine_repaired", f"{id} was not in repair then"
            case Stop(vehicle=id):
                kind, why = "vehicle_stopped", f"{id} stood still already"
            case Delay(material=id):
                kind, why = "material_delayed", f"no purchase of {id} was open then"
            case _:
                continue
        if (strike.time, kind, id) not in facts:
            yield f"Disturbance {text!r} had no effect: {why}."


def _at(time: int) -> str:
    """Return an instant as days and hours from the start."""
    days, rest = divmod(time, DAY)
    return f"{days} d {rest / HOUR:.1f} h"
