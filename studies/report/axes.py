"""What the charts of reports share: how axes look, and the colours of good and bad."""

from __future__ import annotations

from matplotlib.axes import Axes

BLUE, RED = "#3f7fbf", "#c0392b"


def plain(axes: Axes, label: str = "") -> None:
    """Draw a light grid and two spines; name the vertical axis."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#cfd8dc", linewidth=0.5)
    axes.set_axisbelow(True)
    if label:
        axes.set_ylabel(label)
