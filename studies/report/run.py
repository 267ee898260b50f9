"""The report of a run: what was run, what came out, where and why time was lost."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kernel.errors import BadInput
from kernel.events import Event
from measures.bottlenecks import bottlenecks
from measures.check import check_trace
from measures.check.shape import well_formed
from measures.course import course
from measures.delays import Delay, OrderTime, order_times
from measures.floor import FloorUse, floor_use
from measures.kpis import KPI_TABLE, flat, kpis
from measures.planned import adherence, executions
from measures.runfolder import RUN, read_run
from studies.bars import bars_of
from studies.draw import gantt, length
from studies.report import figures
from studies.report.page import Chart, Section, page
from studies.tables import Table, main_kpis, shown, unit_of
from studies.whole import claim_file, written_whole
from worlds.files import shown as quoted
from worlds.layout import vehicles_of
from worlds.spec import World

REPORT = "report.html"
#: So many bottlenecks, and late orders, are shown.
_BOTTLENECKS = 10
_LATE = 12


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
        _gantt(world, events),
        _course(world, events),
        _late(world, times),
        _bottlenecks(world, events, use),
        _floor(world, use),
    ]
    policy = scenario["policy"]["name"]
    title = f"{world.name}, policy {policy}, seed {scenario['seed']}"
    return page(title, sections, _lead(world, times, values))


def folder_report(folder: Path) -> str:
    """Return the report of a run folder.

    Raises
    ------
    BadInput
        If it is no run folder, or its record cannot be true.
    """
    run = read_run(folder)
    _, bad = well_formed(run.world, run.trace.events)
    if not bad:
        try:
            about = {**run.about, "scenario": run.trace.header["scenario"]}
            return run_report(run.world, run.trace.events, _checked(about, folder))
        except BadInput:
            raise
        except Exception:
            bad = check_trace(run.world, run.trace.events)
            if not bad:
                raise
    first = bad[0]
    problem = f"cannot be true: {first.subject}: {first.sentence} (rule {first.rule})"
    raise BadInput(str(run.folder), f"{first.time} ms", problem)


def write_report(folder: Path, path: Path | None = None) -> Path:
    """Write the report of a run folder to a file, and return which.

    Parameters
    ----------
    path
        ``report.html`` in the folder, if None.

    Raises
    ------
    BadInput
        As :func:`folder_report`, or if the file cannot be written.
    """
    if path is not None:
        claim_file(path)
    text = folder_report(folder)
    target = path or folder / REPORT
    with written_whole(target) as file:
        file.write(text.encode())
    return target


def _checked(about: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return ``run.json`` if it has what a report tells of it."""
    words = about.get("command")
    if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
        problem = f"{quoted(words)}, expected a list of words"
        raise BadInput(str(folder / RUN), "command", problem)
    if not isinstance(about.get("versions"), dict):
        problem = f"{quoted(about.get('versions'))}, expected versions by package"
        raise BadInput(str(folder / RUN), "versions", problem)
    return about


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
        text=(
            f"To run it again: python {shlex.join(about['command'])}",
            "Equal world, seed and versions give the same record, to its digest.",
        ),
        parts=[Table("", ("what", "value"), rows)],
    )


def _results(world: World, values: Mapping[str, float]) -> Section:
    """Show the KPIs: the main ones, and all of them with their formulas."""
    rows = []
    for name, value in values.items():
        kpi = KPI_TABLE[name.partition(".")[0]]
        unit = unit_of(name, world.unit)
        formula = kpi.formula.replace("`", "")
        rows.append((name, shown(value, unit), unit, formula, kpi.source))
    columns = ("KPI", "value", "unit", "formula", "source")
    return Section(
        title="Results",
        text=("One run: there are no intervals; compare gives them.",),
        parts=[main_kpis(world, values)],
        folded=[Table("All KPIs", columns, rows, ("value",))],
    )


def _gantt(world: World, events: Sequence[Event]) -> Section:
    """Show plan against execution."""
    done = executions(events)
    kept = adherence(done)
    text = []
    if kept is None:
        text.append(
            "The policy made no plans: the chart shows the execution alone."
            if done
            else "No operation was begun."
        )
    else:
        text.append(
            f"Of {kept.operations:,} operations {kept.planned:,} were in a plan before "
            f"they began, by the median {length(world, kept.ahead)} ahead. "
            f"{shown(kept.kept, 'share')} were done on the machine first planned. "
            f"They began {_signed(world, kept.median)} than first planned by the "
            f"median; from {_signed(world, kept.early)} (a tenth still earlier) to "
            f"{_signed(world, kept.late)} (a tenth still later)."
        )
        text.append(
            "Thin bars above the work say when it was first planned there. Plans are "
            "made anew all the time: a factory follows its latest one."
        )
    text.append("Point at a bar, or tap it, to read what it stands for.")
    bars = bars_of(events)
    rows = [machine.id for machine in world.machines]
    rows += [id for id, _, _ in vehicles_of(world)]
    end = events[-1].time if events else 0
    return Section(
        title="Plan and execution",
        text=text,
        parts=[
            Chart(
                figure=gantt(world, events, planned=True),
                caption="What machines and vehicles did"
                + ("" if kept is None else "; above it, thin, when it was planned"),
                wide=True,
            ),
            Chart(
                figure=figures.use_over_time(world, rows, bars, end),
                caption="Share of time at work, set up or driving over the whole run",
            ),
        ],
    )


