"""The results of a sweep as tables: one row a run for machines, one a cell for people.

Nothing in the files depends on when or where a run was computed, so that two of the
same sweep are the same byte for byte.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from measures.statistics import Interval, mean_interval
from studies.case import Outcome
from studies.compare.experiment import Experiment
from studies.factors import Value
from studies.sweep.design import Design
from studies.tables import Table, interval_text, plural, seeds_text, unit_of
from studies.whole import written_whole

CSV, PARQUET = "results.csv", "results.parquet"
#: A table for people has at most so many rows.
MOST_ROWS = 60


def columns(design: Design, outcomes: Sequence[Outcome]) -> dict[str, pa.Array]:
    """Return the results by column, in the order of the design.

    A run's place, its factors, seed and scenario hash; the KPIs, empty where a run has
    none; the trace's digest; how many violations were found; why a run failed.
    """
    at = [design.at(outcome.number)[0] for outcome in outcomes]
    found = {"run": pa.array([outcome.number for outcome in outcomes], pa.int64())}
    for k, key in enumerate(design.factors):
        found[key] = _column([values[k] for values in at])
    found["seed"] = pa.array([outcome.seed for outcome in outcomes], pa.int64())
    found["scenario"] = pa.array([o.scenario for o in outcomes], pa.string())
    for name in design.kpis:
        values = [outcome.kpis.get(name) for outcome in outcomes]
        found[name] = pa.array(values, pa.float64())
    found["digest"] = pa.array([outcome.digest for outcome in outcomes], pa.string())
    counts = [len(outcome.violations) for outcome in outcomes]
    found["violations"] = pa.array(counts, pa.int64())
    found["error"] = pa.array([outcome.error for outcome in outcomes], pa.string())
    return found


def _column(values: Sequence[Value]) -> pa.Array:
    """Return a factor's column: of whole numbers, numbers, truths or texts."""
    kinds = {type(value) for value in values}
    for kind, meant in ((bool, pa.bool_()), (int, pa.int64()), (float, pa.float64())):
        if kinds <= {kind}:
            return pa.array(values, meant)
    if kinds <= {int, float}:
        return pa.array(map(float, values), pa.float64())
    return pa.array(map(str, values), pa.string())


def write_tables(design: Design, outcomes: Sequence[Outcome], folder: Path) -> None:
    """Write ``results.csv`` and ``results.parquet``.

    Raises
    ------
    BadInput
        If they cannot be written.
    """
    found = columns(design, outcomes)
    with written_whole(folder / PARQUET) as file:
        parquet.write_table(pa.table(found), file)
    with written_whole(folder / CSV) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(found)
        rows.writerows(
            zip(*(array.to_pylist() for array in found.values()), strict=True)
        )
        text.flush()
        text.detach()


def replicated(
    design: Design, outcomes: Sequence[Outcome], kpi: str
) -> list[list[float]]:
    """Return the values of a KPI, combination by combination; failed runs have none."""
    found: list[list[float]] = [[] for _ in design.cells]
    for outcome in outcomes:
        if kpi in outcome.kpis:
            cell = outcome.number // len(design.seeds)
            found[cell].append(outcome.kpis[kpi])
    return found


def intervals(
    design: Design, outcomes: Sequence[Outcome], kpi: str
) -> list[Interval | None]:
    """Return mean and 95 % interval of a KPI in each combination, None without runs."""
    found = replicated(design, outcomes, kpi)
    return [mean_interval(values) if values else None for values in found]


def cell_table(design: Design, outcomes: Sequence[Outcome]) -> Table:
    """Return the KPIs of each combination: mean ± half of the 95 % interval."""
    unit = design.base.world.unit
    units = {name: unit_of(name, unit) for name in design.kpis}
    heads = [
        name if u in ("share", "") else f"{name}, {u}" for name, u in units.items()
    ]
    values = [intervals(design, outcomes, name) for name in design.kpis]
    rows = []
    for k, cell in enumerate(design.cells[:MOST_ROWS]):
        texts = [
            interval_text(interval, units[name]) if interval else ""
            for name, interval in zip(units, (of[k] for of in values), strict=True)
        ]
        rows.append((*map(str, cell), *texts))
    what = seeds_text(design.seeds)
    what += ": mean ± half of the 95 % interval" if len(design.seeds) > 1 else ""
    title = f"{design.name}, {what}"
    left = len(design.cells) - len(rows)
    if left:
        title += f"; {plural(left, 'more combination')} in {CSV}"
    return Table(title, (*design.factors, *heads), rows, tuple(heads))


def as_json(
    design: Design,
    outcomes: Sequence[Outcome],
    folder: Path,
    experiment: Experiment | None = None,
) -> dict[str, Any]:
    """Return what ``sweep --json`` prints.

    Parameters
    ----------
    experiment
        The comparison, if the sweep makes one.
    """
    by_kpi = {name: intervals(design, outcomes, name) for name in design.kpis}
    cells = []
    for k, values in enumerate(design.cells):
        at = {name: found[k] for name, found in by_kpi.items()}
        means = {name: i._asdict() if i else None for name, i in at.items()}
        factors = dict(zip(design.factors, values, strict=True))
        cells.append({"factors": factors, "kpis": means})
    return {
        "sweep": design.name,
        "world": design.base.world.name,
        "folder": str(folder),
        "runs": len(outcomes),
        "failed": sum(bool(outcome.error) for outcome in outcomes),
        "violations": sum(len(outcome.violations) for outcome in outcomes),
        "seeds": list(design.seeds),
        "cells": cells,
        "comparison": None if experiment is None else experiment.as_json(),
    }
