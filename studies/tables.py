"""Results in words: rows of text for tables, and sentences; nothing is printed here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import floor, log10
from typing import NamedTuple

from kernel.calendar import DAY, HOUR
from measures.kpis import KPI_TABLE
from measures.statistics import Interval
from studies.run import Run
from studies.solve import Solution
from worlds.spec import World

#: A difference is called sure whose p-value, adjusted for its whole table, is below.
SURE = 0.05
#: The KPIs that are shown, where they have a value; all are in ``kpis.json``.
MAIN = (
    "makespan",
    "orders",
    "unfinished",
    "on_time",
    "rush_on_time",
    "weighted_tardiness",
    "flow_time",
    "wip",
    "throughput",
    "variants_shipped",
    "first_pass_yield",
    "scrap",
    "defects_per_million_opportunities.truth",
    "vehicle_use",
    "retransports",
    "crew_use",
    "stock_outs",
    "energy",
    "unit_cost",
    "total_cost",
    "messages",
    "replans",
    "nervousness.machine",
    "nervousness.near",
    "automatic_share",
)
#: Of these, what says something about an instance.
INSTANCE = ("makespan", "unfinished", "vehicle_use", "messages", "replans")
#: What policies differ in.
COMPARED = (
    "makespan",
    "unfinished",
    "on_time",
    "rush_on_time",
    "weighted_tardiness",
    "flow_time",
    "wip",
    "throughput",
    "vehicle_use",
    "energy",
    "unit_cost",
    "messages",
    "replans",
)


#: Behind the point; what needs more is written with a power of ten.
_MOST_DIGITS = 6


class Table(NamedTuple):
    """A table to be shown; columns named in ``right`` are aligned there."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    right: tuple[str, ...] = ()


