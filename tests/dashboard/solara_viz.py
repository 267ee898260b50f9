"""A factory in Mesa's own SolaraViz, with a stock plot: served for a test."""

from __future__ import annotations

import mesa
from mesa.visualization import SolaraViz, make_plot_component

from agents.factory import Factory


class Watched(Factory):
    """A factory that collects how many orders are open, step by step."""

    def __init__(self, seed: int = 1, policy: str = "rule") -> None:
        super().__init__(world="cell", policy=policy, seed=seed, days=0.5)
        self.datacollector = mesa.DataCollector(
            {"open": lambda model: sum(not o.shipped for o in model.orders.values())}
        )

    def step(self) -> None:
        """Advance, and look."""
        super().step()
        self.datacollector.collect(self)


page = SolaraViz(
    Watched(),
    components=[make_plot_component("open")],
    model_params={"policy": "rule"},
    name="Holofab",
)
