"""A comparison drawn: a forest plot, a line for each difference with its interval."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from studies.compare.comparison import Comparison
from studies.compare.experiment import Experiment
from studies.compare.panel import Panel, panel_of
from studies.tables import literal, plural

#: Okabe and Ito's colours, which colour-blind people tell apart.
PALETTE = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7"),
    *("#E69F00", "#56B4E9", "#000000", "#F0E442"),
)
#: Inches: what a panel needs beside its rows; rows so tall that two stand abreast.
_AXIS, _TALL = 0.85, 3.5
#: Where cells have colours: those, and what the differences over all are drawn in.
_CELLS, _OVER = [c for c in PALETTE if c != "#000000"], ("0.45", "0.0")
#: Letters of a legend that go into an inch; what a mark takes, in letters.
_LETTERS, _MARK = 12, 8


def forest(experiment: Experiment) -> Figure:
    """Return the differences from the reference with their 95 % intervals.

    Thick: Student's t; thin: bootstrap. A panel a KPI, each with a scale of its own; a
    line a policy, and a cell where something is varied, with the differences over all
    cells as diamonds. Of policies and cells the more numerous have rows with names, the
    others colours. A KPI in which no run differs is left out.
    """
    first = experiment.first
    cells = len(experiment.cells)
    by_policy = not experiment.varied or cells < min(len(first.others), len(_CELLS) + 1)
    panels = [
        panel_of(experiment, kpi, by_policy=by_policy) for kpi in experiment.shown
    ]
    panels = [panel for panel in panels if any(any(line.ends) for line in panel.lines)]
    tall = max((panel.inches for panel in panels), default=0.0)
    columns = min(3, max(1, len(panels)))
    if experiment.varied:
        columns = min(columns, 2) if tall > _TALL else 1
    rows = max(1, -(-len(panels) // columns))
    width = 13.0 if experiment.varied and columns > 1 else 9.5
    figure = Figure(figsize=(width, rows * (tall + _AXIS) + 1.0), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).flat
    colours = _colours(experiment, panels, by_policy)
    for i, axis in enumerate(axes):
        if i < len(panels):
            alike = i % columns > 0 and panels[i].names == panels[i - 1].names
            panels[i].draw(axis, colours, named=not alike)
        else:
            axis.set_axis_off()
    counts = sorted({len(cell.seeds) for cell in experiment.cells})
    span = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    title = (
        f"{first.world}, {plural(first.days, 'day')}, {span} replications: "
        f"difference from {first.against}, 95 %"
    )
    marks = [Line2D([], [], color="0.35", linewidth=3, label="Student's t, paired")]
    marks.append(Line2D([], [], color="0.35", linewidth=1, label="bootstrap"))
    if experiment.varied:
        for name, colour in colours.items():
            marker = "D" if by_policy and colour in _OVER else "o"
            line = Line2D([], [], color=colour, marker=marker, linewidth=3)
            line.set_label(literal(name))
            marks.append(line)
    longest = max(len(str(mark.get_label())) for mark in marks) + _MARK
    # The title belongs to the legend: they would be drawn over each other.
    figure.legend(
        handles=marks,
        loc="outside upper center",
        ncols=min(6, max(1, int(width * _LETTERS / longest))),
        fontsize=9,
        frameon=False,
        title=literal(title),
        title_fontsize=11,
    )
    return figure


def colours_of(comparison: Comparison) -> dict[str, str]:
    """Return a colour for each policy, the reference's last: the same in each chart."""
    policies = [*comparison.others, comparison.reference]
    colours: tuple[str, ...] = PALETTE
    if len(policies) > len(PALETTE):  # hues as far apart as so many can be
        hues = colormaps["turbo"](np.linspace(0, 1, len(policies)))
        colours = tuple(map(to_hex, hues))
    return dict(zip(policies, colours, strict=False))


def _colours(
    experiment: Experiment, panels: list[Panel], by_policy: bool
) -> dict[str, str]:
    """Return a colour for each policy or, if these have rows, for each cell."""
    first = experiment.first
    if not by_policy or not experiment.varied:
        colours = colours_of(first)
        return {first.called(policy): colours[policy] for policy in first.others}
    found = {line.colour: line.pooled for panel in panels for line in panel.lines}
    cells = [name for name, pooled in found.items() if not pooled]
    over = [name for name, pooled in found.items() if pooled]
    colours = dict(zip(cells, _CELLS, strict=False))
    return colours | dict(zip(over, _OVER, strict=False))
