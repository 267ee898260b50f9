"""What a sweep's results look like on paper: which factors vary, and on which scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kernel.errors import BadInput
from studies.factors import Value, measured
from studies.sweep.design import Design
from worlds.keys import text_of
from worlds.units import duration

Kind = Literal["nothing", "line", "heat map", "scatter", "main effects"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A factor that varies.

    Attributes
    ----------
    levels
        Its different values, in the order of the design (of numbers: of size).
    places
        The numbers they are drawn at; None: they are names, drawn side by side.
    unit
        Of the numbers.
    """

    key: str
    index: int
    levels: tuple[Value, ...]
    places: tuple[float, ...] | None
    unit: str = ""

    @property
    def label(self) -> str:
        """What is written at the axis."""
        return f"{self.key}, {self.unit}" if self.unit else self.key

    def place(self, value: Value) -> float:
        """Return where a level is drawn."""
        k = self.levels.index(value)
        return float(k) if self.places is None else self.places[k]


def axes_of(design: Design) -> list[Axis]:
    """Return the factors of a design that have more than one value."""
    found = []
    for index, key in enumerate(design.factors):
        levels = design.levels(key)
        if len(levels) > 1:
            found.append(_axis(key, index, levels))
    return found


def _axis(key: str, index: int, levels: Sequence[Value]) -> Axis:
    try:
        numbers, unit = _numbers(levels)
    except BadInput:
        return Axis(key=key, index=index, levels=tuple(levels), places=None)
    pairs = sorted(zip(numbers, levels, strict=True), key=lambda pair: pair[0])
    return Axis(
        key=key,
        index=index,
        levels=tuple(level for _, level in pairs),
        places=tuple(number for number, _ in pairs),
        unit=unit,
    )


def _numbers(levels: Sequence[Value]) -> tuple[list[float], str]:
    """Return the levels as numbers of one unit; refuses what is no number."""
    pairs = [measured(level, "", text_of(level)) for level in levels]
    units = {unit for _, unit in pairs}
    if len(units) == 1:
        return [float(number) for number, _ in pairs], pairs[0][1]
    try:
        return [duration(level) / 60_000 for level in levels], "min"
    except ValueError:
        raise BadInput("", "", "numbers of several units") from None


def kind_of(design: Design, axes: Sequence[Axis]) -> Kind:
    """Return the kind of picture that shows so many factors."""
    numbers = [axis for axis in axes if axis.places is not None]
    if not axes:
        return "nothing"
    sampled = any(axis.key in design.sampled for axis in axes)
    if len(axes) == 2 and len(numbers) == 2:
        return "scatter" if sampled else "heat map"
    if len(axes) == 1 or (len(axes) == 2 and len(numbers) < 2):
        return "line"
    return "main effects"
