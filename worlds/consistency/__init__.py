"""What must hold across the tables of a world, checked once on reading.

Types and limits of single values are declared in :mod:`worlds.spec`. Each module here
yields flaws, ``(dotted key, the value and what was expected)``, the first of which is
the user's error; a check may rely on those before it having found nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from kernel.errors import BadInput
from worlds import disturbances
from worlds.consistency import demand, floor, products, resources
from worlds.consistency.flaw import Flaw
from worlds.spec import World

__all__ = ["check", "flaws"]


def flaws(world: World) -> Iterator[Flaw]:
    """Yield what is wrong with a world; only the first is sure to be a flaw itself."""
    return chain(
        resources.flaws(world),
        floor.flaws(world),
        products.flaws(world),
        demand.flaws(world),
    )


def check(world: World, where: str) -> None:
    """Refuse a world that contradicts itself.

    Raises
    ------
    BadInput
        The first flaw: ``where``, its dotted key, the value and what was expected.
    """
    for place, problem in flaws(world):
        raise BadInput(where, place, problem)
    for text in world.disturbances:
        disturbances.parse(text, world, where=f"{where}: disturbances")
