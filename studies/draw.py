"""Drawings: what was done, or is planned, as a Gantt chart; each returns a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from matplotlib.figure import Figure

from kernel.calendar import DAY, HOUR, MINUTE, SECOND
from kernel.events import Event
from measures.planned import Execution
from scheduling.plan import Plan
from scheduling.problem import Problem
from studies.bars import Bar, Doing, bars_of, busiest
from studies.chart import Colours, drawn
from worlds.layout import vehicles_of
from worlds.spec import World

#: A run of up to so many bars a row is drawn whole, else its busiest hours.
_MOST_BARS = 80
_HOURS = 8


def gantt(
    world: World,
    events: Sequence[Event],
    *,
    window: tuple[int, int] | None = None,
    title: str = "",
    rows: Sequence[str] | None = None,
    bars: Sequence[Bar] | None = None,
    done: Sequence[Execution] = (),
) -> Figure:
    """Return the work done by each machine and, below, the trips of each vehicle.

    Parameters
    ----------
    window
        From when to when, ms. By default the whole run if that can be read, else the
        busiest hours that count; the title says which.
    rows
        The machines and vehicles to show; by default all (:func:`all_rows`).
    bars
        Those of the events (:func:`~studies.bars.bars_of`), if they are known already.
    done
        Operations whose first plan is to be shown too, and told how it was kept.
    """
    bars = bars_of(events) if bars is None else bars
    rows = all_rows(world) if rows is None else rows
    end = max([1, *(event.time for event in events[-1:])])
    if window is not None:
        span = f"{length(world, window[1] - window[0])} of {length(world, end)}"
    elif len(bars) <= _MOST_BARS * len(rows) or end <= _HOURS * HOUR:
        window, span = (0, end), f"all of {length(world, end)}"
    else:
        window = busiest(bars, _HOURS * HOUR, HOUR, _counted(events))
        span = f"the busiest {_HOURS} hours of {length(world, end)}"
    heading = f"{title}: {span}" if title else span
    known = [execution for execution in done if execution.plan is not None]
    order = {bar.what: bar.order for bar in bars if bar.doing is Doing.WORK}
    bars = [*bars, *(_planned(execution, order) for execution in known)]
    notes = {execution.operation: _shift(world, execution) for execution in known}
    return drawn(world, rows, bars, window, _colours(world, events), heading, notes)


def all_rows(world: World) -> list[str]:
    """Return the machines, then the vehicles."""
    return [machine.id for machine in world.machines] + [
        id for id, _, _ in vehicles_of(world)
    ]


def _planned(execution: Execution, order: Mapping[str, str | None]) -> Bar:
    assert execution.plan is not None
    machine, start, end = execution.plan
    what = execution.operation
    return Bar(
        row=machine,
        start=start,
        end=end,
        doing=Doing.PLANNED,
        order=order.get(what),
        what=what,
    )


def _shift(world: World, execution: Execution) -> str:
    """Return in words how an operation's execution differs from its first plan."""
    assert execution.plan is not None
    shift, words = execution.shift, "begun as first planned"
    if shift:
        than = "later" if shift > 0 else "earlier"
        words = f"begun {length(world, abs(shift))} {than} than first planned"
    if execution.plan.machine == execution.done.machine:
        return words
    return f"{words}, on {execution.plan.machine}"


def _counted(events: Iterable[Event]) -> tuple[int, int]:
    """Return the time that is measured, ms; all of it if nothing counts."""
    told = list(events)
    begun = next(event for event in told if event.kind == "run_started")
    first, last = begun.facts["window"]
    return (first, last) if first < last else (0, told[-1].time)


def length(world: World, ms: float) -> str:
    """Return how long something lasts, in words."""
    if world.unit:
        return f"{ms / world.unit_ms:g} {world.unit}"
    if ms >= 2 * DAY:
        return f"{ms / DAY:.1f} days"
    if ms >= HOUR:
        return f"{ms / HOUR:.1f} h"
    return f"{ms / MINUTE:.1f} min" if ms >= MINUTE else f"{ms / SECOND:.0f} s"


def _colours(world: World, events: Iterable[Event]) -> Colours:
    """Return colours by order if they are few, else by product or by an option."""
    received = [event for event in events if event.kind == "order_received"]
    orders = [event.subject for event in received]
    if len(received) <= Colours.MOST:
        return Colours.by_order("job" if world.unit else "order", orders)
    if len(world.products) > 1:
        return Colours(
            "product",
            {event.subject: event.facts["product"] for event in received},
            [product.id for product in world.products],
        )
    options = world.products[0].options
    option = next((o for o in options if 2 <= len(o.choices) <= 9), None)
    if option is None:
        return Colours.by_order("order", orders)
    return Colours(
        option.id,
        {
            event.subject: event.facts["options"].get(option.id, "")
            for event in received
        },
        [choice.id for choice in option.choices],
    )


def plan_gantt(
    world: World, problem: Problem, plan: Plan, *, title: str = ""
) -> Figure:
    """Return a plan: assignments and set-ups by machine, trips by vehicle."""
    job_of = {o.id: problem.jobs[o.job].id for o in problem.operations}
    bars: list[Bar] = []

    def put(row: str, doing: Doing, start: int, end: int, job: str | None) -> None:
        if start < end:
            bars.append(Bar(row=row, start=start, end=end, doing=doing, order=job))

    for work in plan.assignments:
        job = job_of[work.operation]
        put(work.machine, Doing.SETUP, work.setup_start, work.start, None)
        put(work.machine, Doing.WORK, work.start, work.end, job)
    for trip in plan.trips:
        job = job_of[trip.operation]
        put(trip.vehicle, Doing.EMPTY, trip.leave, trip.pickup, None)
        put(trip.vehicle, Doing.LOADED, trip.pickup, trip.arrive, job)
    rows = [machine.id for machine in problem.machines if machine.capacity]
    rows += [vehicle.id for vehicle in problem.vehicles]
    end = max((bar.end for bar in bars), default=1)
    colours = Colours.by_order("job", [job.id for job in problem.jobs])
    return drawn(world, rows, bars, (0, end), colours, title)
