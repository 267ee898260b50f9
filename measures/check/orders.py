"""Rules on the run as a whole: every order accounted for, every call settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kernel.events import Event
from measures.check.record import Finding, Record
from worlds.workcalendar import Departures


def run_framed(record: Record) -> Iterator[Finding]:
    """A run starts once, before any order, and its end is its last fact."""
    starts, ends = record.kinds["run_started"], record.kinds["run_ended"]
    last = record.events[-1].time if record.events else 0
    if len(starts) != 1:
        yield 0, "run", f"started {len(starts)} times"
    if len(ends) != 1 or record.events[-1] is not ends[-1]:
        yield last, "run", f"ended {len(ends)} times, or went on after its end"
    for event in record.events:
        if event.kind == "run_started":
            break
        if event.kind == "order_received":
            yield event.time, event.subject, "received before the run started"


def orders_accounted(record: Record) -> Iterator[Finding]:
    """Every order of the window is shipped, cancelled or told to be unfinished."""
    starts, ends = record.kinds["run_started"], record.kinds["run_ended"]
    if not starts or not ends:
        return
    first, last = starts[0].facts["window"]
    left = {
        id
        for id, order in record.orders.items()
        if order.closed is None and first <= order.received.time <= last
    }
    told = ends[-1].facts["unfinished"]
    same = set(told) == left if isinstance(told, list | tuple) else told == len(left)
    if not same:
        yield ends[-1].time, "run", f"unfinished: {told}, in fact {sorted(left)[:5]}"


def orders_closed_once(record: Record) -> Iterator[Finding]:
    """Order facts follow the receipt; an order that left or was cancelled is closed."""
    closed: dict[str, str] = {}
    known: set[str] = set()
    for event in record.events:
        kind, id = event.kind, event.subject
        if kind == "order_received":
            known.add(id)
            if event.facts["quantity"] < 1 or event.facts["weight"] <= 0:
                yield event.time, id, "has no pieces, or no weight"
            continue
        if not kind.startswith("order_"):
            id = event.facts.get("order", "") if kind == "lot_released" else ""
        if not id:
            continue
        if id not in known:
            yield event.time, id, f"{kind}, but never received"
        if id in closed:
            yield event.time, id, f"{kind} after {closed[id]}"
        if kind in ("order_shipped", "order_cancelled"):
            closed[id] = kind


def orders_complete(record: Record) -> Iterator[Finding]:
    """An order ships when all its pieces are at the dock, and all of them.

    Where completion is "processed" it is complete where its last operations end.
    """
    place: dict[str, str] = {}
    have: dict[str, int] = {}
    lots_of: dict[str, set[str]] = defaultdict(set)
    for event in record.of_lots:
        kind, facts, id = event.kind, event.facts, event.subject
        if kind in ("lot_released", "lots_joined"):
            place[id], have[id] = facts["at"], facts["pieces"]
            lots_of[facts["order"]].add(id)
        elif kind == "lot_split" and id in record.lots:
            have[id] = have.get(id, 0) - facts["pieces"]
            have[facts["into"]] = facts["pieces"]
            place[facts["into"]] = place.get(id, "")
            lots_of[record.lots[id].order].add(facts["into"])
        elif kind == "lot_scrapped":
            have[id] = have.get(id, 0) - facts["pieces"]
        elif kind == "lot_delivered":
            place[id] = facts["at"]
        elif kind == "order_shipped":
            yield from _complete(record, event, lots_of[id], place, have)


def departures(record: Record) -> Iterator[Finding]:
    """An order leaves when its last lot has been handled, and with a departure."""
    docks = {dock.id: dock for dock in record.world.docks}
    leaving = {
        id: Departures(dock, record.world.start)
        for id, dock in docks.items()
        if dock.departures
    }
    arrived: dict[str, int] = {}
    for event in record.of_lots:
        if event.kind == "lot_delivered":
            arrived[event.subject] = event.time
        dock = docks.get(event.facts.get("dock") or "")
        if event.kind != "order_shipped" or dock is None:
            continue
        lots = record.lots_of[event.subject]
        there = [arrived.get(id, 0) for id in lots if record.lots[id].left is event]
        ready = max(there, default=0) + dock.handling
        if event.time < ready:
            yield event.time, event.subject, f"ships before {ready} ms, not handled yet"
        of = leaving.get(dock.id)
        if of is not None and of.first_from(event.time) != event.time:
            yield event.time, event.subject, f"ships from {dock.id}: no departure"


def _complete(
    record: Record,
    event: Event,
    lots: set[str],
    place: dict[str, str],
    have: dict[str, int],
) -> Iterator[Finding]:
    order = record.orders.get(event.subject)
    if order is None:
        return
    pieces, dock = 0, event.facts["dock"]
    world = record.world
    if (dock is None) != (world.completion == "processed" or not world.docks):
        yield event.time, event.subject, f"ships from {dock}"
    for id in sorted(lots):
        lot = record.lots.get(id)  # parted from one not released yet, it is none
        if lot is None or lot.left is not event:
            continue
        pieces += have.get(id, 0)
        if dock is not None and place.get(id) != dock:
            yield event.time, event.subject, f"ships {id}, which is at {place.get(id)}"
    if pieces != event.facts["pieces"]:
        said = event.facts["pieces"]
        yield event.time, event.subject, f"ships {said} pieces, {pieces} are there"
    if event.facts["pieces"] != order.quantity:
        said = event.facts["pieces"]
        yield event.time, event.subject, f"ships {said} of {order.quantity} pieces"


def pieces_released(record: Record) -> Iterator[Finding]:
    """On every chain the lots released are the order's pieces, plus those lost.

    A lot that replaces another stands for pieces scrapped before.
    """
    first: dict[tuple[str, str], int] = defaultdict(int)
    again: dict[tuple[str, str], int] = defaultdict(int)
    lost: dict[str, int] = defaultdict(int)
    for event in record.of_lots:
        facts = event.facts
        if event.kind == "lot_scrapped":
            lost[facts["order"]] += facts["pieces"]
        if event.kind != "lot_released" or facts["order"] not in record.orders:
            continue
        key = facts["order"], facts["chain"]
        if facts["replaces"] is None:
            first[key] += facts["pieces"]
            if first[key] > record.orders[key[0]].most:
                yield event.time, key[0], f"{first[key]} pieces on {key[1]}: too many"
        else:
            again[key] += facts["pieces"]
            if again[key] > lost[key[0]]:
                yield event.time, key[0], f"{again[key]} pieces made again: too many"


def promises(record: Record) -> Iterator[Finding]:
    """A promise is not in the past."""
    for event in record.kinds["order_promised"]:
        if event.facts["promise"] < event.time:
            said = event.facts["promise"]
            yield event.time, event.subject, f"promised for {said} ms, in the past"


def calls_settled(record: Record) -> Iterator[Finding]:
    """A call is settled once, with a winner who has bid exactly if it was awarded."""
    seen: set[str] = set()
    for event in record.kinds["call_settled"]:
        if event.subject in seen:
            yield event.time, event.subject, "settled a second time"
        seen.add(event.subject)
        awarded = event.facts["outcome"] == "awarded"
        if awarded != (event.facts["winner"] is not None):
            winner, outcome = event.facts["winner"], event.facts["outcome"]
            yield event.time, event.subject, f"{outcome}, winner {winner}"
        elif awarded:
            award = (event.facts["winner"], event.facts["price"])
            if award not in {(bidder, price) for bidder, price in event.facts["bids"]}:
                yield event.time, event.subject, f"{award[0]} won without that bid"


#: Changes that a re-planning tells, and of how many operations they are.
_PARTS = (
    ("common", "operations"),
    ("changed", "common"),
    ("near", "common"),
    ("near_changed", "near"),
    ("refreshed_changed", "refreshed_near"),
)


def replans(record: Record) -> Iterator[Finding]:
    """A plan changes at most what it plans; revisions of adopted plans rise."""
    revision = -1
    for event in record.kinds["replan"]:
        facts = event.facts
        for part, whole in _PARTS:
            if facts[part] > facts[whole]:
                what = f"changes {facts[part]} of {facts[whole]} operations ({part})"
                yield event.time, event.subject, what
        if facts["adopted"]:
            if facts["revision"] <= revision:
                what = f"revision {facts['revision']} after {revision}"
                yield event.time, event.subject, what
            revision = facts["revision"]
