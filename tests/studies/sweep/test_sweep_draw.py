"""Pictures of sweeps: which one is drawn, and that it shows what was found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sweep_bench import write

from studies.case import Outcome
from studies.sweep.design import Design, read_design
from studies.sweep.draw import draw, picture
from studies.sweep.shape import axes_of, kind_of

HEAD = 'world = "cell"\npolicy = "rule"\nreplications = 3\nkpis = ["wip"]\n'
SAMPLED = 'design = "sobol"\nsamples = 32\n'
#: Text of the file -> the kind of picture.
KINDS = {
    "": "nothing",
    "[factors]\nvehicles = [1, 2, 3]": "line",
    '[factors]\npolicy = ["rule", "hybrid"]': "line",
    '[factors]\nvehicles = [1, 2, 3]\npolicy = ["rule", "hybrid"]': "line",
    '[factors]\ntraffic = ["ghost"]\npolicy = ["rule", "hybrid"]': "line",
    '[factors]\npolicy.rule = ["FIFO", "ATC"]\nnetwork = ["none", "wifi"]': "line",
    "[factors]\nvehicles = [1, 2, 3]\nload = [0.5, 0.7]": "heat map",
    SAMPLED
    + "[factors]\nvehicles = { low = 1, high = 6 }\nload = { low = 0.5, high = 1 }": (
        "scatter"
    ),
    SAMPLED + "[factors]\nload = { low = 0.5, high = 1 }": "line",
    "[factors]\nvehicles = [1, 2, 3]\nload = [0.5, 0.7]\nmtbf = [1, 2]": "main effects",
    '[factors]\nvehicles = [1, 2]\nload = [0.5, 0.7]\npolicy = ["rule", "hybrid"]': (
        "main effects"
    ),
    SAMPLED + "[factors]\nvehicles = { low = 1, high = 6 }\n"
    "load = { low = 0.5, high = 1 }\nmtbf = { low = 0.5, high = 2 }": "main effects",
}


def outcomes(design: Design) -> list[Outcome]:
    """Return made-up results: run k has the value k of its KPI; the last run failed."""
    made = [
        Outcome(number=k, seed=design.at(k)[1], kpis={"wip": float(k)})
        for k in range(len(design) - 1)
    ]
    last = len(design) - 1
    seed = design.at(last)[1]
    return [*made, Outcome(number=last, seed=seed, kpis={}, error="bad")]


@pytest.mark.parametrize(("text", "kind"), KINDS.items())
def test_the_picture_fits_the_factors(tmp_path: Path, text: str, kind: str) -> None:
    """By how many factors vary, and whether they are numbers; each can be drawn."""
    design = read_design(write(tmp_path, HEAD + text))
    assert kind_of(design, axes_of(design)) == kind
    drawn = draw(design, outcomes(design), tmp_path)
    assert [path.name for path in drawn] == ["wip.png"] * (kind != "nothing")
    assert all(path.stat().st_size > 5_000 for path in drawn)


def test_a_heat_map_has_bounds(tmp_path: Path) -> None:
    """However many levels there are; some of them are named."""
    loads = ", ".join(f"{0.4 + k / 1000:.3f}" for k in range(90))
    text = f"[factors]\nvehicles = {list(range(1, 61))}\nload = [{loads}]"
    design = read_design(write(tmp_path, HEAD + text))
    figure = picture(design, outcomes(design), "wip", axes_of(design))
    assert figure is not None
    assert all(figure.get_size_inches() <= (20, 14))
    panel = figure.axes[0]
    for axis, count in ((panel.xaxis, 60), (panel.yaxis, 90)):
        ticks = axis.get_ticklocs()
        assert 10 < len(ticks) <= 25
        assert ticks[-1] < count
    assert panel.get_xticklabels()[1].get_text() == "4"


def test_a_line_goes_through_the_means(tmp_path: Path) -> None:
    """One line for each level of the factor that is no number, in order of size."""
    text = '[factors]\nvehicles = [3, 1]\npolicy = ["rule", "hybrid"]'
    design = read_design(write(tmp_path, HEAD + text))
    figure = picture(design, outcomes(design), "wip", axes_of(design))
    assert figure is not None
    (panel,) = figure.axes
    lines = {str(line.get_label()): line for line in panel.get_lines()}
    lines = {name: line for name, line in lines.items() if name[0] != "_"}
    assert list(lines) == ["policy rule", "policy hybrid"]
    rule = lines["policy rule"]
    assert list(rule.get_xdata()) == [1, 3]
    assert list(rule.get_ydata()) == [7, 1]  # means of runs 6 to 8 and 0 to 2


def test_a_heat_map_has_each_mean_at_its_place(tmp_path: Path) -> None:
    """Rows are the second factor from below, columns the first."""
    text = "[factors]\nvehicles = [1, 2]\nload = [0.5, 0.7, 0.8]"
    design = read_design(write(tmp_path, HEAD + text))
    figure = picture(design, outcomes(design), "wip", axes_of(design))
    assert figure is not None
    field = figure.axes[0].images[0].get_array()
    assert field is not None
    assert field.tolist() == [[1, 10], [4, 13], [7, 15.5]]


def test_a_repeated_sample_is_one_observation(tmp_path: Path) -> None:
    """Sampled 32 times, one and two vehicles say as much as listed."""
    listed = '[factors]\npolicy = ["rule", "hybrid"]\nload = [0.5, 0.7]\n'
    once = read_design(write(tmp_path, HEAD + listed + "vehicles = [1, 2]"))
    more = f"{HEAD}{SAMPLED}{listed}vehicles = {{ low = 1, high = 2 }}"
    often = read_design(write(tmp_path, more))
    assert set(often.cells) == set(once.cells)
    drawn = []
    for design in (once, often):
        made = [
            Outcome(number=k, seed=seed, kpis={"wip": 10 * load + vehicles})
            for k in range(len(design))
            for (_, load, vehicles), seed in [design.at(k)]
        ]
        figure = picture(design, made, "wip", axes_of(design))
        assert figure is not None
        lines = [line for panel in figure.axes for line in panel.get_lines()]
        drawn.append(np.concatenate([line.get_ydata() for line in lines]))
    assert drawn[1] == pytest.approx(drawn[0])


def test_nothing_is_drawn_without_values(tmp_path: Path) -> None:
    """A KPI that no run has gives no picture and no traceback."""
    design = read_design(write(tmp_path, HEAD + "[factors]\nvehicles = [1, 2]"))
    none = [Outcome(number=k, seed=1, kpis={}) for k in range(len(design))]
    assert draw(design, none, tmp_path) == []
