"""Knobs: one word for what many tables of a world hold, and the values they take."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from kernel.chance import Law
from kernel.errors import BadInput
from worlds.files import loaded_toml, nearest, shown
from worlds.load import scaled_to
from worlds.spec import FailureMode, VehicleGroup, World

SOURCE = "--set"
#: The knobs of a world; ``policy``, ``seed`` and ``days`` are a scenario's.
KNOBS = ("vehicles", "load", "mtbf", "network", "traffic")
_POINT = re.compile(r"^([+-]?)\.(?=\d)")
_SMALLEST = 1e-4  # of a factor; the greatest is its inverse


def value_of(text: str) -> Any:
    """Return what a value stands for: of TOML what it says, else the text itself.

    A number may begin with its point: ``.75``.
    """
    if not text:
        return None
    if "\n" in text or "\r" in text:
        return text
    said = _POINT.sub(r"\g<1>0.", text)
    try:
        found = loaded_toml(f"value = {said}", SOURCE)
    except BadInput:
        return text
    return found["value"] if len(found) == 1 else text


def turned(world: World, key: str, text: str) -> World:
    """Return the world with one knob turned, not yet checked.

    Raises
    ------
    BadInput
        If there is no such knob, or the value is not one for it.
    """
    if key == "vehicles":
        return replace(world, vehicles=_shared_out(world.vehicles, text))
    if key == "load":
        return scaled_to(world, _number(key, text))
    if key == "mtbf":
        return _lasting(world, _number(key, text))
    guess = nearest(key, (*KNOBS, "world"))
    expected = guess or f", expected world.… or one of {', '.join(KNOBS)}"
    raise BadInput(SOURCE, key, "is not a known key" + expected)


def _number(key: str, text: str) -> float:
    found = value_of(text)
    good = isinstance(found, int | float) and not isinstance(found, bool)
    if not good or not _SMALLEST <= found <= 1 / _SMALLEST:
        problem = f"{shown(text)}, expected a number above 0, such as 0.9"
        raise BadInput(SOURCE, key, problem)
    return float(found)


def _shared_out(
    groups: tuple[VehicleGroup, ...], text: str
) -> tuple[VehicleGroup, ...]:
    """Return the groups with so many vehicles in all, shared out as they are now."""
    number = value_of(text)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        problem = f"{shown(text)}, expected a whole number of at least 1"
        raise BadInput(SOURCE, "vehicles", problem)
    if not groups:
        problem = f"{number}, expected a world that has vehicles"
        raise BadInput(SOURCE, "vehicles", problem)
    total = sum(group.count for group in groups)
    shares = [number * group.count // total for group in groups]
    # What is left over goes to those who lost most by rounding.
    lost = [number * group.count % total for group in groups]
    for i in sorted(range(len(groups)), key=lambda i: -lost[i])[: number - sum(shares)]:
        shares[i] += 1
    return tuple(
        replace(group, count=share) for group, share in zip(groups, shares, strict=True)
    )


def _lasting(world: World, factor: float) -> World:
    """Return the world with the lives of all machines multiplied."""

    def longer(life: Law) -> Law:
        times = ("value", "low", "high", "mode", "mean", "median")
        names = [name for name in times if name in life.__slots__]
        now = {name: getattr(life, name) for name in names}
        changed: Any = {name: float(round(v * factor)) for name, v in now.items()}
        return replace(life, **changed)

    def mode_of(mode: FailureMode) -> FailureMode:
        return replace(mode, life=longer(mode.life))

    try:
        machines = tuple(
            replace(machine, failures=tuple(map(mode_of, machine.failures)))
            for machine in world.machines
        )
    except ValueError as error:  # a law of which nothing is left
        raise BadInput(SOURCE, "mtbf", f"{factor:g}, {error}") from None
    return replace(world, machines=machines)
