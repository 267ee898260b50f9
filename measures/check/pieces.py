"""Rules on pieces: none appears or is lost unsaid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kernel.events import Event
from measures.check.record import Finding, Record, named


def pieces_conserved(record: Record) -> Iterator[Finding]:
    """Pieces come in by release; they leave by scrap, cancelling or shipping.

    Every operation, inspection and assembly sees exactly the pieces the lot has; all
    chains of an assembly bring as many pieces as come out.
    """
    have: dict[str, int] = {}
    for event in record.of_lots:
        kind, facts, id = event.kind, event.facts, event.subject
        if kind == "lot_released":
            have[id] = facts["pieces"]
        elif kind == "lots_joined":
            chains: dict[str, int] = defaultdict(int)
            for lot in facts["inputs"]:
                chain = record.lots[lot].chain if lot in record.lots else ""
                chains[chain] += have.pop(lot, 0)
            route = record.route(facts["order"])
            step = named(route, facts["step"])
            if route is not None and step is not None:
                for before in step.predecessors:
                    chain = route.steps[before].chain
                    if chains.get(chain, 0) != facts["pieces"]:
                        brings = chains.get(chain, 0)
                        what = f"{facts['pieces']} pieces of {brings} on {chain}"
                        yield event.time, id, f"joined: {what}"
            have[id] = facts["pieces"]
        elif kind in ("lot_split", "lot_scrapped"):
            have[id] = have.get(id, 0) - facts["pieces"]
            if kind == "lot_split":
                have[facts["into"]] = facts["pieces"]
            if have[id] < 0 or (kind == "lot_split" and have[id] == 0):
                yield event.time, id, f"{kind} of {facts['pieces']}: more than it has"
        else:
            yield from _same_pieces(event, have)


def _same_pieces(event: Event, have: dict[str, int]) -> Iterator[Finding]:
    lot = event.facts.get("lot", event.subject)
    said = event.facts.get("pieces")
    if event.kind != "order_shipped" and said is not None and lot in have:
        if said != have[lot]:
            yield event.time, lot, f"{event.kind} of {said} pieces, it has {have[lot]}"
        if event.kind == "lot_ended":
            del have[lot]


def inspection_told(record: Record) -> Iterator[Finding]:
    """An inspecting operation ends with what it found, and its scrap is scrapped."""
    open_: dict[str, tuple[int, str]] = {}  # lot -> when, step
    scrap: dict[str, int] = defaultdict(int)
    for event in record.of_lots:
        for lot, (time, step) in list(open_.items()):
            if event.time > time:
                yield time, lot, f"no result of inspection {step}"
                del open_[lot]
        kind, facts, id = event.kind, event.facts, event.subject
        if kind == "operation_finished":
            task = record.task(facts["lot"], facts["step"])
            if task and not task.rework and task.step.inspection is not None:
                open_[facts["lot"]] = (event.time, facts["step"])
        elif kind == "lot_inspected":
            if open_.pop(id, (0, ""))[1] != facts["step"]:
                yield event.time, id, f"inspected at {facts['step']} without operation"
            scrap[id] = facts["scrap"]
        elif kind == "lot_scrapped" and facts["pieces"] != scrap.pop(id, 0):
            yield event.time, id, f"{facts['pieces']} scrapped, otherwise found"
    for lot, (time, step) in open_.items():
        yield time, lot, f"no result of inspection {step}"
    for lot, pieces in scrap.items():
        if pieces:
            when = record.lots[lot].entered.time if lot in record.lots else 0
            yield when, lot, f"{pieces} pieces found scrap, never scrapped"
