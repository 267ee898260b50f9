"""Defects: made by steps, found or missed by inspections, mended by rework.

What happens to a piece is drawn by the piece's own name, so that no policy changes
its luck. A piece has ``opportunities`` chances of a defect at each step, each with the
step's defects per million (the Siemens Amberg way of counting).
"""

from __future__ import annotations

from dataclasses import dataclass

from kernel.chance import draw
from plant.lot import Lot
from worlds.products import RouteStep
from worlds.spec import Inspection


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an inspection made of a lot: piece numbers, and how far it erred."""

    rework: tuple[int, ...]
    scrap: tuple[int, ...]
    missed: int
    alarms: int


def _name(lot: Lot, what: str, step: str, piece: int) -> str:
    return f"{what}/{lot.kit}/{lot.chain}/{piece}:{step}"


def _defects(u: float, opportunities: int, probability: float) -> int:
    """Return the binomial quantile of ``u``."""
    if probability <= 0:
        return 0
    if probability >= 1:
        return opportunities
    odds = probability / (1 - probability)
    mass = total = (1 - probability) ** opportunities
    k = 0
    while u > total and k < opportunities:
        mass *= odds * (opportunities - k) / (k + 1)
        k += 1
        total += mass
    return k


def spoil(seed: int, lot: Lot, step: RouteStep) -> int:
    """Let a step leave its defects on the lot's pieces.

    Returns
    -------
    int
        How many new ones there are.
    """
    if step.defects_per_million <= 0:
        return 0
    made = 0
    round_ = lot.rounds[step.id]
    for piece in lot.pieces:
        u = draw(seed, _name(lot, "defect", step.id, piece), round_)
        k = _defects(u, step.opportunities, step.defects_per_million * 1e-6)
        if k:
            lot.defects[piece] = lot.defects.get(piece, 0) + k
            made += k
    return made


def mend(seed: int, lot: Lot, inspection: Inspection, step: str) -> None:
    """Let rework take the defects off the pieces where it succeeds."""
    assert inspection.rework is not None
    for piece in lot.pieces:
        u = draw(seed, _name(lot, "rework", step, piece), lot.attempts)
        if u < inspection.rework.success:
            lot.defects.pop(piece, None)


def inspect(seed: int, lot: Lot, inspection: Inspection, step: str) -> Found:
    """Look at every piece: flag most of the defective, and a few of the good."""
    flagged: list[int] = []
    missed = alarms = 0
    for piece in lot.pieces:
        u = draw(seed, _name(lot, "inspect", step, piece), lot.attempts)
        if lot.defects.get(piece, 0):
            if u < inspection.miss:
                missed += 1
            else:
                flagged.append(piece)
        elif u < inspection.false_alarm:
            alarms += 1
            flagged.append(piece)
    mendable = inspection.rework is not None and lot.attempts < inspection.rework.limit
    return Found(
        rework=tuple(flagged) if mendable else (),
        scrap=() if mendable else tuple(flagged),
        missed=missed,
        alarms=alarms,
    )
