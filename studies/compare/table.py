"""A comparison as tables of text."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.calendar import HOUR
from measures.statistics import Interval
from studies.compare.comparison import Comparison, Difference
from studies.compare.experiment import Experiment
from studies.tables import (
    Table,
    interval_text,
    p_text,
    plural,
    seeds_text,
    shown,
    unit_of,
)


def tables(experiment: Experiment) -> list[Table]:
    """Return one table of KPIs, or where something is varied one of cells for each."""
    if not experiment.varied:
        return [_kpi_table(experiment)]
    found = [_cells_table(experiment, kpi) for kpi in experiment.shown]
    stops = experiment.stopping.half_width is not None
    if stops or any(cell.settling is not None for cell in experiment.cells):
        found.append(_settling_table(experiment))
    return found


def _columns(experiment: Experiment) -> tuple[str, ...]:
    reference = experiment.first.against
    return ("value", f"less {reference}", "of it, %", "bootstrap, %", "p Holm")


def _title(experiment: Experiment) -> str:
    first, cells = experiment.first, experiment.cells
    what = f"{first.world}, {plural(first.days, 'day')}, {seeds_of(experiment)}"
    single = max(len(cell.seeds) for cell in cells) == 1
    return f"{what}: {'values' if single else 'mean ± half of the 95 % interval'}"


def seeds_of(experiment: Experiment) -> str:
    """Return the seeds of the runs; cells may have stopped apart."""
    seeds = [cell.seeds for cell in experiment.cells]
    alike = len(set(map(len, seeds))) == 1
    return seeds_text(max(seeds, key=len), alike=alike)


def _kpi_table(experiment: Experiment) -> Table:
    """Return the main KPIs by policy, with their paired differences."""
    comparison = experiment.first
    rows: list[tuple[str, ...]] = []
    for kpi in experiment.shown:
        unit = unit_of(kpi, comparison.unit)
        told = _rows(experiment, 0, kpi, unit)
        if told:
            rows.append((_named(kpi, unit), *[""] * (len(told[0]) - 1)))
        rows += [(f"  {policy}", *rest) for policy, *rest in told]
    columns = (f"KPI, {comparison.factor}", *_columns(experiment))
    return Table(_title(experiment), columns, rows, columns[1:])


def _named(kpi: str, unit: str) -> str:
    return kpi if unit in ("share", "", kpi) else f"{kpi}, {unit}"


def _cells_table(experiment: Experiment, kpi: str) -> Table:
    """Return one KPI by cell and policy, then what is said of all cells together.

    Differences are in percent only, unless a cell has none.
    """
    first = experiment.first
    unit = unit_of(kpi, first.unit)
    keys = [key for key, _ in first.settings]
    rows: list[list[str]] = []
    for i, cell in enumerate(experiment.cells):
        head = [value for _, value in cell.settings]
        for told in _rows(experiment, i, kpi, unit):
            rows.append([*head, *told])
            head = [""] * len(head)
    for name, policy, found, p in over_cells(experiment, kpi):
        head = [name, *[""] * (len(keys) - 1)]
        mean = interval_text(Interval(found.mean, None, None), "%")
        limits = _limits_text(found, "%")
        rows.append([*head, policy, "", "", mean, limits, p_text(p)])
    columns = [*_short([*keys, first.factor]), *_columns(experiment)]
    absolute = len(keys) + 2
    if all(bool(row[absolute]) <= bool(row[absolute + 1]) for row in rows):
        columns[absolute + 1] = f"{columns[absolute]}, %"
        for row in (columns, *rows):
            del row[absolute]
    title = f"{_named(kpi, unit)} - {_title(experiment)}"
    right = tuple(columns[len(keys) + 1 :])
    return Table(title, tuple(columns), [tuple(row) for row in rows], right)


def over_cells(
    experiment: Experiment, kpi: str
) -> Iterator[tuple[str, str, Interval, float | None]]:
    """Yield the differences over all cells in percent: what, of which policy; its p."""
    if len(experiment.cells) == 1:
        return
    p = experiment.p_holm_summed
    for policy in experiment.first.others:
        if (found := experiment.pooled(policy, kpi)) is not None:
            yield "pooled", policy, found, None
    for policy in experiment.first.others:
        if (found := experiment.summed(policy, kpi)) is not None:
            yield "sum of cells", policy, found, p.get((policy, kpi))


def _rows(experiment: Experiment, i: int, kpi: str, unit: str) -> list[tuple[str, ...]]:
    """Return what a KPI is under each policy of a cell, from the policy's name on."""
    cell, rows = experiment.cells[i], []
    for policy in cell.outcomes:
        value = cell.value(policy, kpi)
        if value is None:
            continue
        row = [policy, interval_text(value, unit), "", "", "", ""]
        difference = cell.difference(policy, kpi)
        if policy != cell.reference and difference is not None:
            row[2] = interval_text(difference.absolute, unit)
            if difference.percent is not None:
                row[3] = interval_text(difference.percent, "%")
            row[4] = _limits(difference, unit)
            row[5] = p_text(experiment.p_holm.get((i, policy, kpi)))
        rows.append(tuple(row))
    return rows


