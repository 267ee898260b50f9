"""The report of a sweep: every combination, and a picture of each KPI."""

from __future__ import annotations

from pathlib import Path

from matplotlib import rc_context

from studies.case import failed_sentence
from studies.report.comparison import results
from studies.report.folder import REPORT, put
from studies.report.page import Chart, Section, page
from studies.report.svg import SMALL
from studies.sweep.draw import picture
from studies.sweep.execute import FILE, Sweep
from studies.sweep.paired import remarks
from studies.sweep.results import cell_table
from studies.sweep.shape import axes_of
from studies.tables import Table
from studies.versions import versions


def write_sweep_report(sweep: Sweep) -> Path:
    """Write the report into the sweep's folder; return the file.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    return put(sweep_report(sweep), sweep.folder / REPORT)


@rc_context(SMALL)
def sweep_report(sweep: Sweep) -> str:
    """Return the report of a sweep as one HTML page."""
    design = sweep.design
    world, seeds = design.base.world.name, design.seeds
    rows = [
        ("world", world),
        ("policy", design.base.policy),
        ("factors", ", ".join(design.factors)),
        ("combinations", str(len(design.cells))),
        ("seeds", f"{seeds[0]} to {seeds[-1]}, the same for each combination"),
        ("runs", str(len(sweep.outcomes))),
        ("made with", ", ".join(f"{k} {v}" for k, v in versions().items())),
    ]
    again = f"To run it again: python run.py sweep {FILE}, a file of this folder."
    said = [failed_sentence(sweep.failed)] if sweep.failed else []
    if design.compared:
        held = f"{design.compared}, held against {design.reference}"
        rows.insert(3, ("compared", held))
    axes = axes_of(design)
    charts = []
    for kpi in design.kpis:
        figure = picture(design, sweep.outcomes, kpi, axes)
        if figure is not None:
            charts.append(Chart(figure=figure, caption=f"{kpi} by the factors"))
    sections = [
        Section(
            title="What was run",
            text=(again, *said),
            parts=[Table("", ("what", "value"), rows)],
        ),
        *_results(sweep),
    ]
    if charts:
        sections.append(Section(title="Pictures", parts=charts))
    if sweep.violations:
        found = tuple(sweep.violations)
        sections.append(Section(title="Violations the checker found", text=found))
    lead = f"{len(design.cells)} combinations of {', '.join(design.factors)} in {world}"
    return page(f"{design.name}: a sweep", sections, f"{lead}.")


def _results(sweep: Sweep) -> list[Section]:
    """Return the comparison, if one was asked for, and every combination."""
    every = cell_table(sweep.design, sweep.outcomes)
    said = remarks(sweep.design, sweep.experiment)
    if sweep.experiment is None:
        return [Section(title="Results", text=tuple(said), parts=[every])]
    return [
        *results(sweep.experiment, said),
        Section(title="Every combination", folded=[every]),
    ]
