"""A comparison drawn: a forest plot, a line for each difference with its interval."""

from __future__ import annotations

from typing import Any, NamedTuple

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from measures.statistics import Interval, of_base
from studies.compare.comparison import Comparison
from studies.compare.experiment import Experiment
from studies.compare.table import over_cells
from studies.tables import literal, plural, unit_of, wanted

#: Okabe and Ito's colours, which colour-blind people tell apart.
PALETTE = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7"),
    *("#E69F00", "#56B4E9", "#000000", "#F0E442"),
)
_ROW, _AXIS = 0.3, 0.85  # inches: a line, and what a panel needs besides
_MOST_CELLS = 200


class _Line(NamedTuple):
    """A policy's difference; ``head`` is told once for the lines it heads."""

    head: str
    policy: str
    plain: Interval
    bootstrap: Interval
    pooled: bool = False


class _Panel(NamedTuple):
    kpi: str
    unit: str
    lines: list[_Line]
    wanted: str


def forest(experiment: Experiment) -> Figure:
    """Return the differences from the reference with their 95 % intervals.

    Thick: Student's t; thin: bootstrap. A panel a KPI, each with a scale of its own; a
    line a policy, and a cell where something is varied, with the differences over all
    cells as diamonds. A KPI that does not differ is left out.
    """
    first = experiment.first
    panels = [_panel(experiment, kpi) for kpi in experiment.shown]
    panels = [panel for panel in panels if any(line.plain[0] for line in panel.lines)]
    columns = 1 if experiment.varied else min(3, max(1, len(panels)))
    rows = max(1, -(-len(panels) // columns))
    longest = max((len(panel.lines) for panel in panels), default=1)
    height = rows * (_ROW * max(2, longest) + _AXIS) + 1.0
    figure = Figure(figsize=(9.5, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).flat
    for i, axis in enumerate(axes):
        if i < len(panels):
            _draw(axis, experiment, panels[i], named=i % columns == 0)
        else:
            axis.set_axis_off()
    counts = sorted({len(cell.seeds) for cell in experiment.cells})
    span = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    figure.suptitle(
        literal(
            f"{first.world}, {plural(first.days, 'day')}, {span} replications: "
            f"difference from {first.against}, 95 %"
        ),
        fontsize=11,
    )
    marks = [Line2D([], [], color="0.35", linewidth=3, label="Student's t, paired")]
    marks.append(Line2D([], [], color="0.35", linewidth=1, label="bootstrap"))
    if experiment.varied:
        for policy, colour in colours_of(first).items():
            if policy != first.reference:
                line = Line2D([], [], color=colour, marker="o", linewidth=3)
                line.set_label(literal(first.called(policy)))
                marks.append(line)
    figure.legend(
        handles=marks, loc="outside lower center", ncols=5, fontsize=9, frameon=False
    )
    return figure


def colours_of(comparison: Comparison) -> dict[str, str]:
    """Return a colour for each policy, the reference's last: the same in each chart."""
    policies = [*comparison.others, comparison.reference]
    return {policy: PALETTE[i % len(PALETTE)] for i, policy in enumerate(policies)}


def _panel(experiment: Experiment, kpi: str) -> _Panel:
    """Return the lines of a KPI: in percent of the reference if all of them can be."""
    first = experiment.first
    found = [
        (cell.label or first.called(policy), policy, difference)
        for cell in experiment.cells[:_MOST_CELLS]
        for policy in cell.others
        if (difference := cell.difference(policy, kpi)) is not None
    ]
    relative = all(difference.base for _, _, difference in found)
    lines = []
    for head, policy, difference in found:
        plain, bootstrap = difference.absolute, difference.bootstrap
        if relative:
            plain = of_base(plain, difference.base) or plain
            bootstrap = of_base(bootstrap, difference.base) or bootstrap
        lines.append(_Line(head, policy, plain, bootstrap))
    if relative:
        for head, policy, plain, bootstrap in over_cells(experiment, kpi):
            lines.append(_Line(head, policy, plain, bootstrap, pooled=True))
    unit = f"% of {first.against}" if relative else unit_of(kpi, first.unit)
    return _Panel(kpi, unit, lines, wanted(kpi))


def _draw(axis: Any, experiment: Experiment, panel: _Panel, *, named: bool) -> None:
    """Draw a panel; ``named``: with the heads of its lines to the left."""
    colours, lines = colours_of(experiment.first), panel.lines
    for row, line in enumerate(lines):
        _draw_line(axis, row, line, colours[line.policy])
    axis.axvline(0, color="0.25", linewidth=1, zorder=1)
    heads = [line.head for line in lines]
    starts = [i for i, head in enumerate(heads) if i == 0 or heads[i - 1] != head]
    for start in starts[1:]:
        axis.axhline(start - 0.4, color="0.88", linewidth=0.7, zorder=0)
    ends = [*starts[1:], len(lines)]
    middles = [(a + b - 1) / 2 for a, b in zip(starts, ends, strict=True)]
    names = [literal(heads[start]) if named else "" for start in starts]
    axis.set_yticks(middles, names, fontsize=9)
    axis.tick_params(axis="y", length=0)
    axis.tick_params(axis="x", labelsize=8)
    axis.set_ylim(len(lines) - 0.4, -0.5)
    told = filter(None, (panel.kpi, panel.unit, panel.wanted))
    axis.set_xlabel(literal(", ".join(told)), fontsize=9)
    axis.grid(axis="x", color="0.92", linewidth=0.7)
    axis.set_axisbelow(True)
    axis.locator_params(axis="x", nbins=5 if not experiment.varied else 9)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)


def _draw_line(axis: Any, row: int, line: _Line, colour: str) -> None:
    plain, resampled = line.plain, line.bootstrap
    if plain.low is not None and plain.high is not None:
        ends = (plain.low, plain.high)
        axis.plot(ends, (row, row), color=colour, linewidth=3, solid_capstyle="butt")
    if resampled.low is not None and resampled.high is not None:
        below = (row + 0.22, row + 0.22)
        axis.plot((resampled.low, resampled.high), below, color=colour, linewidth=1)
    marker, size = ("D", 7) if line.pooled else ("o", 5)
    axis.plot([plain.mean], [row], marker=marker, markersize=size, color=colour)
