"""What a machine is busy with: work on lots, set-ups, and being broken down."""

from __future__ import annotations

from dataclasses import dataclass

from plant.lot import Lot
from worlds.products import RouteStep

#: A set-up is work like any other, only without a lot.
SETUP = "setup"


@dataclass(slots=True, kw_only=True)
class Work:
    """Something a machine is doing: an operation on a lot, or a set-up."""

    operation: str
    lot: Lot | None
    step: RouteStep | None
    family: str | None
    duration: int  # realised, hidden
    left: int  # of it, when it last went on
    since: int = 0
    ticket: int = 0


@dataclass(slots=True)
class Breakdown:
    """Why a machine is down and how long its repair takes, which nobody knows."""

    mode: str
    skill: str | None
    duration: int
    restart: bool
    repairing: bool = False
    ticket: int = 0  # of the end of the repair
