"""The report of a sweep: every combination, and a picture of each KPI."""

from __future__ import annotations

from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from studies.case import failed_sentence
from studies.compare.verdict import verdict
from studies.report.comparison import results
from studies.report.folder import REPORT, put
from studies.report.page import Chart, Section, page
from studies.report.svg import SMALL, WIDTH
from studies.sweep.draw import picture
from studies.sweep.execute import FILE, Sweep
from studies.sweep.paired import remarks
from studies.sweep.results import cell_table
from studies.sweep.shape import axes_of
from studies.sweep.variants import VARIANT
from studies.tables import Table, plural, seeds_text
from studies.versions import mixed, versions
from worlds.keys import text_of

#: So many values of a factor are told.
MOST_TOLD = 12
_ONE_PANEL = 7.0  # inches


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
    world = design.base.world.name
    kept = "The file is as it was; a world of your own is kept with it, as it was."
    said = [failed_sentence(sweep.failed)] if sweep.failed else []
    said += mixed(sweep.states)
    axes = axes_of(design)
    charts = []
    for kpi in design.kpis:
        figure = picture(design, sweep.outcomes, kpi, axes)
        if figure is not None:
            charts.append(_chart(figure, f"{kpi} by the factors"))
    sections = [
        Section(
            title="What was run",
            again=("python", "run.py", "sweep", str(sweep.folder / FILE)),
            text=(kept, *said),
            parts=[Table("", ("what", "value"), _about(sweep))],
        ),
        *_results(sweep),
    ]
    if charts:
        sections.append(Section(title="Pictures", parts=charts))
    if sweep.violations:
        found = tuple(sweep.violations)
        sections.append(Section(title="Violations the checker found", text=found))
    factors = ", ".join(design.factors)
    cells = plural(len(design.cells), "combination")
    of = f" of {factors}" if factors else ""
    lead = f"{cells}{of} in {world}."
    if sweep.experiment is not None:
        lead = f"{lead} {verdict(sweep.experiment)}".strip()
    return page(f"{design.name}: a sweep", sections, lead)


def _chart(figure: Figure, caption: str) -> Chart:
    """Return a picture as a chart: fit for a phone, or wide with many panels."""
    width, height = figure.get_size_inches()
    wide = bool(width > _ONE_PANEL)
    if not wide:
        figure.set_size_inches(WIDTH, height * WIDTH / width)
        figure.suptitle("")
    return Chart(figure=figure, caption=caption, wide=wide)


def _about(sweep: Sweep) -> list[tuple[str, str]]:
    """Return what was run, a line each; what varies only where it varies."""
    design, base = sweep.design, sweep.design.base
    chosen = [dict(of).get("policy") for of in design.variants.values()]
    rows = [("world", base.world.name)]
    if "days" not in design.factors:
        rows.append(("days", f"{base.scenario(plans=True).days:g}"))
    if "policy" not in design.factors and not (chosen and all(chosen)):
        rows.append(("policy", base.policy))
    rows += [(f"set: {key}", value) for key, value in base.settings]
    rows += [("disturbance", one) for one in base.disturbances]
    for key in design.factors:
        levels = list(map(text_of, design.levels(key)))
        told = ", ".join(levels[:MOST_TOLD])
        if len(levels) > MOST_TOLD:
            told += f" ... ({len(levels)} values)"
        if key != VARIANT:
            rows.append((f"factor: {key}", told))
    for name, settings in design.variants.items():
        told = ", ".join(f"{key} = {value}" for key, value in settings)
        rows.append((f"variant: {name}", told or "as it is"))
    if design.compared:
        held = f"{design.compared}, held against {text_of(design.reference)}"
        rows.append(("compared", held))
    seeds = seeds_text(design.seeds).partition(" ")[2]
    if len(design.cells) > 1:
        seeds += ", the same for each combination"
    return [
        *rows,
        ("combinations", str(len(design.cells))),
        ("seeds", seeds),
        ("runs", str(len(sweep.outcomes))),
        ("made with", ", ".join(f"{k} {v}" for k, v in versions().items())),
    ]


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
