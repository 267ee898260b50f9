"""Routes: how each variant of a world is made, worked out when first asked for."""

from __future__ import annotations

from collections.abc import Mapping

from worlds.products import Route, RouteMode, RouteStep, family_of, holds, predecessors
from worlds.spec import Product, Step, World


class Routes:
    """The routes of a world's variants.

    Parameters
    ----------
    world
        A consistent world.
    """

    def __init__(self, world: World) -> None:
        self._products = {product.id: product for product in world.products}
        self._able: dict[str, list[tuple[str, float]]] = {}
        for machine in world.machines:
            for capability in machine.capabilities:
                able = self._able.setdefault(capability, [])
                able.append((machine.id, machine.pace))
        self._known: dict[tuple[str, ...], Route] = {}

    def of(self, product: str, options: Mapping[str, str]) -> Route:
        """Return how the variant of a product with these options is made."""
        spec = self._products[product]
        key = (product, *[options[option.id] for option in spec.options])
        route = self._known.get(key)
        if route is None:
            route = self._known[key] = self._built(spec, options)
        return route

    def _modes(self, capability: str, time: float, once: float) -> list[RouteMode]:
        return [
            RouteMode(machine=id, time=round(time * pace), lot_time=round(once * pace))
            for id, pace in self._able.get(capability, ())
        ]

    def _built(self, product: Product, options: Mapping[str, str]) -> Route:
        """Work a route out; steps are listed after their predecessors."""
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
                modes = self._modes(step.capability, time, step.lot_time)
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
                    rework=tuple(self._modes(rework.capability, rework.time, 0))
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
            options=tuple(
                (option.id, options[option.id]) for option in product.options
            ),
            steps=tuple(steps),
            price=product.price + surcharge,
        )


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
