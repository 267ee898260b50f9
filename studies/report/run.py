"""The report of a run: what was run, what came out, where and why time was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.events import Event
from measures.bottlenecks import bottlenecks
from measures.delays import OrderTime, order_times
from measures.floor import FloorUse, floor_use
from measures.kpis import KPI_TABLE, flat, kpis
from studies.collector import seldom_collected
from studies.draw import length
from studies.report.course import course_section
from studies.report.execution import execution_section
from studies.report.floor import floor_section
from studies.report.late import late_section
from studies.report.page import Section, page
from studies.report.replanning import replanning_section
from studies.tables import Table, main_kpis, shown, unit_of
from worlds.spec import World

#: So many bottlenecks are shown.
_BOTTLENECKS = 10


@seldom_collected()
def run_report(
    world: World,
    events: Sequence[Event],
    about: Mapping[str, Any],
    values: Mapping[str, float] | None = None,
) -> str:
    """Return the report of a run as one HTML page.

    It follows from what was run and what happened alone: no wall time is in it.

    Parameters
    ----------
    about
        The content of ``run.json``: command, scenario, versions, digest, ...
    values
        The KPIs, flat, if they are known already.
    """
    if values is None:
        values = dict(flat(kpis(world, events)))
    scenario = about["scenario"]
    use = floor_use(world, events)
    times = order_times(world, events)
    sections = [
        _what(world, events, about),
        _results(world, values),
        execution_section(world, events),
        course_section(world, events),
        late_section(world, times),
        _bottlenecks(world, events, use),
        *replanning_section(events),
        floor_section(world, use),
    ]
    policy = scenario["policy"]["name"]
    title = f"{world.name}, policy {policy}, seed {scenario['seed']}"
    return page(title, sections, _lead(world, times, values))


def _lead(world: World, times: Sequence[OrderTime], values: Mapping[str, float]) -> str:
    """Return what came out, in a sentence or two."""
    shipped = [one for one in times if one.shipped]
    late = sum(one.lateness > 0 for one in shipped)
    if world.unit:
        makespan = f", makespan {values['makespan']:g} {world.unit}"
        return f"{len(shipped)} of {len(times)} jobs done{makespan}."
    text = f"{len(shipped)} of {len(times)} orders shipped, {late} of them late."
    if "weighted_tardiness" in values:
        tardiness = shown(values["weighted_tardiness"], "h")
        on_time = shown(values["on_time"], "share")
        text += (
            f" Of the {values['orders']:.0f} that count {on_time} were on time; "
            f"their weighted tardiness is {tardiness} h."
        )
    return text


def _what(world: World, events: Sequence[Event], about: Mapping[str, Any]) -> Section:
    """Say what was run, and how to run it again."""
    scenario = about["scenario"]
    vehicles = sum(group.count for group in world.vehicles)
    first, last = about["window"]
    rows = [
        ("world", f"{world.name}: {world.title}" if world.title else world.name),
        ("floor", f"{len(world.machines)} machines, {vehicles} vehicles"),
        ("policy", scenario["policy"]["name"]),
        ("seed", str(scenario["seed"])),
        ("started", f"{world.start:%Y-%m-%d %H:%M %Z}"),
        ("lasted", length(world, events[-1].time if events else 0)),
    ]
    if not world.unit:
        counted = f"{length(world, first)} to {length(world, last)}"
        rows.append(("orders count that came", counted))
    disturbances = [*world.disturbances, *scenario["disturbances"]]
    rows.append(("disturbances", ", ".join(disturbances) or "none ordered"))
    rows += [
        ("facts", f"{len(events):,}"),
        ("digest of the record", about["digest"]),
        ("repeatable", "yes" if about["reproducible"] else "no: a wall clock cut in"),
        ("made with", ", ".join(f"{k} {v}" for k, v in about["versions"].items())),
    ]
    return Section(
        title="What was run",
        again=("python", *about["command"]),
        text=("Equal world, seed and versions give the same record, to its digest.",),
        parts=[Table("", ("what", "value"), rows)],
    )


def _results(world: World, values: Mapping[str, float]) -> Section:
    """Show the KPIs: the main ones, and all of them with their formulas."""
    rows, before = [], ""
    for name, value in values.items():
        kind, unit = name.partition(".")[0], unit_of(name, world.unit)
        kpi = KPI_TABLE[kind]
        meaning = (kpi.formula.replace("`", ""), kpi.source)
        rows.append(
            (name, shown(value, unit), unit, *(meaning if kind != before else ("", "")))
        )
        before = kind
    columns = ("KPI", "value", "unit", "formula", "source")
    return Section(
        title="Results",
        text=("One run: there are no intervals; compare gives them.",),
        parts=[main_kpis(world, values)],
        folded=[Table("All KPIs", columns, rows, ("value",))],
    )


def _bottlenecks(world: World, events: Sequence[Event], use: FloorUse) -> Section:
    """Show who held up the others."""
    rows = []
    for one in bottlenecks(world, events)[:_BOTTLENECKS]:
        rows.append(
            (
                one.who,
                shown(one.sole + one.shifting, "share"),
                shown(one.sole, "share"),
                length(world, one.period),
                shown(one.active, "share"),
                f"{use.queue(one.who):.2f}" if one.who in use.waiting else "",
            )
        )
    columns = (
        *("machine or vehicle", "bottleneck", "sole", "mean active period"),
        *("active", "lots before it"),
    )
    return Section(
        title="Bottlenecks",
        text=(
            "The bottleneck of a moment is whoever has been, and stays, active the "
            "longest without a pause (the active period method of Roser, Nakano and "
            "Tanaka, 2001 and 2002): at work, set up or broken down, not waiting. It "
            "is the sole one unless its period overlaps that of the next.",
        ),
        parts=[Table("", columns, rows, columns[1:])],
    )
