"""Section of a report: plan against execution, and who was busy when."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from kernel.events import Event
from measures.planned import adherence, executions
from studies.bars import Bar, Doing, bars_of
from studies.clock import Clock
from studies.draw import all_rows, gantt, length
from studies.report.page import Chart, Section
from studies.report.svg import SMALL, WIDTH
from studies.tables import shown
from worlds.spec import World

#: The whole run is shown in so many columns.
_CELLS = 120
#: More machines and vehicles than that make a page too large to send.
_MOST_ROWS = 60


def execution_section(world: World, events: Sequence[Event]) -> Section:
    """Show plan against execution."""
    done = executions(events)
    kept = adherence(done)
    text = []
    if kept is None:
        text.append(
            "The policy made no plans: the chart shows the execution alone."
            if done
            else "No operation was begun."
        )
    else:
        text.append(
            f"Of {kept.operations:,} operations {kept.planned:,} were in a plan before "
            f"they began, by the median {length(world, kept.ahead)} ahead. "
            f"{shown(kept.kept, 'share')} were done on the machine first planned. "
            f"They began {_signed(world, kept.median)} than first planned by the "
            f"median; from {_signed(world, kept.early)} (a tenth still earlier) to "
            f"{_signed(world, kept.late)} (a tenth still later)."
        )
        text.append(
            "Thin bars above the work say when it was first planned there. Plans are "
            "made anew all the time: a factory follows its latest one."
        )
    text.append("Point at a bar, or tap it, to read what it stands for.")
    bars = bars_of(events)
    everything = all_rows(world)
    rows = _busiest(everything, bars)
    if len(rows) < len(everything):
        text.append(
            f"Of {len(everything)} machines and vehicles the {len(rows)} that did the "
            "most are shown."
        )
    end = events[-1].time if events else 0
    return Section(
        title="Plan and execution",
        text=text,
        parts=[
            Chart(
                figure=gantt(world, events, rows=rows, bars=bars, done=done),
                caption="What machines and vehicles did"
                + ("" if kept is None else "; above it, thin, when it was planned"),
                wide=True,
            ),
            Chart(
                figure=use_over_time(world, rows, bars, end),
                caption="Share of time at work, set up or driving over the whole run",
            ),
        ],
    )


def _busiest(rows: Sequence[str], bars: Sequence[Bar]) -> list[str]:
    """Return those that did the most, in their order, if they are too many to show."""
    if len(rows) <= _MOST_ROWS:
        return list(rows)
    busy = dict.fromkeys(rows, 0)
    for bar in bars:
        if bar.doing in _BUSY and bar.row in busy:
            busy[bar.row] += bar.end - bar.start
    most = set(sorted(rows, key=lambda row: -busy[row])[:_MOST_ROWS])
    return [row for row in rows if row in most]


def _signed(world: World, ms: float) -> str:
    return f"{length(world, abs(ms))} {'later' if ms >= 0 else 'earlier'}"


#: From nothing to all: it lets the page through where little is done.
_FADING = LinearSegmentedColormap.from_list(
    "fading", [(0.25, 0.5, 0.75, 0.0), (0.25, 0.5, 0.75, 0.55), (0.85, 0.3, 0.1, 1.0)]
)
_BUSY = {Doing.WORK, Doing.LOADED, Doing.EMPTY, Doing.SETUP}


@rc_context(SMALL)
def use_over_time(
    world: World, rows: Sequence[str], bars: Sequence[Bar], end: int
) -> Figure:
    """Return how busy each machine and vehicle was over the whole run."""
    busy = np.zeros((len(rows), _CELLS))
    place = {row: k for k, row in enumerate(rows)}
    width = max(1, end) / _CELLS
    until: dict[str, int] = {}
    for bar in sorted(bars, key=lambda bar: bar.start):
        if bar.doing not in _BUSY or bar.row not in place:
            continue
        start = max(bar.start, until.get(bar.row, 0))  # a machine counts once
        until[bar.row] = max(bar.end, start)
        for k in range(int(start / width), min(_CELLS - 1, int(bar.end / width)) + 1):
            inside = min(bar.end, (k + 1) * width) - max(start, k * width)
            busy[place[bar.row], k] += max(0.0, inside) / width
    figure = Figure(figsize=(WIDTH, 0.8 + 0.13 * len(rows)), layout="constrained")
    axes, clock = figure.add_subplot(), Clock(world)
    image = axes.imshow(
        busy,
        aspect="auto",
        interpolation="nearest",
        cmap=_FADING,
        vmin=0,
        vmax=1,
        extent=(clock.at(0), clock.at(max(1, end)), len(rows) - 0.5, -0.5),
    )
    axes.set_yticks(range(len(rows)), rows, fontsize=6)
    axes.tick_params(axis="y", length=0)
    clock.label(axes, ticks=9)
    bar_axes = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.01)
    bar_axes.set_ticks([0, 0.5, 1], labels=["0 %", "50 %", "100 %"])
    return figure
