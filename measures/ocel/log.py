"""A run as an object-centric event log (OCEL 2.0): objects, events, relations.

Objects are orders, lots, parts (item numbers: variants sold and materials bought),
machines, vehicles, material lots and crews. Every fact that is about at least one of
them is an event, each relation qualified by the role the object plays.
See Berti et al., *OCEL 2.0 Specification* (2023), https://www.ocel-standard.org.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from kernel.events import VOCABULARY, Event
from worlds.layout import vehicles_of
from worlds.spec import World

Value = str | int | float | bool

#: Object type -> attribute -> OCEL type.
OBJECTS: Mapping[str, Mapping[str, str]] = {
    "order": {
        "quantity": "integer",
        "due": "time",
        "weight": "float",
        "rush": "boolean",
        "price": "float",
        "promise": "time",
        "status": "string",
    },
    "lot": {"kit": "string", "chain": "string", "pieces": "integer"},
    "part": {"name": "string", "bought": "boolean"},
    "machine": {"work_center": "string", "state": "string"},
    "vehicle": {"group": "string"},
    "material lot": {"quantity": "float"},
    "crew": {"operators": "integer"},
}

_TIMES = {"due", "release", "promise", "expected", "arrive", "ready"}
_FLAGS = {"rush", "wip", "restarted", "major", "adopted"}
_FLOATS = {"weight", "price", "quantity", "value", "gain", "shifted", "short"}
_COUNTS = {
    *("pieces", "nominal", "defects", "good", "rework", "scrap", "missed", "alarms"),
    *("operations", "common", "changed", "revision", "messages"),
}
#: Facts that say which object: they become relations, not attributes.
_ROLES = {
    *("order", "lot", "into", "inputs", "replaces", "machine", "vehicle"),
    *("material_lot", "materials"),
}


def attribute_type(name: str) -> str:
    """Return the OCEL type of a fact of this name."""
    if name in _TIMES:
        return "time"
    if name in _FLAGS:
        return "boolean"
    if name in _FLOATS:
        return "float"
    return "integer" if name in _COUNTS else "string"


def attributes(kind: str) -> dict[str, str]:
    """Return the attributes of a kind of event, with their OCEL types."""
    return {n: attribute_type(n) for n in VOCABULARY[kind] if n not in _ROLES}


def _variant(facts: Mapping[str, Any]) -> str:
    """Return the item number of what an order asks for."""
    choices = (choice for _, choice in sorted(facts["options"].items()))
    return "/".join((facts["product"], *choices))


class Related(NamedTuple):
    """An object, and the role it plays."""

    object: str
    qualifier: str


class Change(NamedTuple):
    """An attribute's value from a time on; ``time`` None: from the beginning."""

    time: str | None
    name: str
    value: Value


@dataclass(slots=True)
class LogObject:
    """An object, its attributes' history and what it is related to."""

    id: str
    type: str
    changes: list[Change] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)


class LogEvent(NamedTuple):
    """An event, its attributes and the objects in it."""

    id: str
    type: str
    time: str
    values: Mapping[str, Value]
    related: tuple[Related, ...]


