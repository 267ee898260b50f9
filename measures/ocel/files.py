"""OCEL 2.0 on disk: the JSON and the relational (SQLite) exchange formats."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from kernel.errors import BadInput
from kernel.events import VOCABULARY, Event
from measures.ocel.log import OBJECTS, Change, Log, LogObject, attributes, log_of
from worlds.spec import World

#: When attributes have their first values, by the specification.
BEGINNING = "1970-01-01T00:00:00Z"
_SQL_TYPES = {
    "string": "TEXT",
    "time": "TIMESTAMP",
    "integer": "INTEGER",
    "float": "REAL",
    "boolean": "BOOLEAN",
}


def export_ocel(world: World, events: Iterable[Event], path: Path) -> int:
    """Write a run as OCEL 2.0, beside the target and then renamed.

    Returns how many events it has: facts about no object are none.

    Parameters
    ----------
    world, events
        The run.
    path
        A file ending in ``.json`` or ``.sqlite``; an existing one is replaced.

    Raises
    ------
    BadInput
        If the ending is another, or the file cannot be written.
    """
    writers = {".json": _write_json, ".sqlite": _write_sqlite}
    writer = writers.get(path.suffix)
    if writer is None:
        raise BadInput(str(path), "", "expected a file ending in .json or .sqlite")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        log = log_of(world, events)
        writer(log, beside)
        beside.replace(path)
        return len(log.events)
    except (OSError, sqlite3.OperationalError) as error:
        raise BadInput(str(path), "", f"cannot be written: {error}") from None
    finally:
        beside.unlink(missing_ok=True)


# -- JSON --------------------------------------------------------------------------


def _declared(name: str, typed: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": n, "type": t} for n, t in typed]}


def _json_object(thing: LogObject) -> dict[str, Any]:
    return {
        "id": thing.id,
        "type": thing.type,
        "attributes": [
            {"name": name, "time": time or BEGINNING, "value": value}
            for time, name, value in thing.changes
        ],
        "relationships": [
            {"objectId": id, "qualifier": qualifier} for id, qualifier in thing.related
        ],
    }


def ocel_json(log: Log) -> dict[str, Any]:
    """Return a log in the shape of the JSON exchange format."""
    return {
        "objectTypes": [
            _declared(name, typed.items()) for name, typed in OBJECTS.items()
        ],
        "eventTypes": [_declared(k, attributes(k).items()) for k in _kinds(log)],
        "objects": [_json_object(thing) for thing in log.objects.values()],
        "events": [
            {
                "id": event.id,
                "type": event.type,
                "time": event.time,
                "attributes": [
                    {"name": name, "value": value}
                    for name, value in event.values.items()
                ],
                "relationships": [
                    {"objectId": id, "qualifier": qualifier}
                    for id, qualifier in event.related
                ],
            }
            for event in log.events
        ],
    }


def _kinds(log: Log) -> list[str]:
    used = {event.type for event in log.events}
    return [kind for kind in VOCABULARY if kind in used]


def _write_json(log: Log, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(ocel_json(log), file, ensure_ascii=False, separators=(",", ":"))


# -- SQLite ------------------------------------------------------------------------


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.replace("_", " ").split())


_FRAME = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (
  ocel_id TEXT PRIMARY KEY, ocel_type TEXT,
  FOREIGN KEY (ocel_type) REFERENCES event_map_type(ocel_type));
CREATE TABLE object (
  ocel_id TEXT PRIMARY KEY, ocel_type TEXT,
  FOREIGN KEY (ocel_type) REFERENCES object_map_type(ocel_type));
CREATE TABLE event_object (
  ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT,
  PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier),
  FOREIGN KEY (ocel_event_id) REFERENCES event(ocel_id),
  FOREIGN KEY (ocel_object_id) REFERENCES object(ocel_id));
CREATE TABLE object_object (
  ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT,
  PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier),
  FOREIGN KEY (ocel_source_id) REFERENCES object(ocel_id),
  FOREIGN KEY (ocel_target_id) REFERENCES object(ocel_id));
"""


def _columns(typed: Iterable[tuple[str, str]]) -> str:
    return "".join(f', "{name}" {_SQL_TYPES[type]}' for name, type in typed)


def _write_sqlite(log: Log, path: Path) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as base:
        base.executescript(_FRAME)
        for kind in _kinds(log):
            _event_table(base, log, kind)
        for type in OBJECTS:
            _object_table(base, log, type)
        base.executemany(
            "INSERT INTO event VALUES (?, ?)", ((e.id, e.type) for e in log.events)
        )
        base.executemany(
            "INSERT INTO object VALUES (?, ?)",
            ((thing.id, thing.type) for thing in log.objects.values()),
        )
        base.executemany(
            "INSERT INTO event_object VALUES (?, ?, ?)",
            ((event.id, *related) for event in log.events for related in event.related),
        )
        base.executemany(
            "INSERT OR IGNORE INTO object_object VALUES (?, ?, ?)",
            ((o.id, *related) for o in log.objects.values() for related in o.related),
        )
        base.commit()


def _event_table(base: sqlite3.Connection, log: Log, kind: str) -> None:
    typed = attributes(kind)
    table = f"event_{_camel(kind)}"
    base.execute("INSERT INTO event_map_type VALUES (?, ?)", (kind, _camel(kind)))
    base.execute(
        f"CREATE TABLE {table} (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP"
        f"{_columns(typed.items())}, FOREIGN KEY (ocel_id) REFERENCES event(ocel_id))"
    )
    marks = ", ".join("?" * (2 + len(typed)))
    base.executemany(
        f"INSERT INTO {table} VALUES ({marks})",
        (
            (event.id, event.time, *(event.values.get(name) for name in typed))
            for event in log.events
            if event.type == kind
        ),
    )


def _object_table(base: sqlite3.Connection, log: Log, type: str) -> None:
    typed = OBJECTS[type]
    table = f"object_{_camel(type)}"
    base.execute("INSERT INTO object_map_type VALUES (?, ?)", (type, _camel(type)))
    base.execute(
        f"CREATE TABLE {table} (ocel_id TEXT, ocel_time TIMESTAMP"
        f"{_columns(typed.items())}, ocel_changed_field TEXT, "
        "PRIMARY KEY (ocel_id, ocel_time, ocel_changed_field), "
        "FOREIGN KEY (ocel_id) REFERENCES object(ocel_id))"
    )
    marks = ", ".join("?" * (3 + len(typed)))
    for thing in log.objects.values():
        if thing.type == type:
            base.executemany(
                f"INSERT OR REPLACE INTO {table} VALUES ({marks})", _rows(thing, typed)
            )


def _rows(thing: LogObject, typed: Iterable[str]) -> Iterable[tuple[Any, ...]]:
    """Yield an object's first values in one row, then a row for every change."""
    first = {change.name: change.value for change in thing.changes if not change.time}
    names = list(typed)
    yield (thing.id, BEGINNING, *(first.get(name) for name in names), None)
    for change in thing.changes:
        if change.time is not None:
            yield (thing.id, change.time, *_only(change, names), change.name)


def _only(change: Change, names: list[str]) -> Iterable[Any]:
    return (change.value if name == change.name else None for name in names)
