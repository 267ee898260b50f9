"""A Gantt chart: a row for each machine and vehicle, a bar for what it did.

No pyplot: a figure that nobody keeps is nobody's global state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from studies.bars import Bar, Doing
from studies.clock import SHORTEST, Clock
from worlds.spec import World

#: Bars have white edges, and the names of their orders, up to so many in a row.
_MOST_EDGED = 80
_MOST_NAMED = 40
#: So many letters are as wide as the chart.
_LETTERS = 210
_HALF = 0.36  # of the height of a bar; rows are 1 apart

_STYLE: Mapping[Doing, dict[str, Any]] = {
    Doing.CLOSED: {"facecolor": "#eceff1", "edgecolor": "none"},
    Doing.EMPTY: {"facecolor": "#b0bec5", "edgecolor": "none"},
    Doing.SETUP: {"facecolor": "#d9d9d9", "hatch": "//////", "edgecolor": "#7f7f7f"},
    Doing.DOWN: {"facecolor": "#c0392b", "hatch": "xxxx", "edgecolor": "#f2d7d5"},
    Doing.STOPPED: {"facecolor": "#c0392b", "edgecolor": "none"},
}
_PLANNED: Mapping[str, Any] = {"facecolor": "#607d8b", "alpha": 0.55}
_THIN = 0.13  # height of a bar that was planned


class Colours:
    """Which colour the work for an order has, and what the colours mean.

    Parameters
    ----------
    what
        What they stand for, such as "product".
    meaning
        Order -> which of the ``meanings`` it has.
    """

    #: More meanings than that cannot be told apart.
    MOST: ClassVar[int] = 20

    def __init__(
        self, what: str, meaning: Mapping[str, str], meanings: Sequence[str]
    ) -> None:
        self.what, self._meaning = what, meaning
        # Red is kept for what has broken down.
        palette: list[Any] = [colormaps["tab10"](k) for k in range(10) if k != 3]
        if len(meanings) > len(palette):
            palette = [colormaps["tab20"](k) for k in range(20)]
        self.shades = {m: palette[k % len(palette)] for k, m in enumerate(meanings)}

    @classmethod
    def by_order(cls, what: str, orders: Sequence[str]) -> Colours:
        """Return a colour for each order; they repeat if there are too many."""
        return cls(what, {id: id for id in orders}, orders)

    def of(self, order: str | None) -> Any:
        """Return the colour of the work for an order."""
        return self.shades.get(self._meaning.get(order or "", ""), "#607d8b")

    @property
    def patches(self) -> list[Patch]:
        """What a legend shows; nothing if there are more than can be told apart."""
        if len(self.shades) > self.MOST:
            return []
        return [
            Patch(facecolor=shade, label=f"{self.what} {meaning}")
            for meaning, shade in self.shades.items()
        ]


def drawn(
    world: World,
    rows: Sequence[str],
    bars: Sequence[Bar],
    window: tuple[int, int],
    colours: Colours,
    title: str,
    notes: Mapping[str, str] | None = None,
) -> Figure:
    """Return the chart of what happens in the window, ms; a line parts off vehicles.

    Each bar says what it stands for as the URL of its shape, which only an SVG keeps
    (:mod:`studies.report.svg` makes a tooltip of it); ``notes`` add to that, by what
    the bar is about.
    """
    planned = any(bar.doing is Doing.PLANNED for bar in bars)
    height = 1.7 + (0.42 if planned else 0.34) * len(rows)
    figure = Figure(figsize=(15, height), layout="constrained")
    axes = figure.add_subplot()
    clock = Clock(world)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    first, last = window
    axes.set_xlim(clock.at(first), clock.at(max(last, first + SHORTEST)))
    shown: dict[str, list[Bar]] = {row: [] for row in rows}
    seen: set[Doing] = set()
    for bar in bars:
        if bar.end > window[0] and bar.start < window[1] and bar.row in shown:
            shown[bar.row].append(bar)
            seen.add(bar.doing)
    say = _Sayer(clock, notes or {})
    for k, row in enumerate(rows):
        _draw_idle(axes, k, shown[row], clock, say)
        _draw_planned(axes, k, shown[row], clock, colours, say)
        _draw_work(axes, k, shown[row], clock, colours, say)
    machines = sum(machine.id in shown for machine in world.machines)
    if machines < len(rows):
        axes.axhline(machines - 0.5, color="#37474f", linewidth=0.8)
    clock.label(axes)
    axes.set_title(title, loc="left", fontsize=11)
    axes.grid(axis="x", color="#cfd8dc", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right"]].set_visible(False)
    patches = colours.patches + [
        Patch(label=str(doing), **style)
        for doing, style in (*_STYLE.items(), (Doing.PLANNED, _PLANNED))
        if doing in seen
    ]
    figure.legend(
        handles=patches,
        loc="outside lower center",
        ncols=min(max(1, len(patches)), 11),
        frameon=False,
        fontsize=8,
    )
    return figure


class _Sayer:
    """Says in words what bars stand for."""

    def __init__(self, clock: Clock, notes: Mapping[str, str]) -> None:
        self._clock, self._notes = clock, notes

    def __call__(self, bars: Sequence[Bar]) -> list[str]:
        """Return a line for each bar."""
        return [self._line(bar) for bar in bars]

    def _line(self, bar: Bar) -> str:
        words = f"{bar.row}: {bar.doing} {bar.what}".rstrip()
        span = self._clock.span(bar.start, bar.end)
        note = self._notes.get(bar.what) if bar.doing is Doing.WORK else None
        return f"{words}, {span}" + (f"; {note}" if note else "")


def _draw_idle(
    axes: Axes, row: int, bars: Sequence[Bar], clock: Clock, say: _Sayer
) -> None:
    """Draw what is no work: set-ups, breakdowns, closed time, empty drives."""
    half = {Doing.CLOSED: 0.5, Doing.EMPTY: 0.1}
    for doing, style in _STYLE.items():
        found = [bar for bar in bars if bar.doing is doing]
        if found:
            height = half.get(doing, _HALF)
            axes.broken_barh(
                [clock.extent(bar.start, bar.end) for bar in found],
                (row - height, 2 * height),
                linewidth=0,
                zorder=1 if doing is Doing.CLOSED else 3,
                urls=say(found),
                **style,
            )


def _draw_planned(
    axes: Axes,
    row: int,
    bars: Sequence[Bar],
    clock: Clock,
    colours: Colours,
    say: _Sayer,
) -> None:
    """Draw above the work, thin, when it was first planned."""
    found = [bar for bar in bars if bar.doing is Doing.PLANNED]
    if found:
        axes.broken_barh(
            [clock.extent(bar.start, bar.end) for bar in found],
            (row - _HALF - _THIN, _THIN),
            facecolor=[colours.of(bar.order) for bar in found],
            alpha=_PLANNED["alpha"],
            linewidth=0,
            zorder=4,
            urls=say(found),
        )


def _draw_work(
    axes: Axes,
    row: int,
    bars: Sequence[Bar],
    clock: Clock,
    colours: Colours,
    say: _Sayer,
) -> None:
    """Draw work and loaded drives; what overlaps lies in lanes below each other."""
    works = sorted(
        (bar for bar in bars if bar.doing in (Doing.WORK, Doing.LOADED)),
        key=lambda bar: (bar.start, bar.end),
    )
    lanes = _lanes(works)
    height = 2 * _HALF / max(1, len(lanes))
    for lane, inside in enumerate(lanes):
        axes.broken_barh(
            [clock.extent(bar.start, bar.end) for bar in inside],
            (row - _HALF + lane * height, height),
            facecolor=[colours.of(bar.order) for bar in inside],
            edgecolor="white",
            linewidth=0.3 if len(lanes) < 4 and len(works) <= _MOST_EDGED else 0,
            zorder=2,
            urls=say(inside),
        )
    if len(lanes) == 1 and len(works) <= _MOST_NAMED:
        _name(axes, row, works, clock)


def _lanes(bars: Sequence[Bar]) -> list[list[Bar]]:
    """Return bars, sorted by start, in as few lists as it takes that none overlap."""
    lanes: list[list[Bar]] = []
    for bar in bars:
        lane = next((lane for lane in lanes if lane[-1].end <= bar.start), None)
        if lane is None:
            lanes.append([bar])
        else:
            lane.append(bar)
    return lanes


def _name(axes: Axes, row: int, bars: Sequence[Bar], clock: Clock) -> None:
    """Write its order into each bar that has room for it."""
    low, high = axes.get_xlim()
    for bar in bars:
        start, length = clock.extent(bar.start, bar.end)
        name = bar.order or ""
        if length / (high - low) * _LETTERS > len(name) + 0.6:
            axes.text(
                start + length / 2,
                row,
                name,
                ha="center",
                va="center_baseline",
                fontsize=7,
                color="white",
                clip_on=True,
                zorder=4,
            )
