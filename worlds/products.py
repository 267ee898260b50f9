"""Variants: which options are sold together; and what a route consists of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product as cartesian

from worlds.spec import Condition, Inspection, Product, Step

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


@dataclass(frozen=True, kw_only=True)
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

    @cached_property
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

    def leads(self, index: int, to: int) -> bool:
        """Return whether step ``index`` is ``to`` or one that comes before it."""
        return any(step.index == to for step in self.steps_from(index))

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