class Log:
    """The objects and events of a run.

    Ids of objects are ``type:id``, so that a machine and a crew of one name differ.
    """

    def __init__(self, world: World) -> None:
        self._start = world.start.astimezone(UTC)
        self.objects: dict[str, LogObject] = {}
        self.events: list[LogEvent] = []
        self._machines = {machine.id for machine in world.machines}
        self._crew_of: dict[str, str] = {}  # operator -> crew
        for machine in world.machines:
            self._new("machine", machine.id, work_center=machine.work_center)
        for id, group, _ in vehicles_of(world):
            self._new("vehicle", id, group=group.id)
        for crew in world.crews:
            self._new("crew", crew.id, operators=crew.operators)
        for material in world.materials:
            self._new("part", material.id, name=material.id, bought=True)

    def iso(self, ms: int) -> str:
        """Return an instant as ISO 8601 in UTC, to the millisecond."""
        instant: datetime = self._start + timedelta(milliseconds=ms)
        return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _new(self, type: str, id: str, **values: Value) -> LogObject:
        key = f"{type}:{id}"
        changes = [Change(None, name, value) for name, value in values.items()]
        return self.objects.setdefault(key, LogObject(key, type, changes))

    def _set(self, key: str, time: int, **values: Value) -> None:
        found = self.objects.get(key)
        if found is not None:
            found.changes += [Change(self.iso(time), n, v) for n, v in values.items()]

    def add(self, event: Event) -> None:
        """Take in the next fact."""
        self._objects(event)
        known = (r for r in self._roles(event) if r.object in self.objects)
        related = tuple(dict.fromkeys(known))
        if not related:
            return
        self.events.append(
            LogEvent(
                id=f"e{len(self.events) + 1}",
                type=event.kind,
                time=self.iso(event.time),
                values=dict(self._values(event)),
                related=related,
            )
        )

    def _values(self, event: Event) -> Iterator[tuple[str, Value]]:
        for name, type in attributes(event.kind).items():
            value = event.facts[name]
            if value is None:
                continue
            if type == "time":
                yield name, self.iso(value)
            elif type == "float":
                yield name, float(value)
            elif type == "string" and not isinstance(value, str):
                yield name, json.dumps(value, ensure_ascii=False)
            else:
                yield name, value

    # -- objects -------------------------------------------------------------------

    def _objects(self, event: Event) -> None:
        """Make the objects a fact brings about, and note what it changes of others."""
        kind, id, facts, time = event.kind, event.subject, event.facts, event.time
        if kind == "order_received":
            self._order(event)
        elif kind in ("order_changed", "order_promised"):
            self._set(f"order:{id}", time, **self._changed(event))
        elif kind in ("order_shipped", "order_cancelled"):
            self._set(f"order:{id}", time, status=kind.removeprefix("order_"))
        elif kind == "lot_released":
            lot = self._lot(id, facts["order"], facts["kit"], facts["chain"], event)
            if facts["replaces"] is not None:
                lot.related.append(Related(f"lot:{facts['replaces']}", "replaces"))
        elif kind == "lots_joined":
            lot = self._lot(id, facts["order"], facts["kit"], facts["step"], event)
            lot.related += [Related(f"lot:{i}", "made from") for i in facts["inputs"]]
        elif kind == "lot_split":
            self._split(event)
        elif kind == "lot_scrapped":
            self._set(f"lot:{id}", time, pieces=self._pieces(id) - facts["pieces"])
        elif kind == "machine_state":
            self._set(f"machine:{id}", time, state=facts["state"])
        elif kind == "operator_taken":
            self._crew_of[facts["operator"]] = id
        elif "material_lot" in facts and facts["material_lot"] is not None:
            quantity = float(facts["quantity"])
            batch = self._new("material lot", facts["material_lot"], quantity=quantity)
            batch.related.append(Related(f"part:{id}", "is a lot of"))

    def _changed(self, event: Event) -> dict[str, Value]:
        facts = event.facts
        times = {n: self.iso(facts[n]) for n in ("due", "promise") if n in facts}
        plain = {n: facts[n] for n in ("weight", "quantity") if n in facts}
        return {**times, **plain}

    def _order(self, event: Event) -> None:
        facts = event.facts
        name = _variant(facts)
        self._new("part", name, name=name, bought=False)
        order = self._new(
            "order",
            event.subject,
            quantity=facts["quantity"],
            due=self.iso(facts["due"]),
            weight=float(facts["weight"]),
            rush=facts["rush"],
            price=float(facts["price"]),
            status="received",
        )
        order.related.append(Related(f"part:{name}", "asks for"))

    def _lot(
        self, id: str, order: str, kit: str, chain: str, event: Event
    ) -> LogObject:
        pieces = event.facts["pieces"]
        lot = self._new("lot", id, kit=kit, chain=chain, pieces=pieces)
        lot.related.append(Related(f"order:{order}", "made for"))
        wanted = self.objects.get(f"order:{order}")
        if wanted is not None:
            part = next(r.object for r in wanted.related if r.qualifier == "asks for")
            lot.related.append(Related(part, "becomes"))
        return lot

    def _pieces(self, lot: str) -> int:
        """Return how many pieces are in a lot by now."""
        changes = self.objects[f"lot:{lot}"].changes
        return int([one.value for one in changes if one.name == "pieces"][-1])

    def _split(self, event: Event) -> None:
        key, pieces = f"lot:{event.subject}", event.facts["pieces"]
        parent = self.objects[key]
        now = {c.name: c.value for c in parent.changes}
        left = self._pieces(event.subject) - pieces
        self._set(key, event.time, pieces=left)
        part = self._new(
            "lot",
            event.facts["into"],
            kit=now["kit"],
            chain=now["chain"],
            pieces=pieces,
        )
        part.related.append(Related(key, "parted from"))
        part.related += [
            r for r in parent.related if r.qualifier in ("made for", "becomes")
        ]

    # -- relations -----------------------------------------------------------------

    def _roles(self, event: Event) -> Iterator[Related]:
        """Yield every object a fact mentions, known or not."""
        facts = event.facts
        subject = _SUBJECTS.get(event.kind.split("_")[0])
        if subject is not None:
            yield Related(f"{subject}:{event.subject}", _SUBJECT_ROLES[subject])
        if event.kind == "order_received":
            yield Related(f"part:{_variant(facts)}", "asked for")
        for name in ("order", "lot", "machine", "vehicle"):
            if facts.get(name) is not None:
                yield Related(f"{name}:{facts[name]}", name)
        for name, role in (("into", "part"), ("replaces", "replaced")):
            if facts.get(name) is not None:
                yield Related(f"lot:{facts[name]}", role)
        for lot in facts.get("inputs", ()):
            yield Related(f"lot:{lot}", "input")
        for name in ("at", "from", "to"):
            if facts.get(name) in self._machines:
                yield Related(f"machine:{facts[name]}", name)
        for _, batch, _ in facts.get("materials", ()):
            yield Related(f"material lot:{batch}", "used")
        if facts.get("material_lot") is not None:
            yield Related(f"material lot:{facts['material_lot']}", "material lot")
        if subject != "crew" and facts.get("operator") in self._crew_of:
            yield Related(f"crew:{self._crew_of[facts['operator']]}", "operator's crew")


#: First word of a kind of fact -> type of its subject.
_SUBJECTS = {
    "order": "order",
    "lot": "lot",
    "lots": "lot",
    "machine": "machine",
    "setup": "machine",
    "operation": "machine",
    "repair": "machine",
    "drive": "vehicle",
    "vehicle": "vehicle",
    "operator": "crew",
    "stock": "part",
    "material": "part",
}
_SUBJECT_ROLES = {
    "order": "order",
    "lot": "lot",
    "machine": "machine",
    "vehicle": "vehicle",
    "crew": "crew",
    "part": "material",
}


def log_of(world: World, events: Iterable[Event]) -> Log:
    """Return the object-centric log of a run."""
    log = Log(world)
    for event in events:
        log.add(event)
    return log
