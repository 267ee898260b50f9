"""Variants: which options are sold together, and how each variant is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product as cartesian

from worlds.spec import Condition, Inspection, Product, Step, World

_QUOTE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMode:
    """A machine that can do a step: ``lot_time + pieces * time`` ms."""

    machine: str
    time: int
    lot_time: int

    def duration(self, pieces: int) -> int:
        """Return the nominal duration of the step for so many pieces, ms."""
        return self.lot_time + pieces * self.time


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep:
    """A step of one variant, with positions instead of names.

    ``chain`` is the id of the first step of the unbranched run of steps it belongs
    to: the lots of a chain are one lot as long as nothing fails inspection.
    """

    index: int
    id: str
    chain: str
    modes: tuple[RouteMode, ...]
    family: str | None
    predecessors: tuple[int, ...]
    successor: int | None
    defects_per_million: float
    opportunities: int
    inspection: Inspection | None
    rework: tuple[RouteMode, ...]
    materials: tuple[tuple[str, int], ...]  # (material, quantity per piece)

    @property
    def quickest(self) -> RouteMode:
        """The mode with the least time per piece."""
        return min(self.modes, key=lambda m: (m.time, m.lot_time, m.machine))


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How a variant is made: steps in an order that respects precedence."""

    product: str
    options: tuple[tuple[str, str], ...]
    steps: tuple[RouteStep, ...]
    price: float

    @property
    def variant(self) -> str:
        """A name of the variant, the same for the same options."""
        return "/".join((self.product, *(choice for _, choice in self.options)))

    @property
    def starts(self) -> tuple[RouteStep, ...]:
        """The steps without predecessors, each the first of a chain."""
        return tuple(step for step in self.steps if not step.predecessors)

    def content(self, pieces: int) -> int:
        """Return the work content of so many pieces, ms (least times, no set-ups)."""
        return sum(step.quickest.duration(pieces) for step in self.steps)

    def steps_from(self, index: int) -> Iterator[RouteStep]:
        """Yield step ``index`` and those that follow it, to the end."""
        at: int | None = index
        while at is not None:
            yield self.steps[at]
            at = self.steps[at].successor

    def tail(self, index: int, pieces: int) -> int:
        """Return the least time from the start of step ``index`` to the end, ms."""
        return sum(step.quickest.duration(pieces) for step in self.steps_from(index))


def holds(condition: Condition, options: Mapping[str, str]) -> bool:
    """Return whether the options satisfy a condition."""
    return all(options.get(name) in choices for name, choices in condition.items())


def sold(product: Product, options: Mapping[str, str]) -> bool:
    """Return whether the rules of the product allow these options together."""
    return all(
        holds(rule.then, options)
        for rule in product.rules
        if holds(rule.given, options)
    )


def variants(product: Product) -> Iterator[dict[str, str]]:
    """Yield the options of every variant that is sold."""
    names = [option.id for option in product.options]
    choices = [[choice.id for choice in option.choices] for option in product.options]
    for values in cartesian(*choices):
        options = dict(zip(names, values, strict=True))
        if sold(product, options):
            yield options


def quoted(text: str) -> tuple[str, ...]:
    """Return the options a set-up family quotes."""
    return tuple(_QUOTE.findall(text))


def family_of(step: Step, options: Mapping[str, str]) -> str | None:
    """Return the set-up family of a step for these options."""
    if step.family is None:
        return None
    return _QUOTE.sub(lambda match: options[match[1]], step.family)


def predecessors(steps: tuple[Step, ...]) -> dict[str, tuple[str, ...]]:
    """Return the steps before each step, the default (the one above) written out."""
    before: dict[str, tuple[str, ...]] = {}
    above: tuple[str, ...] = ()
    for step in steps:
        before[step.id] = above if step.after is None else step.after
        above = (step.id,)
    return before


def _kept(product: Product, options: Mapping[str, str]) -> list[tuple[Step, list[str]]]:
    """Return the steps this variant has, each with its predecessors among them.

    A step that is left out hands its own predecessors on to its successor.
    """
    before = predecessors(product.steps)
    kept = {step.id for step in product.steps if holds(step.when, options)}

    def reach(id: str) -> list[str]:
        if id in kept:
            return [id]
        return [found for up in before[id] for found in reach(up)]

    return [
        (step, [found for up in before[step.id] for found in reach(up)])
        for step in product.steps
        if step.id in kept
    ]


def route_of(world: World, product: Product, options: Mapping[str, str]) -> Route:
    """Return how the variant with these options is made.

    Steps must be listed after their predecessors (the reader has seen to it).
    """
    able: dict[str, list[tuple[str, float]]] = {}
    for machine in world.machines:
        for capability in machine.capabilities:
            able.setdefault(capability, []).append((machine.id, machine.pace))

    def by_capability(capability: str, time: float, once: float) -> list[RouteMode]:
        return [
            RouteMode(machine=id, time=round(time * pace), lot_time=round(once * pace))
            for id, pace in able.get(capability, ())
        ]

    kept = _kept(product, options)
    position = {step.id: i for i, (step, _) in enumerate(kept)}
    successor = {position[up]: position[s.id] for s, ups in kept for up in ups}
    chains: list[str] = []
    steps: list[RouteStep] = []
    for index, (step, ups) in enumerate(kept):
        time = float(step.time)
        for change in step.changes:
            if holds(change.when, options):
                time = time * change.factor + change.add
        if step.capability is not None:
            modes = by_capability(step.capability, time, step.lot_time)
        else:
            modes = [
                RouteMode(machine=m.machine, time=m.time, lot_time=step.lot_time)
                for m in step.modes
            ]
        rework = step.inspection.rework if step.inspection else None
        chains.append(chains[position[ups[0]]] if len(ups) == 1 else step.id)
        steps.append(
            RouteStep(
                index=index,
                id=step.id,
                chain=chains[index],
                modes=tuple(modes),
                family=family_of(step, options),
                predecessors=tuple(position[up] for up in ups),
                successor=successor.get(index),
                defects_per_million=step.defects_per_million,
                opportunities=step.opportunities,
                inspection=step.inspection,
                rework=tuple(by_capability(rework.capability, rework.time, 0))
                if rework
                else (),
                materials=tuple(
                    (line.material, line.per_piece)
                    for line in product.materials
                    if line.step == step.id and holds(line.when, options)
                ),
            )
        )
    surcharge = sum(
        choice.price
        for option in product.options
        for choice in option.choices
        if choice.id == options[option.id]
    )
    return Route(
        product=product.id,
        options=tuple((option.id, options[option.id]) for option in product.options),
        steps=tuple(steps),
        price=product.price + surcharge,
    )
