"""The ids a world gives: facts that mention others are about another world."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from kernel.events import Event
from worlds.layout import vehicles_of
from worlds.products import sold
from worlds.spec import World


class Known:
    """The ids a world gives."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.products = {product.id: product for product in world.products}
        self.machines = {machine.id for machine in world.machines}
        self.vehicles = {id for id, _, _ in vehicles_of(world)}
        self.materials = {material.id for material in world.materials}
        self.suppliers = {supplier.id for supplier in world.suppliers}
        self.docks = {dock.id for dock in world.docks}
        self.nodes = {node.id for node in world.floor.nodes}
        if world.floor.travel is not None:
            self.nodes |= set(world.floor.travel.nodes)
        stores = {n.id for n in world.floor.nodes if n.kind == "store"}
        self.places = self.machines | self.docks | stores
        self.crews = {crew.id for crew in world.crews}

    def stranger(self, event: Event) -> str | None:
        """Return what is unknown to the world in a well-formed fact."""
        for what, id, known in self._mentions(event):
            if id is not None and id not in known:
                return f"{event.kind}: the world has no {what} {id!r}"
        if event.kind == "order_received":
            product = self.products[event.facts["product"]]
            options = event.facts["options"]
            chosen = {option.id: option.choices for option in product.options}
            if options.keys() != chosen.keys() or any(
                options[name] not in {choice.id for choice in choices}
                for name, choices in chosen.items()
            ):
                return f"order_received: {product.id} has no variant {dict(options)}"
            if not sold(product, options):
                return f"order_received: {product.id} {dict(options)} is not sold"
        return None

    def _mentions(self, event: Event) -> Iterator[tuple[str, Any, Collection[str]]]:
        kind, facts = event.kind, event.facts
        if kind.startswith(("machine_", "setup_", "operation_", "repair_")):
            yield "machine", event.subject, self.machines
        if kind.startswith(("drive_", "vehicle_")):
            yield "vehicle", event.subject, self.vehicles
        if kind.startswith(("material_", "stock_")):
            yield "material", event.subject, self.materials
        if kind.startswith("operator_"):
            yield "crew", event.subject, self.crews
        if kind == "order_received":
            yield "product", facts["product"], self.products
        if kind == "operation_started":
            for material, _, _ in facts["materials"]:
                yield "material", material, self.materials
        if kind == "work_planned":
            for _, machine, _, _ in facts["assignments"]:
                yield "machine", machine, self.machines
        if kind == "drive_started":
            for node in facts["path"]:
                yield "node", node, self.nodes
        for name, known in (
            ("machine", self.machines),
            ("vehicle", self.vehicles),
            ("supplier", self.suppliers),
            ("dock", self.docks),
        ):
            if name in facts:
                yield name, facts[name], known
        if "at" in facts:
            nodes = self.nodes if kind == "drive_finished" else self.places
            yield "place", facts["at"], nodes
