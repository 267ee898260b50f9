"""The life of lots: released, split at inspection, joined at assembly, scrapped."""

from __future__ import annotations

from collections.abc import Sequence

from plant.floor import Floor
from plant.lot import Lot
from plant.quality import Found, inspect, mend, spoil
from worlds.products import Route, RouteStep


def release(
    floor: Floor,
    *,
    id: str,
    order: str,
    kit: str,
    route: Route,
    step: RouteStep,
    chain: str | None = None,
    pieces: tuple[int, ...],
    replaces: str | None = None,
    wip: bool = False,
) -> Lot:
    """Put raw pieces on the floor, in the store, about to begin at ``step``.

    ``chain`` is the branch they are of, if not the one that begins there.
    """
    at, chain = floor.layout.store, chain or step.chain
    lot = Lot(
        id=id,
        order=order,
        kit=kit,
        chain=chain,
        route=route,
        step=step.index,
        pieces=pieces,
        at=at,
    )
    floor.lots[id] = lot
    place = floor.places[at]
    place.reserve(lot)
    place.receive(lot)
    floor.emit(
        "lot_released",
        id,
        order=order,
        kit=kit,
        chain=chain,
        step=step.id,
        pieces=len(pieces),
        at=at,
        replaces=replaces,
        wip=wip,
    )
    return lot


def join(
    floor: Floor, id: str, kit: str, step: RouteStep, inputs: Sequence[Lot]
) -> Lot:
    """Assemble the input lots, all in one machine's input, into one new lot there."""
    first = inputs[0]
    chains: dict[str, list[int]] = {}
    for lot in inputs:
        chains.setdefault(lot.chain, []).extend(
            lot.defects.get(piece, 0) for piece in lot.pieces
        )
    count = len(next(iter(chains.values())))
    defects = {
        piece: total
        for piece in range(count)
        if (total := sum(counts[piece] for counts in chains.values()))
    }
    place = floor.places[first.at]
    for lot in inputs:
        place.hand_over(lot)
        del floor.lots[lot.id]
    joined = Lot(
        id=id,
        order=first.order,
        kit=kit,
        chain=step.chain,
        route=first.route,
        step=step.index,
        pieces=tuple(range(count)),
        at=first.at,
        defects=defects,
    )
    floor.lots[id] = joined
    place.reserve(joined)
    place.receive(joined)
    floor.emit(
        "lots_joined",
        id,
        order=joined.order,
        kit=joined.kit,
        step=step.id,
        pieces=count,
        inputs=[lot.id for lot in inputs],
        at=joined.at,
    )
    return joined


def end(floor: Floor, lot: Lot) -> None:
    """Take a lot of a cancelled order off the floor."""
    floor.places[lot.at].hand_over(lot)
    del floor.lots[lot.id]
    floor.emit("lot_ended", lot.id, order=lot.order, pieces=len(lot.pieces))


def process(floor: Floor, lot: Lot, step: RouteStep) -> tuple[int, Found | None]:
    """Work a finished operation's effects into the lot's pieces.

    Returns
    -------
    int
        Defects made.
    Found, optional
        What the inspection found, if the step is one.
    """
    inspection = step.inspection
    if lot.mending:
        assert inspection is not None
        mend(floor.seed, lot, inspection, step.id)
        lot.mending = False
        lot.attempts += 1
        return 0, None
    made = spoil(floor.seed, lot, step)
    if inspection is None:
        _advance(lot, step)
        return made, None
    return made, inspect(floor.seed, lot, inspection, step.id)


def dispose(floor: Floor, lot: Lot, step: RouteStep, found: Found) -> Lot | None:
    """Part the good pieces of an inspected lot from those to mend, drop the scrap.

    Returns
    -------
    Lot, optional
        The new lot that was split off for rework, still without a place.
    """
    if found.scrap:
        lot.pieces = tuple(p for p in lot.pieces if p not in found.scrap)
        floor.emit(
            "lot_scrapped",
            lot.id,
            order=lot.order,
            pieces=len(found.scrap),
            step=step.id,
        )
    if found.rework and len(found.rework) == len(lot.pieces):
        lot.mending = True
        return None
    if not found.rework:
        _advance(lot, step)
        return None
    lot.pieces = tuple(p for p in lot.pieces if p not in found.rework)
    splits = lot.rounds["~"] = lot.rounds.get("~", 0) + 1
    part = Lot(
        id=f"{lot.id}~{splits}",
        order=lot.order,
        kit=lot.kit,
        chain=lot.chain,
        route=lot.route,
        step=lot.step,
        pieces=found.rework,
        at=lot.at,
        mending=True,
        attempts=lot.attempts,
        defects={p: d for p, d in lot.defects.items() if p in found.rework},
        rounds={step.id: lot.rounds[step.id]},
    )
    lot.defects = {p: d for p, d in lot.defects.items() if p in lot.pieces}
    _advance(lot, step)
    floor.lots[part.id] = part
    floor.emit("lot_split", lot.id, into=part.id, pieces=len(part.pieces))
    return part


def _advance(lot: Lot, step: RouteStep) -> None:
    lot.attempts = 0
    lot.step = step.successor if step.successor is not None else len(lot.route.steps)