def _signed(world: World, ms: float) -> str:
    return f"{length(world, abs(ms))} {'later' if ms >= 0 else 'earlier'}"


def _course(world: World, events: Sequence[Event]) -> Section:
    """Show work in process and lateness over time."""
    return Section(
        title="Over time",
        parts=[
            Chart(
                figure=figures.over_time(world, course(world, events)),
                caption="Lots on the floor, orders open and overdue, and how late each "
                "order shipped (above the line: after its due)",
            )
        ],
    )


def _late(world: World, times: Sequence[OrderTime]) -> Section:
    """Show where the time of late orders went."""
    title = "Where the time of late orders went"
    late = sorted(
        (one for one in times if one.lateness > 0), key=lambda o: (-o.lateness, o.order)
    )
    others = [one for one in times if one.lateness <= 0]
    rows = figures.order_rows(late[:_LATE])
    for name, group in (
        (f"mean of {len(late)} late", late),
        (f"mean of {len(others)} others", others),
    ):
        if group:
            rows.append((name, _mean(group), None))
    if not rows:
        return Section(title=title, text=("There were no orders.",))
    text = [
        "Each millisecond from an order's receipt to its shipment, along the lot that "
        "was last, has exactly one cause (docs/report.md says which). "
        "The mark is the order's due."
    ]
    if not late:
        text.insert(0, "No order was late.")
    return Section(
        title=title,
        text=text,
        parts=[
            Chart(
                figure=figures.spent(world, rows),
                caption=f"What the time of the {len(late[:_LATE])} latest orders, and "
                "of the mean order, was spent on",
            ),
            _sums(world, late, others),
        ],
    )


def _mean(times: Sequence[OrderTime]) -> dict[Delay, float]:
    return {d: sum(one.spent[d] for one in times) / len(times) for d in Delay}


_WORDS: Mapping[Delay, str] = {
    Delay.RELEASE: "not on the floor yet",
    Delay.MATERIAL: "waiting for material",
    Delay.MACHINE: "waiting for a machine",
    Delay.CLOSED: "waiting for a shift",
    Delay.OPERATOR: "waiting for an operator",
    Delay.REPAIR: "waiting for a repair",
    Delay.BLOCKED: "waiting for a blocked machine",
    Delay.SETUP: "waiting for a set-up",
    Delay.VEHICLE: "waiting for a vehicle",
    Delay.TRANSPORT: "on a vehicle",
    Delay.PROCESSING: "in work",
    Delay.DOCK: "at the dock",
}


def _sums(
    world: World, late: Sequence[OrderTime], others: Sequence[OrderTime]
) -> Table:
    """Return the sums over all late orders, the largest first."""
    ours, theirs = (_mean(group) if group else {} for group in (late, others))
    whole = [sum(mean.values()) or 1.0 for mean in (ours, theirs)]
    rows = []
    for delay in sorted(Delay, key=lambda d: -(ours or theirs)[d]):
        if not any(mean.get(delay) for mean in (ours, theirs)):
            continue
        row = [_WORDS[delay]]
        if late:
            row.append(length(world, ours[delay] * len(late)))
        for mean, total in zip((ours, theirs), whole, strict=True):
            if mean:
                row += [
                    length(world, mean[delay]),
                    shown(mean[delay] / total, "share"),
                ]
        rows.append(tuple(row))
    columns = ["time spent"]
    if late:
        columns += ["late orders, sum", "each", "share"]
    if others:
        columns += ["other orders, each", "share of theirs"]
    return Table("", tuple(columns), rows, tuple(columns[1:]))


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


def _floor(world: World, use: FloorUse) -> Section:
    """Show where vehicles drive and stand, and where lots wait."""
    chart = figures.floor_map(world, use)
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
            for place, ms in use.waiting.most_common(_BOTTLENECKS)
        ]
        yield Table("Where lots wait, on average", columns, rows, columns[1:])


def _ways(use: FloorUse) -> Iterator[Table]:
    """Yield where vehicles drive, and stand."""
    if use.driving and use.end:
        columns = ("way", "vehicles on it")
        rows = [
            (f"{a} to {b}", f"{ms / use.end:.3f}")
            for (a, b), ms in use.driving.most_common(2 * _BOTTLENECKS)
        ]
        yield Table("Where vehicles drive, on average", columns, rows, columns[1:])
    if use.standing and use.end:
        columns = ("node", "vehicles there")
        rows = [
            (node, f"{ms / use.end:.3f}")
            for node, ms in use.standing.most_common(_BOTTLENECKS)
        ]
        yield Table("Where vehicles stand, on average", columns, rows, columns[1:])
