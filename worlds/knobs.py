"""Knobs: one word for what many tables of a world hold, and the values they take.

``machines.ID`` is one too: a second machine is a table of its own, and an entry
wherever a step lists the machines that can do it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from kernel.chance import Law
from kernel.errors import BadInput
from worlds.files import loaded_toml, nearest, shown
from worlds.load import scaled_to
from worlds.spec import FailureMode, Machine, Step, VehicleGroup, World

SOURCE = "--set"
#: The knobs of a world; ``policy``, ``seed`` and ``days`` are a scenario's.
KNOBS = ("vehicles", "load", "mtbf", "network", "traffic")
#: No knobs, and easily taken for some.
_OF_WORLD = ("world.days", "world.warm_up", "world.cool_down")
#: Begins the knob of a machine: how many there are of it.
MACHINES = "machines."
_MOST_VEHICLES = 10_000  # of a group
_MOST_ALIKE = 1_000
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
    if key.startswith(MACHINES):
        return _alike(world, key, text)
    guess = nearest(key, (*KNOBS, "world", *_OF_WORLD))
    others = "world.…, policy.…, planner.…, machines.ID"
    expected = guess or f", expected {others} or one of {', '.join(KNOBS)}"
    raise BadInput(SOURCE, key, "is not a known key" + expected)


def _number(key: str, text: str) -> float:
    found = value_of(text)
    good = isinstance(found, int | float) and not isinstance(found, bool)
    if not good or not _SMALLEST <= found <= 1 / _SMALLEST:
        most = f"{1 / _SMALLEST:g}"
        problem = f"{_told(text)}, expected a number above 0, at most {most}"
        raise BadInput(SOURCE, key, problem)
    return float(found)


def _told(text: str) -> str:
    """Return a value as a refusal quotes it; its own quotes are not quoted again."""
    found = value_of(text)
    return shown(found if isinstance(found, str) else text)


def _shared_out(
    groups: tuple[VehicleGroup, ...], text: str
) -> tuple[VehicleGroup, ...]:
    """Return the groups with so many vehicles in all, shared out as they are now."""
    number, most = value_of(text), _MOST_VEHICLES * max(1, len(groups))
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        problem = (
            f"{_told(text)}, expected a whole number of at least 1, at most {most}"
        )
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


def _alike(world: World, key: str, text: str) -> World:
    """Return the world with so many machines alike where there was one.

    The others are called ``ID-2``, ``ID-3``, ... and stand beside it, at its node. Each
    has buffers, set-up and luck of its own, and can do what the first can do. Nobody is
    hired to tend them.
    """
    id = key.removeprefix(MACHINES)
    known = {machine.id: machine for machine in world.machines}
    if id not in known:
        names = [MACHINES + name for name in known]
        expected = nearest(key, names) or f", expected one of {', '.join(names[:8])}"
        raise BadInput(SOURCE, key, "is not a known key" + expected)
    number = value_of(text)
    whole = isinstance(number, int) and not isinstance(number, bool)
    if not whole or not 1 <= number <= _MOST_ALIKE:
        problem = f"{_told(text)}, expected a whole number from 1 to {_MOST_ALIKE}"
        raise BadInput(SOURCE, key, problem)
    more = [f"{id}-{n}" for n in range(2, number + 1)]
    taken = next((name for name in more if name in known), None)
    if taken is not None:
        raise BadInput(SOURCE, key, f"{number}, but there is a machine {taken} already")

    def with_more(machine: Machine) -> tuple[Machine, ...]:
        others = more if machine.id == id else ()
        return machine, *(replace(machine, id=name) for name in others)

    def may_use(step: Step) -> Step:
        new = [
            replace(m, machine=n) for m in step.modes if m.machine == id for n in more
        ]
        return replace(step, modes=(*step.modes, *new))

    return replace(
        world,
        machines=tuple(m for machine in world.machines for m in with_more(machine)),
        products=tuple(
            replace(product, steps=tuple(map(may_use, product.steps)))
            for product in world.products
        ),
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
