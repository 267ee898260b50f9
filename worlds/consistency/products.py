"""Products: options, routings, bills of material, set-up families of their steps."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from worlds.consistency.flaw import Flaw, outside, repeated, unknown
from worlds.files import shown
from worlds.load import inspected
from worlds.products import family_of, holds, predecessors, quoted, variants
from worlds.spec import Product, Step, World

MOST_VARIANTS = 200_000  # combinations of options, over all products
MOST_STEPS = 200_000
MOST_SCRAP = 0.95
_RESERVED = ("qty", "due")  # words of the disturbance `rush`
_Options = dict[str, frozenset[str]]


def flaws(world: World) -> Iterator[Flaw]:
    """Yield what is wrong with products and how they are made."""
    combinations = sum(
        prod(len(option.choices) for option in product.options)
        for product in world.products
    )
    if combinations > MOST_VARIANTS:
        problem = f"{combinations} combinations of options, expected at most"
        yield "products", f"{problem} {MOST_VARIANTS}"
        return
    steps = sum(len(product.steps) for product in world.products)
    if steps > MOST_STEPS:
        yield "products", f"{steps} steps in all, expected at most {MOST_STEPS}"
    machines = {machine.id for machine in world.machines}
    able: dict[str, list[str]] = {}
    for machine in world.machines:
        for capability in machine.capabilities:
            able.setdefault(capability, []).append(machine.id)
    for product in world.products:
        place = f"products.{product.id}"
        yield from _options(place, product)
        options = {
            option.id: frozenset(choice.id for choice in option.choices)
            for option in product.options
        }
        yield from repeated(f"{place}.steps", (step.id for step in product.steps))
        for step in product.steps:
            at = f"{place}.steps.{step.id}"
            yield from _step(at, step, options, able, machines)
        yield from _routing(place, product)
        yield from _scrap(place, product)
        yield from _room(place, product, able, world)
        yield from _materials(place, product, options, world)
    yield from _variants(world, able)


def _options(place: str, product: Product) -> Iterator[Flaw]:
    yield from repeated(f"{place}.options", (option.id for option in product.options))
    options: _Options = {}
    for option in product.options:
        at = f"{place}.options.{option.id}"
        if option.id in _RESERVED:
            yield at, f"{shown(option.id)} is a reserved word, expected another id"
        yield from repeated(f"{at}.choices", (choice.id for choice in option.choices))
        if not any(choice.share for choice in option.choices):
            yield f"{at}.choices", "all shares are 0, expected one above 0"
        options[option.id] = frozenset(choice.id for choice in option.choices)
    for k, rule in enumerate(product.rules):
        yield from outside(f"{place}.rules.{k}.given", rule.given, options)
        yield from outside(f"{place}.rules.{k}.then", rule.then, options)


def _step(
    place: str,
    step: Step,
    options: _Options,
    able: dict[str, list[str]],
    machines: set[str],
) -> Iterator[Flaw]:
    if step.capability is None and not step.modes:
        yield place, "nothing can do it, expected a capability (or modes)"
    if step.capability is not None:
        if step.modes:
            yield f"{place}.modes", "beside a capability, expected one of the two"
        what = "a capability of some machine"
        yield from unknown(f"{place}.capability", step.capability, able, what)
    if step.modes:
        for mode in step.modes:
            yield from unknown(f"{place}.modes", mode.machine, machines, "a machine")
        yield from repeated(f"{place}.modes", (mode.machine for mode in step.modes))
        if step.time or step.changes:
            problem = "has no effect beside modes, expected the time in each mode"
            yield f"{place}.{'time' if step.time else 'changes'}", problem
    yield from outside(f"{place}.when", step.when, options)
    for k, change in enumerate(step.changes):
        yield from outside(f"{place}.changes.{k}.when", change.when, options)
    if step.family is not None:
        for name in quoted(step.family):
            yield from unknown(f"{place}.family", name, options, "an option")
    if step.inspection is not None and step.inspection.rework is not None:
        at = f"{place}.inspection.rework.capability"
        capability = step.inspection.rework.capability
        yield from unknown(at, capability, able, "a capability of some machine")


def _scrap(place: str, product: Product) -> Iterator[Flaw]:
    """Yield steps that would scrap nearly all: what is scrapped is made again.

    An inspection finds the defects of the steps before it; those that some variants
    leave out are not counted.
    """
    sound: dict[
        str, float
    ] = {}  # probability that a piece leaves a step without defect
    before = predecessors(product.steps)
    for step in product.steps:
        good = prod(sound.get(up, 1.0) for up in before[step.id])
        if not step.when:
            good *= (1 - step.defects_per_million / 1e6) ** step.opportunities
        if step.inspection is not None:
            _, scrap, passed = inspected(1 - good, step.inspection)
            if scrap > MOST_SCRAP:
                problem = f"{scrap:.1%} of the pieces would be scrapped here, expected"
                at = f"{place}.steps.{step.id}"
                yield at, f"{problem} at most {MOST_SCRAP:.0%}: no order would be done"
            good = 1 - passed
        sound[step.id] = good


def _routing(place: str, product: Product) -> Iterator[Flaw]:
    """Yield flaws of precedence: it must be a tree that ends in one final step."""
    before = predecessors(product.steps)
    for id, ups in before.items():
        at = f"{place}.steps.{id}.after"
        for up in ups:
            yield from unknown(at, up, before, "a step")
        yield from repeated(at, ups)
    cycle = _cycle(before)
    if cycle:
        way = " -> ".join(cycle)
        yield f"{place}.steps", f"cyclic: {way}, expected steps that come to an end"
    listed: set[str] = set()
    followed: dict[str, str] = {}
    for id, ups in before.items():
        at = f"{place}.steps.{id}.after"
        for up in ups:
            if up not in listed:
                yield at, f"{shown(up)} is written below, expected a step above"
            if up in followed:
                problem = f"{shown(up)} already leads to {followed[up]}, expected a"
                yield at, f"{problem} step with at most one successor"
            followed[up] = id
        listed.add(id)
    final = [id for id in before if id not in followed]
    if len(final) > 1:
        problem = f"{', '.join(final[:5])} are all last, expected one final step"
        yield f"{place}.steps", problem


def _room(
    place: str, product: Product, able: dict[str, list[str]], world: World
) -> Iterator[Flaw]:
    """Yield assemblies with more branches than a machine has slots for parts."""
    slots = {machine.id: machine.input_buffer for machine in world.machines}
    before = predecessors(product.steps)
    for step in product.steps:
        branches = len(before.get(step.id, ()))
        named = [mode.machine for mode in step.modes]
        for machine in named or able.get(step.capability or "", []):
            if slots.get(machine, branches) < branches:
                problem = f"{slots[machine]} slots, but step {step.id} of {place} joins"
                yield (
                    f"machines.{machine}.input_buffer",
                    f"{problem} {branches} branches, expected a slot for each",
                )


def _cycle(before: dict[str, tuple[str, ...]]) -> list[str]:
    """Return steps that wait for each other in a circle, in working order, or []."""
    done: set[str] = set()
    for root in before:
        way: list[str] = []
        on_way: set[str] = set()
        stack: list[tuple[str, bool]] = [(root, False)]
        while stack:
            id, left = stack.pop()
            if left:
                way.pop()
                on_way.discard(id)
                done.add(id)
            elif id in on_way:
                return [id, *reversed(way[way.index(id) :])]
            elif id not in done:
                way.append(id)
                on_way.add(id)
                stack.append((id, True))
                stack.extend((up, False) for up in before[id])
    return []


def _materials(
    place: str, product: Product, options: _Options, world: World
) -> Iterator[Flaw]:
    materials = {material.id for material in world.materials}
    steps = {step.id for step in product.steps}
    for k, line in enumerate(product.materials):
        at = f"{place}.materials.{k}"
        yield from unknown(f"{at}.material", line.material, materials, "a material")
        yield from unknown(f"{at}.step", line.step, steps, "a step")
        yield from outside(f"{at}.when", line.when, options)


def _variants(world: World, able: dict[str, list[str]]) -> Iterator[Flaw]:
    """Yield flaws that show only in some of the variants that are sold."""
    matrices = {matrix.id: frozenset(matrix.families) for matrix in world.setups}
    setups = {m.id: m.setup for m in world.machines if m.setup is not None}
    for product in world.products:
        place = f"products.{product.id}"
        sold = list(variants(product))
        if not sold:
            yield f"{place}.rules", "forbid every variant, expected one to be sold"
        share = {
            (option.id, choice.id): choice.share
            for option in product.options
            for choice in option.choices
        }
        if not any(all(share[pair] for pair in v.items()) for v in sold):
            problem = "every variant that is sold has a choice of share 0, expected one"
            yield f"{place}.options", f"{problem} that is asked for"
        named = {name for step in product.steps for name in step.when}
        for options in _different(sold, named):
            yield from _ending(place, product, options)
        for step in product.steps:
            if step.family is None:
                continue
            named = {*quoted(step.family), *step.when}
            machines = [mode.machine for mode in step.modes]
            machines += able.get(step.capability or "", [])
            reached = dict.fromkeys(setups[m] for m in machines if m in setups)
            for options in _different(sold, named):
                if not holds(step.when, options):
                    continue
                family = str(family_of(step, options))
                for matrix in reached:
                    what = f"a family of the set-up matrix {matrix}"
                    at = f"{place}.steps.{step.id}.family"
                    yield from unknown(at, family, matrices[matrix], what)


def _different(sold: list[dict[str, str]], named: set[str]) -> list[dict[str, str]]:
    """Return one sold variant for each combination of the options named."""
    names = sorted(named)
    found = {tuple(options[name] for name in names): options for options in sold}
    return list(found.values())


def _ending(place: str, product: Product, options: dict[str, str]) -> Iterator[Flaw]:
    """Yield a flaw if a variant has no step, or several that are last."""
    before = predecessors(product.steps)
    kept = {step.id for step in product.steps if holds(step.when, options)}
    variant = ", ".join(f"{name}={choice}" for name, choice in options.items())
    if not kept:
        yield f"{place}.steps", f"none is done for {variant}, expected at least one"
    # A step left out hands its predecessors on: look for the last ones from the end.
    last = [step.id for step in product.steps][-1:]
    while last and not set(last) <= kept:
        last = [found for id in last for found in ([id] if id in kept else before[id])]
    if len(last) > 1:
        problem = f"{', '.join(last)} are all last for {variant}, expected one final"
        yield f"{place}.steps", f"{problem} step"
