"""Surveys of orders, kept while nothing about the order has changed.

A plan is made at every event, and an event concerns one order or two out of dozens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agents.survey import PATIENCE, Frame, OrderSurvey
from scheduling import problem as sp

if TYPE_CHECKING:
    from agents.order import OrderAgent
    from agents.situation import Surveyor


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one order adds to a problem from position ``base`` on, as job ``job``."""

    state: tuple[Any, ...]
    base: int
    operations: list[sp.Operation]
    lots: list[tuple[str, ...]]
    families: dict[str, str]
    job: sp.Job

    def moved(self, base: int, job: int) -> list[sp.Operation]:
        """Return the operations as they are from another position on."""
        by = base - self.base
        return [
            sp.Operation(
                o.id,
                job,
                o.modes,
                tuple(
                    i
                    if i.operation is None
                    else sp.Input(i.operation + by, i.place, i.ready)
                    for i in o.inputs
                ),
                o.family,
                o.release,
                o.pinned,
                o.keep,
            )
            for o in self.operations
        ]


class Remembered:
    """Surveys orders, or says again what it said of them before."""

    def __init__(self, surveyor: Surveyor) -> None:
        self.by = surveyor
        self._before: dict[str, _Piece] = {}
        self._now: dict[str, _Piece] = {}

    def begin(self) -> None:
        """Begin a survey: who is not asked for in one is forgotten in the next."""
        self._before, self._now = self._now, {}

    def add(self, frame: Frame, order: OrderAgent, depth: int) -> None:
        """Add the order's job and its next operations."""
        base, job = len(frame.operations), len(frame.jobs)
        state = self.state_of(order, depth)
        piece = self._before.get(order.id)
        if piece is None or piece.state != state:
            piece = self._surveyed(order, depth, base, job, state)
        elif piece.base != base or (
            piece.operations and piece.operations[0].job != job
        ):
            piece = _Piece(
                state,
                base,
                piece.moved(base, job),
                piece.lots,
                piece.families,
                piece.job,
            )
        self._now[order.id] = piece
        frame.operations += piece.operations
        frame.lots += piece.lots
        frame.families |= piece.families
        frame.jobs.append(piece.job)

    def _surveyed(
        self,
        order: OrderAgent,
        depth: int,
        base: int,
        job: int,
        state: tuple[Any, ...],
    ) -> _Piece:
        frame = Frame(base=base, job=job)
        OrderSurvey(self.by, frame, order, depth).add()
        return _Piece(
            state, base, frame.operations, frame.lots, frame.families, frame.jobs[0]
        )

    def state_of(self, order: OrderAgent, depth: int) -> tuple[Any, ...]:
        """Return all that a survey of an order depends on."""
        factory, production = self.by.factory, order.production
        now, open_, machines = (
            factory.calendar.now,
            factory.fleet.open,
            factory.machines,
        )
        state: list[Any] = [depth, order.due, order.weight]
        if order.missing:
            state.append(now)  # what will be there, and when, changes elsewhere
        for part in production.parts.values():
            transport = open_.get(part.lot)
            state += (
                part.lot,
                part.step,
                part.pieces,
                part.at,
                part.ready,
                part.heading,
                part.eta,
                part.loaded,
                part.working,
                part.passed,
                part.mending,
                len(part.rounds),
                sum(part.rounds.values()),
                transport is not None and transport.begun,
            )
        for operation in production.operations.values():
            holder = operation.holder
            state += (
                operation.id,
                operation.called,
                operation.running,
                holder,
                holder is not None and machines[holder].up_at - now < PATIENCE,
                *[part.lot for part in operation.parts],
            )
            if operation.running:
                state.append(max(operation.ends, now + 1))
        return tuple(state)
