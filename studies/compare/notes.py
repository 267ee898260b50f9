"""Sentences below the tables of a comparison: what they rest on, and what to doubt."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.calendar import HOUR
from measures.statistics import FEWEST_RESAMPLED
from studies.compare.comparison import Comparison
from studies.compare.experiment import Experiment
from studies.compare.stopping import Stopping
from studies.compare.table import over_cells
from studies.compare.warmup import WarmUp
from studies.tables import plural, shown, unit_of

#: Of fewer seeds the limits of a sum over cells cover too little where a few seeds have
#: most of it (docs/compare.md).
ENOUGH = 15


def notes(experiment: Experiment) -> list[str]:
    """Return what a reader of the tables should know, a sentence or two each."""
    found = [*_legend(experiment), *_exact(experiment)]
    found += [*_missing(experiment), *_stopping(experiment)]
    found += _varied(experiment) if experiment.varied else _one(experiment.first)
    guarded = [
        cell
        for cell in experiment.cells
        if not all(one.reproducible for runs in cell.outcomes.values() for one in runs)
    ]
    if guarded:
        found.append("A wall-clock guard has cut plans short: not reproducible.")
    return found


def _legend(experiment: Experiment) -> Iterator[str]:
    first = experiment.first
    if not first.others:
        return
    tested = [kpi for _, _, kpi in experiment.p_holm]
    counts = [tested.count(kpi) for kpi in experiment.shown]
    if experiment.varied:
        count = max(counts)
        upto = "" if len(set(counts)) == 1 else "up to "
        family = f"the {upto}{plural(count, 'comparison')} of each table"
    else:
        count = sum(counts)
        family = f"the {plural(count, 'comparison')} of the table"
    if count:
        yield (
            "Differences are paired by seed. bootstrap: 95 % limits of the difference "
            f"in % of {first.against}, seeds resampled for both; in the KPI's unit "
            "where that is 0. p Holm: of the paired t-test, adjusted for "
            f"{family}; the intervals are not adjusted."
        )
    over = [one for kpi in experiment.shown for one in over_cells(experiment, kpi)]
    if over:
        seeds = min(len(cell.seeds) for cell in experiment.cells)
        yield (
            "pooled: the mean over cells of the difference in %, so that cells count "
            "alike; sum of cells: that of the KPI's sum over cells, in % of the sum "
            f"of {first.against}. For both the {seeds} seeds that all cells have are "
            "resampled, each with all of its cells; p Holm of the sums is adjusted for "
            "the sums of a table."
        )
        if seeds < ENOUGH and any(limits.low is not None for *_, limits, _ in over):
            yield "So few seeds may make limits over cells too narrow."
    if min(len(cell.seeds) for cell in experiment.cells) < FEWEST_RESAMPLED:
        yield f"The bootstrap needs {FEWEST_RESAMPLED} replications or more."


def _exact(experiment: Experiment) -> Iterator[str]:
    """Tell of cells in which no luck is seen."""
    count = sum(cell.exact for cell in experiment.cells)
    if count:
        where = f" in {count} of the cells" if experiment.varied else ""
        yield (
            f"Under each policy all runs have the same figures{where}: there is no "
            "luck to test differences by. They have no p, and say nothing of other "
            "orders."
        )


def _missing(experiment: Experiment) -> Iterator[str]:
    for kpi in experiment.shown:
        without = [
            [policy for policy, of in cell.kpis.items() if kpi not in of]
            for cell in experiment.cells
        ]
        cells = sum(map(bool, without))
        if cells:
            named = ", ".join(dict.fromkeys(name for of in without for name in of))
            where = f" in {cells} of the cells" if experiment.varied else ""
            yield (
                f"{kpi} lacks a value in some run of {named}{where}: what lacks it is "
                "left out."
            )


def _stopping(experiment: Experiment) -> Iterator[str]:
    stopping = experiment.stopping
    if stopping.half_width is None:
        return
    missed = [cell for cell in experiment.cells if not stopping.reached(cell)]
    what = f"Half-width of {stopping.kpi}: at most {stopping.asked} was asked for"
    if experiment.varied:
        count = len(experiment.cells)
        yield f"{what}; {count - len(missed)} of {count} cells have reached it."
    else:
        unit = unit_of(stopping.kpi, experiment.first.unit)
        allowed = stopping.allowed(experiment.first)
        if allowed is not None and stopping.relative:
            what += f", {_with_unit(allowed, unit)}"
        runs = len(experiment.first.seeds)
        yield f"{what}; {'not reached' if missed else 'reached'} with {runs} a policy."
    for cell in missed:
        needed = stopping.needed(cell)
        where = f"{cell.label}: it" if experiment.varied else "It"
        if needed is None:
            yield f"{where} is out of reach: {_why(stopping, cell)}."
        else:
            yield f"{where} would take about {needed} replications."


def _why(stopping: Stopping, cell: Comparison) -> str:
    """Return why no number of replications will do."""
    missing = stopping.missing(cell)
    if missing is not None:
        return f"{stopping.kpi} is missing under seed {missing}"
    if stopping.relative and stopping.allowed(cell) == 0:
        return f"{cell.against} has a mean of 0"
    return "too many replications"


def _one(cell: Comparison) -> Iterator[str]:
    """Tell of the warm-up of the only cell."""
    settling = cell.settling
    if settling is None:
        return
    cut = f"Warm-up: {settling.own / HOUR:.3g} h are cut"
    if settling.found is not None:
        policy, series = settling.longest
        found = f"{settling.found / HOUR:.3g} h ({series} under {policy}, the longest)"
        if settling.short:
            yield f"{cut}, but MSER-5 finds {found}: {_remedy(settling)}."
        else:
            yield f"{cut}; MSER-5 finds {found}."
    if settling.unsettled:
        policies: dict[str, list[str]] = {}
        for policy, series in settling.unsettled:
            policies.setdefault(series, []).append(policy)
        named = " or ".join(f"{s} ({', '.join(of)})" for s, of in policies.items())
        yield (
            f"MSER-5 finds no cut in the first half of {named}: the runs are too short "
            "to tell."
        )


def _varied(experiment: Experiment) -> Iterator[str]:
    """Tell of the warm-ups that are too short, in the cells that have the longest."""
    found = [cell.settling for cell in experiment.cells if cell.settling is not None]
    short = [settling for settling in found if settling.short]
    if short:
        worst = max(short, key=lambda settling: settling.found or 0)
        yield (
            f"In {len(short)} of {len(found)} cells the warm-up that is cut is shorter "
            f"than what MSER-5 finds: {_remedy(worst)}."
        )
    unsettled = sum(bool(settling.unsettled) for settling in found)
    if unsettled:
        yield (
            f"In {unsettled} of {len(found)} cells MSER-5 finds no cut in the first "
            "half of some series: the runs are too short to tell."
        )
    if set(experiment.first.names) - set(experiment.shown):
        yield "Other KPIs: name them by --kpi, or see --json and --out."


def _remedy(settling: WarmUp) -> str:
    hours = -(-(settling.found or 0) // HOUR)
    return f"think of --set world.warm_up='{hours} h'"


def _with_unit(value: float, unit: str) -> str:
    text = shown(value, unit)
    return text if unit in ("share", "") else f"{text} {unit}"
