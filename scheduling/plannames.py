"""What a plan file calls things: positions and labels of an instance."""

from __future__ import annotations

import re

from scheduling.problem import MAKESPAN, Problem
from scheduling.static import problem_of
from worlds.layout import Layout
from worlds.spec import World


class PlanNames:
    """An instance: its problem, and what its plan files call the things in it.

    Parameters
    ----------
    world
        The instance as a world.
    digest
        The SHA-256 of its file.
    """

    def __init__(self, world: World, digest: str) -> None:
        self.world, self.digest = world, digest
        self.problem: Problem = problem_of(world, MAKESPAN)
        layout = Layout(world)
        travel = world.floor.travel
        rows = {node: row for row, node in enumerate(travel.nodes)} if travel else {}
        homes = [home for group in world.vehicles for home in group.home]
        known = tuple(dict.fromkeys((*layout.places, *homes)))
        self.row = [rows.get(layout.node_of(place), 0) for place in known]
        self.place = {row: k for k, row in reversed(list(enumerate(self.row)))}
        self.vehicle = {v.id: k for k, v in enumerate(self.problem.vehicles)}
        self.label = {
            machine.id: _label(machine.id) for machine in self.problem.machines
        }
        self.step: dict[str, int] = {}
        seen: dict[int, int] = {}
        for operation in self.problem.operations:
            self.step[operation.id] = seen.get(operation.job, 0)
            seen[operation.job] = self.step[operation.id] + 1
        self.operation = {
            (o.job, self.step[o.id]): k for k, o in enumerate(self.problem.operations)
        }
        self.of = {o.id: o for o in self.problem.operations}

    def is_delivery(self, operation: str) -> bool:
        """Return whether an operation only says that its kit is at the dock."""
        machine = self.problem.machines[self.of[operation].modes[0].machine]
        return machine.capacity == 0

    def place_at(self, row: int, expected: int) -> int:
        """Return the place of a row; of several there, the expected one."""
        at = 0 <= expected < len(self.row) and self.row[expected] == row
        return expected if at else self.place[row]


def _label(id: str) -> int | str:
    """Return the number of a machine that an instance numbers."""
    match = re.fullmatch(r"M([0-9]+)", id)
    return int(match[1]) if match else id
