"""What keys set: two names of the same thing, one of which would say nothing.

``policy.X`` is another name for ``planner.X``, an entry of a list has an id and a
position, and a knob sets what a key of the world does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from agents.scenario import OF_POLICY
from kernel.errors import BadInput
from worlds.keys import KNOBS, path_of
from worlds.knobs import MACHINES
from worlds.read import resolved
from worlds.spec import World

#: Where a value is set, part by part.
Path = tuple[str, ...]


class Targets:
    """What the keys of a world and its scenarios set."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, tuple[Path, ...]] = {}
        self._knobs: dict[str, tuple[str, ...]] = {
            "vehicles": tuple(
                f"world.vehicles.{k}.count" for k in range(len(world.vehicles))
            ),
            "load": ("world.demand.orders_per_day",),
            "network": ("world.network",),
            "traffic": ("world.floor.traffic",),
            "days": ("world.days",),  # which is how many there are if nobody says
        }

    @cached_property
    def _tree(self) -> dict[str, Any]:
        return {"world": resolved(self._world)}

    def refuse_twice(self, given: Mapping[str, str], where: str) -> None:
        """Refuse keys of which one sets again all that another has set.

        What is set first as a whole and then changed in part is none of these: a
        preset, and one figure of it.

        Parameters
        ----------
        given
            Key -> how an error message calls it, in the order they are set.
        where
            The source that an error message names.

        Raises
        ------
        BadInput
            For the first two, by the names of both.
        """
        places = {key: k for k, key in enumerate(given)}
        last: dict[Path, str] = {}
        for key in reversed(sorted(given, key=_turn)):
            paths = self.of(key)
            above = [
                next((last[p[:k]] for k in range(len(p), 0, -1) if p[:k] in last), "")
                for p in paths
            ]
            if paths and all(above):
                one, other = sorted((key, above[0]), key=lambda name: places[name])
                problem = f"sets what {given[one]} sets, expected one of the two"
                raise BadInput(where, given[other], problem)
            last |= dict.fromkeys(paths, key)

    def of(self, key: str) -> tuple[Path, ...]:
        """Return where a key sets values; the key itself where it is like no other."""
        if key not in self._known:
            root, _, name = key.partition(".")
            if root == "policy" and name and name not in OF_POLICY:
                paths: tuple[Path, ...] = (("planner", name),)
            elif key in self._knobs or root == "world":
                targets = self._knobs.get(key, (key,))
                paths = tuple(path_of(self._tree, one) for one in targets)
            else:
                paths = (tuple(key.split(".")),)
            self._known[key] = paths
        return self._known[key]


def _turn(key: str) -> int:
    """Return when a key is set: a policy before its parts, knobs after the world."""
    if key in ("policy", "seed"):
        return 0
    if key == "load":
        return 3
    late = key in KNOBS or key.startswith(MACHINES)
    if key == "days" or (late and key not in ("network", "traffic")):
        return 2
    return 1
