"""Rule on lots: what is done to them next, by their route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kernel.events import Event
from measures.check.record import REWORK, Finding, Record, named
from worlds.products import Route, RouteStep


@dataclass(slots=True)
class _Next:
    """What must be done to a lot next: a step (None: nothing), or its rework."""

    step: RouteStep | None
    rework: bool = False
    flagged: int = 0  # pieces the last inspection sent to rework, still in the lot
    inspected: RouteStep | None = None


def route_followed(record: Record) -> Iterator[Finding]:
    """Operations follow the route: precedence, assembly, rework, re-inspection."""
    next_of: dict[str, _Next] = {}
    for event in record.of_lots:
        kind, facts, id = event.kind, event.facts, event.subject
        if kind == "lot_released" or kind == "lots_joined":
            route = record.route(facts["order"])
            step = named(route, facts["step"])
            if route is not None and step is None:
                yield event.time, id, f"{kind} for {facts['step']}, no step of it"
            if kind == "lots_joined" and route is not None and step is not None:
                yield from _joined(record, event, route, step, next_of)
            elif route is not None and step is not None:
                yield from _begun(event, route, step)
            next_of[id] = _Next(step)
        elif kind == "operation_started":
            yield from _in_turn(event, next_of.get(facts["lot"]))
        elif kind == "operation_finished":
            _advance(record, facts["lot"], facts["step"], next_of)
        elif kind == "lot_inspected" and id in next_of:
            yield from _inspected(record, event, next_of[id])
        elif kind == "lot_split" and id in next_of:
            yield from _parted(event, next_of)
        elif kind == "order_shipped":
            yield from _shipped(record, event, next_of)


def _begun(event: Event, route: Route, step: RouteStep) -> Iterator[Finding]:
    chain, wip = event.facts["chain"], event.facts["wip"]
    assembly = len(step.predecessors) > 1
    chains = {route.steps[before].chain for before in step.predecessors}
    if chain != step.chain and not (wip and assembly and chain in chains):
        yield event.time, event.subject, f"on chain {chain}, not that of {step.id}"
    if step.predecessors and not wip:
        what = f"released for {step.id}, which has steps before it"
        yield event.time, event.subject, what


def _joined(
    record: Record,
    event: Event,
    route: Route,
    step: RouteStep,
    next_of: dict[str, _Next],
) -> Iterator[Finding]:
    pieces: dict[str, int] = {route.steps[p].chain: 0 for p in step.predecessors}
    known = record.lots
    for id in event.facts["inputs"]:
        lot, following = known.get(id), next_of.get(id)
        if lot is None or following is None:
            continue
        kit = lot.home or lot.kit
        if lot.order != event.facts["order"] or event.facts["kit"] != kit:
            yield event.time, event.subject, f"joins {id} of another kit"
        if following.rework or following.step is not step:
            yield event.time, event.subject, f"joins {id}, not ready for {step.id}"
        if lot.chain not in pieces:
            yield event.time, event.subject, f"joins {id} of chain {lot.chain}"
    if len(pieces) < 2:
        yield event.time, event.subject, f"joined for {step.id}, no assembly"


def _in_turn(event: Event, following: _Next | None) -> Iterator[Finding]:
    if following is None:
        return
    step, lot = following.step, event.facts["lot"]
    wanted = None if step is None else f"{step.id}{REWORK * following.rework}"
    if event.facts["step"] != wanted:
        yield event.time, lot, f"{event.facts['step']} starts, {wanted} comes next"
    if following.flagged:
        yield event.time, lot, f"goes on with {following.flagged} flagged pieces"


def _advance(record: Record, lot: str, name: str, next_of: dict[str, _Next]) -> None:
    """Set what follows an operation that has ended."""
    task, known = record.task(lot, name), record.lots.get(lot)
    route = record.route(known.order) if known else None
    if task is None or route is None:
        return
    if task.rework:
        next_of[lot] = _Next(task.step)
        return
    after = task.step.successor
    next_of[lot] = _Next(route.steps[after] if after is not None else None)


def _inspected(record: Record, event: Event, following: _Next) -> Iterator[Finding]:
    facts = event.facts
    flagged = facts["rework"]
    if facts["good"] + flagged + facts["scrap"] != facts["pieces"]:
        yield event.time, event.subject, "inspected pieces do not add up"
    task = record.task(event.subject, facts["step"])
    if task is None or task.rework or task.step.inspection is None:
        yield event.time, event.subject, f"inspected at {facts['step']}, no inspection"
        return
    if flagged and task.step.inspection.rework is None:
        yield event.time, event.subject, f"{task.step.id} sends to rework, has none"
    following.inspected = task.step
    if flagged and not facts["good"]:
        following.step, following.rework = task.step, True
    else:
        following.flagged = flagged


def _parted(event: Event, next_of: dict[str, _Next]) -> Iterator[Finding]:
    following, pieces = next_of[event.subject], event.facts["pieces"]
    if pieces != following.flagged:
        what = f"{pieces} pieces split off, {following.flagged} sent to rework"
        yield event.time, event.subject, what
    following.flagged = 0
    next_of[event.facts["into"]] = _Next(following.inspected, rework=True)


def _shipped(
    record: Record, event: Event, next_of: dict[str, _Next]
) -> Iterator[Finding]:
    for id in record.lots_of[event.subject]:
        following = next_of.get(id)
        if following is None or record.lots[id].left is not event:
            continue
        if following.step is not None or following.flagged:
            yield event.time, id, "ships unfinished"
