"""The KPIs that a user names, checked and written as a run writes them."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.errors import BadInput
from measures.kpis.table import KPI_TABLE
from worlds.files import nearest, shown
from worlds.spec import World

_OF_MACHINES = ("oee", "availability", "effectiveness", "quality")
_PARTS = {
    "cost": (
        "material",
        "machine",
        "labour",
        "energy",
        "holding",
        "lateness",
        "scrap",
        "depreciation",
    ),
    "nervousness": ("machine", "start", "near", "refresh"),
    "defects_per_million_units": ("truth", "inspected"),
    "defects_per_million_opportunities": ("truth", "inspected"),
}


def known_kpis(names: Sequence[str], world: World, where: str, place: str) -> list[str]:
    """Return KPIs by the names they have in a run: ``oee`` is that of each machine.

    Raises
    ------
    BadInput
        If there is no such KPI, or the world has none; the nearest right name is told.
    """
    found: dict[str, None] = {}
    for name in names:
        root, dot, part = name.partition(".")
        if root not in KPI_TABLE:
            near = nearest(name, KPI_TABLE) or ", expected one of docs/kpis.md"
            raise BadInput(where, place, f"{shown(name)} is not a KPI{near}")
        if name == "makespan" and not world.unit:
            problem = "makespan, expected a KPI of a plant that goes on for ever"
            raise BadInput(where, place, problem)
        parts = _PARTS.get(root, ())
        if root in _OF_MACHINES:
            parts = tuple(machine.id for machine in world.machines)
        if dot and part not in parts:
            full = [f"{root}.{one}" for one in parts] or [root]
            near = nearest(name, full) or f", expected one of {', '.join(full[:8])}"
            raise BadInput(where, place, f"{shown(name)} is not a KPI{near}")
        found |= dict.fromkeys(
            [name] if dot or not parts else [f"{root}.{one}" for one in parts]
        )
    return list(found)
