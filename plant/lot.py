"""Lots: what moves. Released, split at inspection, joined at assembly, scrapped."""

from __future__ import annotations

from dataclasses import dataclass, field

from worlds.products import Route, RouteStep


@dataclass(slots=True, kw_only=True)
class Lot:
    """Some pieces that travel together.

    ``defects`` (by piece) is what nobody knows until an inspection finds it: how many
    of the opportunities of a piece have gone wrong.

    Attributes
    ----------
    kit
        Id of the order's lot as a whole; its last chain bears that id.
    chain
        The branch of the routing the lot is on (id of the chain's first step).
    step
        Position of the next step in the route.
    pieces
        Numbers of the pieces, which name their draws.
    at
        The place, or the vehicle that carries it.
    mending
        The next operation is the rework of the inspection at ``step``.
    attempts
        How often the pieces were reworked at this step.
    rounds
        How often an operation has been started, by operation name.
    """

    id: str
    order: str
    kit: str
    chain: str
    route: Route
    step: int
    pieces: tuple[int, ...]
    at: str
    mending: bool = False
    attempts: int = 0
    defects: dict[int, int] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)

    @property
    def next_step(self) -> RouteStep:
        """The step whose operation comes next."""
        return self.route.steps[self.step]


def step_name(step: RouteStep, mending: bool) -> str:
    """Return what an operation does: the step, or the rework of its inspection."""
    return f"{step.id}.rework" if mending else step.id


def operation_id(lot: str, step: str, round: int = 1) -> str:
    """Return the id of a lot's operation, the ``round``-th time it is done."""
    return f"{lot}:{step}" if round == 1 else f"{lot}:{step}#{round}"
