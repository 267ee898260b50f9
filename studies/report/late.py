"""Section of a report: where the time of late orders went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib import rc_context
from matplotlib.figure import Figure

from kernel.calendar import HOUR
from measures.delays import Delay, OrderTime
from studies.draw import length
from studies.report.axes import plain
from studies.report.page import Chart, Section
from studies.report.svg import SMALL, WIDTH
from studies.tables import Table, shown
from worlds.spec import World

#: So many of the latest orders are shown one by one.
_LATE = 12

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


def late_section(world: World, times: Sequence[OrderTime]) -> Section:
    """Show where the time of late orders, or of an instance's jobs, went."""
    late = sorted(
        (one for one in times if one.lateness > 0), key=lambda o: (-o.lateness, o.order)
    )
    others = [one for one in times if one.lateness <= 0]
    title = f"Where the time of {'jobs' if world.unit else 'late orders'} went"
    if not times:
        return Section(title=title, text=("There were none.",))
    text = [
        "Each millisecond from an order's receipt to its shipment, along the lot that "
        "was last, has exactly one cause (docs/report.md says which)."
    ]
    if not late:
        text.insert(0, "No order was late.")
    elif not world.unit:
        text.append("The mark is the order's due.")
    rows = [_spent_by(world, one) for one in late[:_LATE]]
    late_ones = "jobs" if world.unit else "late"
    for what, group in ((late_ones, late), ("others", others)):
        if group:
            rows.append((f"mean of {len(group)} {what}", _mean(group), None))
    latest = f"{len(late[:_LATE])} latest, and means" if late else "means"
    caption = f"What time was spent on: {latest}"
    chart = Chart(figure=_spent(world, rows), caption=caption)
    return Section(title=title, text=text, parts=[chart, _sums(world, late, others)])


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
        what = "jobs" if world.unit else "late orders"
        columns += [f"{what}, sum", "each", "share"]
    if others:
        columns += ["other orders, each", "share of theirs"]
    return Table("", tuple(columns), rows, tuple(columns[1:]))


#: Of a bar of :func:`_spent` its name, its times and, if it has one, its due; ms.
Spent = tuple[str, Mapping[Delay, float], float | None]


@rc_context(SMALL)
def _spent(world: World, rows: Sequence[Spent]) -> Figure:
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
    plain(axes)
    figure.legend(loc="outside upper left", ncols=5, frameon=False)
    return figure


def _until(delay: Delay) -> list[Delay]:
    """Return the delays that are drawn before one."""
    order = list(SHADES)
    return order[: order.index(delay)]


def _spent_by(world: World, one: OrderTime) -> Spent:
    """Return the bar of an order; the jobs of an instance have no due of their own."""
    name = one.order if one.shipped else f"{one.order}, not shipped"
    times = {delay: float(ms) for delay, ms in one.spent.items()}
    return name, times, None if world.unit else float(one.due - one.received)