def shown(value: float, unit: str) -> str:
    """Return a value as people read it: shares in percent, no needless digits."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "%":
        return f"{value:.1f}"
    if value == round(value) and abs(value) < 1e9:
        return f"{value:,.0f}"
    # From here on three digits would be written as 1e+03.
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"


def plural(count: float, noun: str) -> str:
    """Return a count with its noun, in the plural but for one."""
    figure = str(count) if isinstance(count, int) else f"{count:g}"
    return f"{figure} {noun}{'' if count == 1 else 's'}"


def seeds_text(seeds: Sequence[int], *, alike: bool = True) -> str:
    """Return seeds that follow each other: ``seeds 1 to 5``; not alike: at most."""
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    return f"seeds {seeds[0]} to {'' if alike else 'at most '}{seeds[-1]}"


def literal(text: str) -> str:
    """Return a text as Matplotlib has to be given it to write it as it is.

    It leaves out of a legend what begins with an underscore: a space without width
    before it helps.
    """
    hidden = "\u200b" if text.startswith("_") else ""
    return hidden + text.replace("$", r"\$")


def unit_of(kpi: str, instance_unit: str = "") -> str:
    """Return the unit of a KPI by its flat name."""
    if kpi == "makespan":
        return instance_unit
    name, _, part = kpi.partition(".")
    units = KPI_TABLE[name].unit.split("; ")
    return units[-1] if part == "start" else units[0]


def wanted(kpi: str) -> str:
    """Return which direction of a KPI is the better one, in words; "" if neither."""
    words = {True: "more is better", False: "less is better", None: ""}
    return words[KPI_TABLE[kpi.partition(".")[0]].more]


def fitting(names: Collection[str], liked: Sequence[str]) -> list[str]:
    """Return the names that are liked; of an instance only what fits one."""
    fit = INSTANCE if "makespan" in names else liked
    return [name for name in fit if name in names]


def kpi_table(run: Run) -> Table:
    """Return the main KPIs of a run with their units."""
    scenario = run.scenario
    world = scenario.world
    title = f"{world.name}, policy {scenario.policy.name}, seed {scenario.seed}"
    return main_kpis(world, run.kpis, title)


def main_kpis(world: World, kpis: Mapping[str, float], title: str = "") -> Table:
    """Return the main of these KPIs with their units."""
    rows = []
    for name in fitting(kpis, MAIN):
        unit = unit_of(name, world.unit)
        text = shown(kpis[name], unit)
        rows.append((name, text, "" if unit == "share" else unit))
    machines = {
        name.partition(".")[2]: value
        for name, value in kpis.items()
        if name.startswith("oee.")
    }
    if machines:
        best = max(machines, key=lambda machine: machines[machine])
        row = (f"oee.{best}, the highest", shown(machines[best], "share"), "")
        rows.append(row)
    return Table(title, ("KPI", "value", "unit"), rows, ("value",))


def shipped_sentence(run: Run) -> str:
    """Return how many orders shipped, and how many of them late."""
    days = run.trace.events[-1].time / DAY if run.trace.events else 0.0
    text = f"{run.shipped} orders shipped in {days:.2f} days"
    world = run.scenario.world
    if world.unit:
        return f"{run.shipped} jobs done."
    text += f", {run.late} of them late."
    counted = run.kpis.get("orders", 0)
    if counted:
        unfinished = run.kpis.get("unfinished", 0)
        text += f" {counted:.0f} orders count; {unfinished:.0f} of these did not ship."
    else:
        hours = f"{world.warm_up / HOUR:g} h warm-up, {world.cool_down / HOUR:g} h"
        first, last = run.scenario.window
        cause = ": none arrived in between" if first < last else ""
        text += (
            f" None counts: of {run.scenario.days:g} days, {hours} cool-down{cause}."
        )
    return text


def p_text(p: float | None) -> str:
    """Return a p-value as tables have it."""
    if p is None:
        return ""
    if p < 0.001:
        return "<.001"
    return f"{p:.3f}".removeprefix("0")


def interval_text(interval: Interval, unit: str) -> str:
    """Return ``mean ± half``, to two digits of the half: the mean knows no more.

    Of a single value, which has no interval, the mean; if nothing varies, ``± 0``.
    """
    half = interval.half
    if half is None:
        return shown(interval.mean, unit)
    mean, sign = interval.mean, ""
    if unit == "share":
        mean, half, sign = 100 * mean, 100 * half, " %"
    if half < 1e-9 * max(1.0, abs(mean)):
        return f"{shown(interval.mean, unit).removesuffix(' %')} ± 0{sign}"
    digits = max(0, 1 - floor(log10(half)))
    if digits > _MOST_DIGITS and unit not in ("share", "%"):
        return f"{mean:.3g} ± {half:.2g}"
    if unit in ("share", "%"):
        digits = min(1, digits)
    mean = round(mean, digits) + 0.0  # not -0
    return f"{mean:,.{digits}f} ± {half:,.{digits}f}{sign}"


def engine_table(solution: Solution) -> Table:
    """Return what each engine contributed to a solution, criterion by criterion."""
    rows: list[tuple[str, ...]] = []
    for criterion, stage in zip(solution.objective, solution.stages, strict=False):
        for one in stage.contributions:
            value = solution.units(one.value)
            found = "none" if value is None else f"{value:g}"
            rows.append((criterion, one.engine, found, f"{one.work:.4g}", one.status))
    columns: tuple[str, ...] = ("criterion", "engine", "best", "work", "remark")
    if len(solution.objective) == 1:
        columns = ("engine", f"best {solution.objective[0]}", *columns[3:])
        rows = [row[1:] for row in rows]
    return Table("", columns, rows, ("work",))


def solution_sentence(solution: Solution) -> str:
    """Return what is known about an instance now."""
    name, status = solution.instance.name, solution.result.status
    if solution.plan is None:
        return f"{name}: {status}, no plan, after {solution.seconds:.1f} s."
    world, known = solution.instance.world, []
    for criterion, stage in zip(solution.objective, solution.stages, strict=True):
        assert stage.plan is not None
        bound = solution.units(stage.bound)
        said = "no lower bound" if bound is None else f"lower bound {bound:g}"
        if solution.objective != ("makespan",):
            said = f"{criterion} {solution.units(stage.plan.value):g} ({said})"
        known.append(said)
    return (
        f"{name}: {status}, makespan {solution.units(solution.plan.makespan):g} "
        f"{world.unit} (completion: {world.completion}), {', then '.join(known)}, "
        f"{solution.seconds:.1f} s."
    )
