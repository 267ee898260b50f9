"""A plain job shop, the same for every simulator: the like for like of `factory.py`.

Twenty-one machines, as `electronics` has; jobs of 14 operations, as many as a lot has
there; Poisson arrivals; exponential times of 1 minute in the mean; first come, first
served; 85 % busy. Nothing moves, nothing breaks.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from worlds.spec import World

MACHINES, LENGTH, BUSY = 21, 14, 0.85
UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class JobShop:
    """Routings (positions of machines), all equally likely, and arrivals a minute."""

    routings: tuple[tuple[int, ...], ...]
    machines: int = MACHINES
    per_minute: float = BUSY * MACHINES / LENGTH
    seed: int = 1

    @classmethod
    def drawn(cls, count: int = 50) -> JobShop:
        """Return a shop with so many routings, without return to any machine."""
        chance = Random(1)
        drawn = (chance.sample(range(MACHINES), LENGTH) for _ in range(count))
        return cls(routings=tuple(map(tuple, drawn)))

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, for a simulator in another environment."""
        return asdict(self)

    def world(self) -> World:
        """Return it as a world of Holofab."""
        from kernel.calendar import DAY, MINUTE
        from kernel.chance import Exponential, Fixed
        from worlds.spec import (
            CustomerClass,
            Demand,
            Floor,
            Machine,
            Node,
            Product,
            Step,
            StepMode,
            World,
        )

        names = [f"M{i}" for i in range(self.machines)]
        noise = Exponential(mean=1.0)
        return World(
            format=1,
            name="job-shop",
            start=datetime(2026, 1, 5, tzinfo=UTC),
            completion="processed",
            floor=Floor(
                nodes=(
                    Node(id="store", at=(0, 0), kind="store"),
                    Node(id="shop", at=(0, 0), kind="station"),
                ),
                store_after=None,
            ),
            machines=tuple(
                Machine(
                    id=name,
                    work_center=name,
                    node="shop",
                    input_buffer=UNLIMITED,
                    output_buffer=UNLIMITED,
                    variation=noise,
                )
                for name in names
            ),
            products=tuple(
                Product(
                    id=f"P{i}",
                    steps=tuple(
                        Step(
                            id=f"op{k}",
                            modes=(StepMode(machine=names[m], time=MINUTE),),
                        )
                        for k, m in enumerate(routing)
                    ),
                )
                for i, routing in enumerate(self.routings)
            ),
            demand=Demand(
                orders_per_day=self.per_minute * DAY / MINUTE,
                customers=(CustomerClass(id="any", slack=Fixed(value=DAY)),),
            ),
        )
