"""Pictures of a sweep, one a KPI: lines with bands, heat map or main effects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from measures.statistics import Interval, mean_interval
from studies.case import Outcome
from studies.compare.picture import PALETTE
from studies.glyphs import any_script
from studies.sweep.design import Design
from studies.sweep.results import intervals, replicated
from studies.sweep.shape import Axis, axes_of, kind_of
from studies.tables import literal, shown, unit_of
from studies.whole import written_whole

_BAND = "mean with 95 % interval"
#: More different values than that are gathered in so many groups of equal size.
_GROUPS = 8
#: Names that need more characters than that side by side are written aslant.
_ROOM = 36
#: Inches of a heat map at most, and levels named at a side of it.
_WIDEST, _TALLEST = 20.0, 14.0
_MOST_NAMED = 25


def draw(design: Design, outcomes: Sequence[Outcome], folder: Path) -> list[Path]:
    """Draw a picture of each KPI into a folder; return the files.

    Raises
    ------
    BadInput
        If they cannot be written.
    """
    axes = axes_of(design)
    paths = []
    for kpi in design.kpis:
        figure = picture(design, outcomes, kpi, axes)
        if figure is not None:
            paths.append(folder / f"{kpi}.png")
            with written_whole(paths[-1]) as file, any_script():
                figure.savefig(file, format="png", dpi=120)
    return paths


def picture(
    design: Design, outcomes: Sequence[Outcome], kpi: str, axes: Sequence[Axis]
) -> Figure | None:
    """Return the picture of a KPI that fits the factors; None without values."""
    found = intervals(design, outcomes, kpi)
    kind = kind_of(design, axes)
    if not any(found) or kind == "nothing":
        return None
    drawings: dict[str, Callable[..., Figure]] = {
        "line": _lines,
        "heat map": _heat_map,
        "scatter": _scatter,
    }
    if kind == "main effects":
        figure = _main_effects(design, replicated(design, outcomes, kpi), axes, kpi)
    else:
        figure = drawings[kind](design, found, axes, kpi)
    count = len(design.seeds)
    title = f"{design.name}: {kpi} ({design.base.world.name}, "
    title += f"{count} seed{'s' if count > 1 else ''})"
    if kind == "main effects":
        title += "\nmean over all else, with its 95 % interval"
    figure.suptitle(literal(title), fontsize=11)
    return figure


def _label(design: Design, kpi: str) -> str:
    unit = unit_of(kpi, design.base.world.unit)
    return kpi if unit in ("", "share") else f"{kpi}, {unit}"


def _lines(
    design: Design, found: Sequence[Interval | None], axes: Sequence[Axis], kpi: str
) -> Figure:
    """One factor along the axis, a line with its band for each level of another."""
    along = next((axis for axis in axes if axis.places is not None), axes[0])
    other = next((axis for axis in axes if axis is not along), None)
    figure = Figure(figsize=(7, 4.4), layout="constrained")
    panel = figure.subplots()
    for k, level in enumerate(other.levels if other else ("",)):
        points = [
            (along.place(cell[along.index]), interval)
            for cell, interval in zip(design.cells, found, strict=True)
            if interval and (other is None or cell[other.index] == level)
        ]
        label = literal(f"{other.key} {level}") if other else _BAND
        shift = 0.0 if along.places else 0.08 * k
        moved = [(x + shift, interval) for x, interval in sorted(points)]
        colour = _colour(design, other, k)
        _line(panel, moved, colour, label, joined=bool(along.places))
    _name(panel, along, _label(design, kpi))
    panel.legend(frameon=False, title=_BAND if other else None)
    return figure


def _colour(design: Design, axis: Axis | None, k: int) -> str:
    """Return the colour of an axis' level: where it is compared, as in the comparison.

    There the reference comes last (:func:`studies.compare.picture.colours_of`).
    """
    if axis is not None and axis.key == design.compared:
        last = axis.levels.index(design.reference)
        k = len(axis.levels) - 1 if k == last else k - (k > last)
    return PALETTE[k % len(PALETTE)]


def _line(
    panel: Axes,
    points: Sequence[tuple[float, Interval]],
    colour: str,
    label: str,
    *,
    joined: bool,
) -> None:
    x = [place for place, _ in points]
    means = [interval.mean for _, interval in points]
    low = [i.mean if i.low is None else i.low for _, i in points]
    high = [i.mean if i.high is None else i.high for _, i in points]
    if joined:
        panel.plot(x, means, marker="o", ms=4, color=colour, label=label)
        panel.fill_between(x, low, high, color=colour, alpha=0.09, linewidth=0)
        for edge in (low, high):
            panel.plot(x, edge, ":", lw=0.9, color=colour)
        return
    errors = [np.subtract(means, low), np.subtract(high, means)]
    panel.errorbar(
        x, means, yerr=errors, fmt="o", ms=5, capsize=4, color=colour, label=label
    )


def _name(panel: Axes, axis: Axis, label: str) -> None:
    """Write at the axes what they are."""
    panel.set_xlabel(axis.label)
    panel.set_ylabel(label)
    if axis.places is None:
        names = [literal(str(level)) for level in axis.levels]
        panel.set_xticks(range(len(names)), names)
        if max(map(len, names)) * len(names) > _ROOM:
            panel.tick_params(axis="x", rotation=30)
            for text in panel.get_xticklabels():
                text.set(ha="right", rotation_mode="anchor")
        panel.set_xlim(-0.5, len(axis.levels) - 0.5)
    elif len(axis.levels) <= 12:
        panel.set_xticks(axis.places, [f"{place:g}" for place in axis.places])
    panel.grid(axis="y", color="#dddddd")
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)


def _heat_map(
    design: Design, found: Sequence[Interval | None], axes: Sequence[Axis], kpi: str
) -> Figure:
    """Two factors of numbers: a field of colour for each combination, with its mean."""
    across, up = axes
    means: Any = np.full((len(up.levels), len(across.levels)), np.nan)
    for cell, interval in zip(design.cells, found, strict=True):
        if interval:
            row = up.levels.index(cell[up.index])
            means[row, across.levels.index(cell[across.index])] = interval.mean
    wide, high = len(across.levels), len(up.levels)
    size = (
        min(_WIDEST, max(5.5, 2.2 + 0.75 * wide)),
        min(_TALLEST, max(3.6, 1.6 + 0.5 * high)),
    )
    figure = Figure(figsize=size, layout="constrained")
    panel = figure.subplots()
    image = panel.imshow(means, origin="lower", aspect="auto", cmap="viridis")
    figure.colorbar(image, ax=panel, label=f"{_label(design, kpi)}, mean")
    if wide * high <= 150:
        unit = unit_of(kpi, design.base.world.unit)
        middle = (np.nanmin(means) + np.nanmax(means)) / 2
        for (row, column), value in np.ndenumerate(means):
            text = "failed" if np.isnan(value) else shown(float(value), unit)
            ink = "white" if value < middle else "black"
            panel.text(column, row, text, ha="center", va="center", color=ink, size=8)
    for side, axis in ((panel.set_xticks, across), (panel.set_yticks, up)):
        named = range(0, len(axis.levels), -(-len(axis.levels) // _MOST_NAMED))
        side(named, [f"{axis.places[k]:g}" for k in named] if axis.places else [])
    panel.set_xlabel(across.label)
    panel.set_ylabel(up.label)
    return figure


def _scatter(
    design: Design, found: Sequence[Interval | None], axes: Sequence[Axis], kpi: str
) -> Figure:
    """Two sampled factors: a point for each sample, its colour the mean."""
    across, up = axes
    kept = [(c, i.mean) for c, i in zip(design.cells, found, strict=True) if i]
    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    panel = figure.subplots()
    points = panel.scatter(
        [across.place(cell[across.index]) for cell, _ in kept],
        [up.place(cell[up.index]) for cell, _ in kept],
        c=[mean for _, mean in kept],
        s=60,
        cmap="viridis",
        edgecolor="white",
    )
    figure.colorbar(points, ax=panel, label=f"{_label(design, kpi)}, mean")
    panel.set_xlabel(across.label)
    panel.set_ylabel(up.label)
    for scale, axis in ((panel.xaxis, across), (panel.yaxis, up)):
        if all(isinstance(level, int) for level in axis.levels):
            scale.set_major_locator(MaxNLocator(integer=True))
    panel.spines[["top", "right"]].set_visible(False)
    return figure


def _main_effects(
    design: Design, found: Sequence[Sequence[float]], axes: Sequence[Axis], kpi: str
) -> Figure:
    """Return a panel for each factor: the mean over all else, level by level."""
    wide = min(4, len(axes))
    high = ceil(len(axes) / wide)
    figure = Figure(figsize=(3.1 * wide, 0.4 + 3.1 * high), layout="constrained")
    panels = figure.subplots(high, wide, sharey=True, squeeze=False)
    for panel in panels.flat[len(axes) :]:
        panel.set_visible(False)
    # The seeds are shared by all combinations: their mean is one observation. So are
    # samples that repeat each other.
    observed = {
        cell: float(np.mean(values))
        for cell, values in zip(design.cells, found, strict=True)
        if values
    }
    for k, (panel, axis) in enumerate(zip(panels.flat, axes, strict=False)):
        levels: dict[float, list[float]] = {}
        for cell, mean in observed.items():
            levels.setdefault(axis.place(cell[axis.index]), []).append(mean)
        points = [(x, mean_interval(means)) for x, means in _gathered(levels)]
        colour = PALETTE[k % len(PALETTE)]
        _line(panel, points, colour, "", joined=axis.places is not None)
        _name(panel, axis, _label(design, kpi) if k % wide == 0 else "")
    return figure


def _gathered(levels: dict[float, list[float]]) -> list[tuple[float, list[float]]]:
    """Return levels in order; of very many the neighbours together, at their mean."""
    ordered = sorted(levels.items())
    if len(ordered) <= 2 * _GROUPS:
        return ordered
    found = []
    for group in np.array_split(np.arange(len(ordered)), _GROUPS):
        members = [ordered[k] for k in group]
        middle = float(np.mean([place for place, _ in members]))
        found.append((middle, [mean for _, means in members for mean in means]))
    return found
