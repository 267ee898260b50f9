"""Rules on the facts themselves: words, types, ids, order. What fails is set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kernel.events import VOCABULARY, Event, MachineState
from measures.check.known import Known
from measures.check.record import Violation
from worlds.spec import World

Test = Callable[[Any], bool]
#: Whole numbers are below: in ms three thousand years, which calendars can be laid for.
_MOST = 10**14
_LARGEST = 1e300


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _whole(value: Any) -> bool:
    return type(value) is int and abs(value) < _MOST


def _count(value: Any) -> bool:
    return _whole(value) and value >= 0


def _number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < _LARGEST


def _flag(value: Any) -> bool:
    return type(value) is bool


def _maybe(test: Test) -> Test:
    return lambda value: value is None or test(value)


def _list_of(test: Test) -> Test:
    return lambda value: isinstance(value, list | tuple) and all(map(test, value))


def _materials(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(use, list | tuple)
        and len(use) == 3
        and _text(use[0])
        and _text(use[1])
        and _number(use[2])
        for use in value
    )


def _assignments(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(work, list | tuple)
        and len(work) == 4
        and all(map(_text, work[:2]))
        and all(map(_count, work[2:]))
        and work[2] <= work[3]
        for work in value
    )


def _options(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_text, value.values()))


def _window(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(map(_count, value))
        and value[0] <= value[1]
    )


def _bids(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(bid, list | tuple)
        and len(bid) == 2
        and _text(bid[0])
        and _number(bid[1])
        for bid in value
    )


_TEXTS = (
    *("product", "order", "kit", "chain", "step", "at", "into", "dock", "operation"),
    *("lot", "machine", "vehicle", "operator", "work", "mode", "to", "from"),
    *("purchase", "supplier", "material_lot"),
)
_COUNTS = (
    *("pieces", "good", "rework", "scrap", "missed", "alarms", "defects", "nominal"),
    *(
        "messages",
        "operations",
        "common",
        "changed",
        "revision",
        "arrive",
        "ready",
        "promise",
    ),
    *("near", "near_changed", "refreshes", "refreshed_near", "refreshed_changed"),
    "expected",
)
_STATES = frozenset(state.value for state in MachineState)
_FLAGS = ("rush", "wip", "restarted", "reproducible", "major", "adopted")
#: By name, or by kind and name where a name means two things; others: anything.
_TYPES: Mapping[str, Test] = {
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(_COUNTS, _count),
    **dict.fromkeys(("due", "release", "horizon"), _whole),
    **dict.fromkeys(("weight", "price", "quantity", "short"), _number),
    **dict.fromkeys(_FLAGS, _flag),
    "order_received.quantity": _count,
    "order_changed.quantity": _count,
    "call_settled.price": _maybe(_number),
    "bids": _bids,
    "options": _options,
    "replaces": _maybe(_text),
    "family": _maybe(_text),
    "order_shipped.dock": _maybe(_text),
    "setup_started.from": _maybe(_text),
    "setup_started.operator": _maybe(_text),
    "operation_started.operator": _maybe(_text),
    "repair_started.operator": _maybe(_text),
    "lot_loaded.vehicle": _maybe(_text),
    "lot_delivered.vehicle": _maybe(_text),
    "drive_started.lot": _maybe(_text),
    "stock_counted.material_lot": _maybe(_text),
    "state": lambda value: isinstance(value, str) and value in _STATES,
    "materials": _materials,
    "assignments": _assignments,
    "inputs": _list_of(_text),
    "path": _list_of(_text),
    "window": _window,
    "value": _maybe(_number),
    "gain": _maybe(_number),
    "shifted": _maybe(_number),
    "claim_released.operation": _maybe(_text),
    "winner": _maybe(_text),
    "unfinished": lambda value: _count(value) or _list_of(_text)(value),
}


def _misshapen(event: Event) -> str | None:
    """Return what is wrong with a fact taken alone."""
    names = VOCABULARY.get(event.kind)
    if names is None:
        return f"{event.kind!r} is no kind of fact"
    if not _count(event.time) or not _text(event.subject):
        return f"{event.kind} has time {event.time!r} and subject {event.subject!r}"
    if event.facts.keys() != set(names):
        odd = sorted(event.facts.keys() ^ set(names))
        return f"{event.kind} has or lacks {', '.join(odd)}"
    for name, value in event.facts.items():
        test = _TYPES.get(f"{event.kind}.{name}") or _TYPES.get(name)
        if test is not None and not test(value):
            return f"{event.kind}: {name} is {value!r}"
    return None


def well_formed(
    world: World, events: Sequence[Event]
) -> tuple[list[Event], list[Violation]]:
    """Return the facts that can be read, and what is wrong with the others.

    Time may not fall, either: a fact before its predecessor is set aside.
    """
    known = Known(world)
    good: list[Event] = []
    bad: list[Violation] = []
    now = 0
    for event in events:
        rule, problem = "vocabulary", _misshapen(event)
        if problem is None:
            rule, problem = "known_ids", known.stranger(event)
        if problem is None and event.time < now:
            rule = "time_never_falls"
            problem = f"{event.kind} at {event.time} ms comes after {now} ms"
        if problem is not None:
            time = event.time if _whole(event.time) else now
            bad.append(Violation(time, rule, str(event.subject), problem))
            continue
        now = event.time
        good.append(event)
    return good, bad
