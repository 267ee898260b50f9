"""A panel of a forest plot: the differences of one KPI with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from measures.statistics import Interval
from studies.compare.experiment import Experiment
from studies.compare.table import over_cells
from studies.tables import literal, unit_of, wanted

#: Inches of a line that has a row of its own, and of one among several.
_ALONE, _AMONG = 0.3, 0.17
#: What lies between two rows of several lines, in lines.
_GAP = 0.7
_MOST_CELLS = 200
#: If some lines go so many times farther than three in four, the scale ends before.
_FAR = 4.0


class Line(NamedTuple):
    """One difference: in the row of this name, in the colour of the other name."""

    row: str
    colour: str
    plain: Interval
    bootstrap: Interval
    pooled: bool = False

    @property
    def ends(self) -> list[float]:
        """How far it goes."""
        return [end for end in (*self.plain, *self.bootstrap) if end is not None]


class Panel(NamedTuple):
    """All differences of a KPI, row by row; ``about``: what they are of."""

    lines: list[Line]
    about: str

    @property
    def rows(self) -> list[list[Line]]:
        """The lines of each row."""
        rows: dict[str, list[Line]] = {}
        for line in self.lines:
            rows.setdefault(line.row, []).append(line)
        return list(rows.values())

    @property
    def names(self) -> list[tuple[str, int]]:
        """The name of each row, and how many lines it has."""
        return [(row[0].row, len(row)) for row in self.rows]

    @property
    def inches(self) -> float:
        """How tall the rows are."""
        gap, rows = self._gap, self.rows
        each = _AMONG if gap else _ALONE
        return max(2 * _ALONE, each * (len(self.lines) + gap * len(rows)))

    @property
    def _gap(self) -> float:
        """What lies between two rows, in lines: nothing if each has but one."""
        return _GAP if any(len(row) > 1 for row in self.rows) else 0.0

    def draw(self, axis: Any, colours: Mapping[str, str], *, named: bool) -> None:
        """Draw the lines; ``named``: with the names of the rows to the left."""
        place, middles = 0.0, []
        gap, reach = self._gap, self._reach()
        for row in self.rows:
            if place:
                axis.axhline(place - 0.5, color="0.88", linewidth=0.7, zorder=0)
            place += gap / 2
            middles.append(place + (len(row) - 1) / 2)
            for line in row:
                _draw_line(axis, place, line, colours[line.colour], reach)
                place += 1
            place += gap / 2
        axis.axvline(0, color="0.25", linewidth=1, zorder=1)
        if reach is not None:
            room = 0.05 * (reach[1] - reach[0])
            axis.set_xlim(reach[0] - room, reach[1] + room)
        names = [literal(name) if named else "" for name, _ in self.names]
        axis.set_yticks(middles, names, fontsize=9)
        axis.tick_params(axis="y", length=0)
        axis.tick_params(axis="x", labelsize=8)
        axis.set_ylim(place - 0.5, -0.5)
        axis.set_xlabel(literal(self.about), fontsize=9)
        axis.grid(axis="x", color="0.92", linewidth=0.7)
        axis.set_axisbelow(True)
        axis.locator_params(axis="x", nbins=7)
        for side in ("top", "right", "left"):
            axis.spines[side].set_visible(False)

    def _reach(self) -> tuple[float, float] | None:
        """Return where the scale ends, if a few lines would squeeze the others."""
        ends = [(min(line.ends), max(line.ends)) for line in self.lines]
        far = sorted(max(-low, high) for low, high in ends)
        far = [reach for reach in far if reach > 0]
        usual = _FAR * far[(3 * len(far)) // 4 - 1] if len(far) > 3 else None
        if usual is None or far[-1] <= usual:
            return None
        low = max(-usual, min(low for low, _ in ends))
        high = min(usual, max(high for _, high in ends))
        return min(0.0, low), max(0.0, high)


def panel_of(experiment: Experiment, kpi: str, *, by_policy: bool) -> Panel:
    """Return the differences of a KPI: in percent of the reference if all can be.

    ``by_policy``: policies have rows and cells colours, else the other way about.
    """
    first = experiment.first
    found = [
        (cell.label or first.called(policy), policy, difference)
        for cell in experiment.cells[:_MOST_CELLS]
        for policy in cell.others
        if (difference := cell.difference(policy, kpi)) is not None
    ]
    relative = all(difference.base for _, _, difference in found)
    told = []
    for cell, policy, difference in found:
        plain, bootstrap = difference.absolute, difference.bootstrap
        if relative:
            plain = difference.percent or plain
            bootstrap = difference.bootstrap_percent or bootstrap
        told.append((cell, policy, plain, bootstrap, False))
    if relative:
        for name, policy, over, _ in over_cells(experiment, kpi):
            told.append((name, policy, Interval(over.mean, None, None), over, True))
    lines = []
    for cell, policy, plain, bootstrap, pooled in told:
        names = (first.called(policy), cell)
        row, colour = names if by_policy else reversed(names)
        lines.append(Line(row, colour, plain, bootstrap, pooled))
    order = {row: k for k, row in enumerate(dict.fromkeys(line.row for line in lines))}
    unit = f"% of {first.against}" if relative else unit_of(kpi, first.unit)
    about = ", ".join(filter(None, (kpi, unit, wanted(kpi))))
    return Panel(sorted(lines, key=lambda line: order[line.row]), about)


def _draw_line(
    axis: Any, place: float, line: Line, colour: str, reach: tuple[float, float] | None
) -> None:
    """Draw a difference; off the scale it is written at its end, cut it has a tip."""
    plain, resampled = line.plain, line.bootstrap
    low, high = reach or (min(line.ends), max(line.ends))
    for ends, below, width in ((plain, 0.0, 3), (resampled, 0.25, 1)):
        if ends.low is not None and ends.high is not None:
            shown = [min(max(end, low), high) for end in (ends.low, ends.high)]
            axis.plot(
                *(shown, [place + below] * 2),
                color=colour,
                linewidth=width,
                solid_capstyle="butt",
            )
    if min(line.ends) < low:
        axis.plot([low], [place], marker="<", markersize=6, color=colour)
    if max(line.ends) > high:
        axis.plot([high], [place], marker=">", markersize=6, color=colour)
    if not low <= plain.mean <= high:
        right = plain.mean > high
        text = f"{plain.mean:.3g} ▸" if right else f"◂ {plain.mean:.3g}"
        side, at = ("right", high) if right else ("left", low)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        axis.text(
            *(at, place, text), ha=side, va="center", fontsize=7, color=colour, bbox=box
        )
        return
    marker, size = ("D", 6) if line.pooled else ("o", 4.5)
    axis.plot([plain.mean], [place], marker=marker, markersize=size, color=colour)
