"""The picture of a tuning: what was tried, and how much each key decides."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from measures.statistics import mean_interval
from studies.glyphs import any_script
from studies.tables import shown
from studies.tune.candidate import Candidate
from studies.tune.execute import Tuned
from studies.tune.results import heads_of, values_of
from studies.whole import written_whole

PICTURE = "tune.png"


def draw(tuned: Tuned) -> Path:
    """Draw what was tried, and how much each key decides; return the file.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    path = tuned.folder / PICTURE
    with written_whole(path) as file, any_script():
        picture(tuned).savefig(file, format="png", dpi=120)
    return path


def picture(tuned: Tuned) -> Figure:
    """Return what was tried, and how much each key decides."""
    figure = Figure(figsize=(10.5, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    if len(tuned.tuning.aims) == 1:
        _tried(tuned, left)
    else:
        _front(tuned, left)
    _shares(tuned, right)
    for panel in (left, right):
        panel.spines[["top", "right"]].set_visible(False)
    world = tuned.tuning.base.world.name
    figure.suptitle(f"tuning of {world}: {tuned.runs} runs", fontsize=11)
    return figure


def _tried(tuned: Tuned, panel: Axes) -> None:
    """One aim: every configuration as it was proposed, under the seeds all have had."""
    head, unit = heads_of(tuned)[0]
    sound = [one for one in tuned.candidates if not one.broken]
    seeds = min(len(one.losses) for one in sound)

    def mean(one: Candidate) -> float:
        return mean_interval(values_of(tuned, one)[0][:seeds]).mean

    def dots(chosen: list[Candidate], colour: str, label: str) -> None:
        numbers = [one.number for one in chosen]
        means = [mean(one) for one in chosen]
        panel.scatter(numbers, means, s=36, color=colour, linewidth=0, label=label)

    dots([one for one in sound if len(one.losses) == seeds], "#bbbbbb", "not a leader")
    dots(
        [one for one in sound if len(one.losses) > seeds],
        "#4477aa",
        "leader, tried under more seeds",
    )
    best = tuned.front[0]
    most = shown(mean_interval(values_of(tuned, best)[0]).mean, unit)
    label = f"the best: {most} under {len(best.losses)} seeds"
    panel.scatter(
        best.number, mean(best), marker="*", s=220, color="#ee6677", label=label
    )
    panel.set_xlabel("configuration, in the order proposed")
    panel.set_ylabel(f"{head}, mean of the first {seeds} seeds")
    panel.legend(frameon=False, fontsize=8)


def _front(tuned: Tuned, panel: Axes) -> None:
    """Several aims: the first two, the front joined, the present plant marked."""
    sound = [one for one in tuned.candidates if not one.broken]

    def place(one: Candidate) -> tuple[float, float]:
        x, y = (mean_interval(values).mean for values in values_of(tuned, one)[:2])
        return x, y

    x, y = zip(*map(place, sound), strict=True)
    panel.scatter(x, y, s=18, color="#bbbbbb", label="configuration")
    x, y = zip(*sorted(map(place, tuned.front)), strict=True)
    panel.plot(x, y, "o-", ms=6, color="#ee6677", label="front, under most seeds")
    if tuned.winners:
        at = [interval.mean for interval in tuned.winners[0].present[:2]]
        panel.plot(*at, "X", ms=9, color="#222222", label="present plant, fresh seeds")
        own = [[interval.mean for interval in w.tuned[:2]] for w in tuned.winners]
        x, y = zip(*own, strict=True)
        panel.plot(
            x, y, "D", ms=8, mfc="none", color="#ee6677", label="front, the same"
        )
    (first, _), (second, _) = heads_of(tuned)[:2]
    panel.set_xlabel(first)
    panel.set_ylabel(second)
    panel.legend(frameon=False, fontsize=8)


def _shares(tuned: Tuned, panel: Axes) -> None:
    """How much each key decides, a bar an aim."""
    keys = list(tuned.tuning.space)
    colours = ("#4477aa", "#ee6677", "#228833", "#ccbb44")
    shares_of = tuned.importance.shares
    high = 0.8 / len(shares_of)
    for k, (kpi, found) in enumerate(shares_of.items()):
        at = [i + high * k for i in range(len(keys))]
        shares = [100 * found.get(key, 0.0) for key in keys]
        panel.barh(at, shares, high * 0.9, color=colours[k % 4], label=kpi)
    middle = high * (len(shares_of) - 1) / 2
    panel.set_yticks([i + middle for i in range(len(keys))], keys)
    panel.invert_yaxis()
    panel.set_xlabel("share of the variance, %")
    if len(shares_of) > 1:
        panel.legend(frameon=False, fontsize=8)