def _limits(difference: Difference, unit: str) -> str:
    """Return the limits of the bootstrap: in percent where there is one, else plain."""
    if difference.bootstrap_percent is None:
        return _limits_text(difference.bootstrap, unit)
    return _limits_text(difference.bootstrap_percent, "%")


def _limits_text(found: Interval, unit: str) -> str:
    if found.low is None or found.high is None:
        return ""
    if unit == "%":
        return f"{found.low:,.1f} to {found.high:,.1f}"
    return f"{shown(found.low, unit)} to {shown(found.high, unit)}"


def _settling_table(experiment: Experiment) -> Table:
    """Return how long each cell ran, and from when on it has settled."""
    stopping = experiment.stopping
    keys = [key for key, _ in experiment.first.settings]
    asked = stopping.half_width is not None
    sequential = ("half-width", "asked", "needed") if asked else ()
    columns = (*_short(keys), "runs each", *sequential, "warm-up, h", "MSER-5, h")
    rows = []
    for cell in experiment.cells:
        row = [value for _, value in cell.settings]
        row.append(str(len(cell.seeds)))
        if asked:
            row += _stopped(experiment, cell)
        row += [f"{cell.warm_up / HOUR:.3g}", _settled(cell)]
        rows.append(tuple(row))
    title = "Replications, and when runs have settled"
    if asked:
        title += f" ({stopping.kpi}, {stopping.asked})"
    return Table(title, columns, rows, columns[len(keys) :])


def _stopped(experiment: Experiment, cell: Comparison) -> list[str]:
    stopping = experiment.stopping
    unit = unit_of(stopping.kpi, cell.unit)
    widths = [stopping.width(cell, policy) for policy in cell.others]
    known = [width for width in widths if width is not None]
    allowed, needed = stopping.allowed(cell), stopping.needed(cell)
    missing = stopping.missing(cell)
    none = "none will do" if missing is None else f"seed {missing} lacks it"
    return [
        shown(max(known), unit) if known else "",
        "" if allowed is None else shown(allowed, unit),
        none if needed is None else str(needed),
    ]


def _settled(cell: Comparison) -> str:
    settling = cell.settling
    if settling is None:
        return ""
    if settling.found is None:
        return "no cut"
    found = f"{settling.found / HOUR:.3g}" + (" (more)" if settling.short else "")
    return f"{found}, some none" if settling.unsettled else found


def _short(keys: list[str]) -> list[str]:
    """Return the last parts of keys where they tell them apart."""
    last = [key.rpartition(".")[2] for key in keys]
    return last if len(set(last)) == len(keys) else keys
