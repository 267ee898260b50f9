"""OCEL 2.0: the tables and shapes of the specification."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from measures_story import full_story

from kernel.errors import BadInput
from measures.ocel import export_ocel
from measures.ocel.log import OBJECTS


@pytest.fixture
def base(tmp_path: Path) -> Any:
    """Export the full story as SQLite."""
    story, path = full_story(), tmp_path / "run.sqlite"
    export_ocel(story.world, story.events, path)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


@pytest.fixture
def log(tmp_path: Path) -> Any:
    """Export the full story as JSON."""
    story, path = full_story(), tmp_path / "run.json"
    export_ocel(story.world, story.events, path)
    return json.loads(path.read_text(encoding="utf-8"))


def columns(base: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return a table's columns and types."""
    return {row[1]: row[2] for row in base.execute(f"PRAGMA table_info({table})")}


def primary_key(base: sqlite3.Connection, table: str) -> set[str]:
    """Return the columns of a table's primary key."""
    return {row[1] for row in base.execute(f"PRAGMA table_info({table})") if row[5]}


def foreign_keys(base: sqlite3.Connection, table: str) -> set[tuple[str, str]]:
    """Return a table's (column, table referred to)."""
    return {(r[3], r[2]) for r in base.execute(f"PRAGMA foreign_key_list({table})")}


def test_fixed_tables(base: sqlite3.Connection) -> None:
    """The six tables every log has, with their keys."""
    assert set(columns(base, "event")) == {"ocel_id", "ocel_type"}
    assert set(columns(base, "object")) == {"ocel_id", "ocel_type"}
    assert foreign_keys(base, "event") == {("ocel_type", "event_map_type")}
    assert foreign_keys(base, "object") == {("ocel_type", "object_map_type")}
    for name in ("event_map_type", "object_map_type"):
        assert set(columns(base, name)) == {"ocel_type", "ocel_type_map"}
        assert primary_key(base, name) == {"ocel_type"}
    relations = {
        "event_object": {"ocel_event_id", "ocel_object_id", "ocel_qualifier"},
        "object_object": {"ocel_source_id", "ocel_target_id", "ocel_qualifier"},
    }
    for name, key in relations.items():
        assert set(columns(base, name)) == primary_key(base, name) == key


def test_a_table_for_every_type(base: sqlite3.Connection) -> None:
    """Each type has its table, attributes typed, linked to the general one."""
    for of, extra in (("event", set()), ("object", {"ocel_changed_field"})):
        types = base.execute(f"SELECT ocel_type_map FROM {of}_map_type").fetchall()
        assert types
        for (name,) in types:
            found = columns(base, f"{of}_{name}")
            assert {"ocel_id", "ocel_time"} | extra <= set(found)
            assert found["ocel_time"] == "TIMESTAMP"
            assert foreign_keys(base, f"{of}_{name}") == {("ocel_id", of)}
    assert columns(base, "object_Order")["due"] == "TIMESTAMP"
    assert columns(base, "event_OperationStarted")["nominal"] == "INTEGER"


def test_references_hold(base: sqlite3.Connection) -> None:
    """SQLite itself finds no dangling reference."""
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []


def test_every_event_has_its_row(base: sqlite3.Connection) -> None:
    """The tables of the types together hold each event once."""
    rows = 0
    for (name,) in base.execute("SELECT ocel_type_map FROM event_map_type").fetchall():
        rows += base.execute(f"SELECT count(*) FROM event_{name}").fetchone()[0]
    assert rows == base.execute("SELECT count(*) FROM event").fetchone()[0]


def test_first_values_and_changes(base: sqlite3.Connection) -> None:
    """First values stand at 1970 without a changed field, changes at their time."""
    rows = base.execute(
        "SELECT ocel_time, status, ocel_changed_field FROM object_Order "
        "WHERE ocel_id = 'order:O1' AND status IS NOT NULL ORDER BY ocel_time"
    ).fetchall()
    assert rows == [
        ("1970-01-01T00:00:00Z", "received", None),
        ("2026-01-05T06:03:10.000Z", "shipped", "status"),
    ]


def test_relations_of_an_operation(log: Any) -> None:
    """An operation is about its machine, lot, material lot and operator's crew."""
    event = next(e for e in log["events"] if e["type"] == "operation_started")
    related = {(r["objectId"], r["qualifier"]) for r in event["relationships"]}
    assert related == {
        ("machine:cutter", "machine"),
        ("lot:O1.1/cut", "lot"),
        ("material lot:sheet/1", "used"),
        ("crew:crew", "operator's crew"),
    }
    assert event["time"] == "2026-01-05T06:00:13.000Z"
    values = {a["name"]: a["value"] for a in event["attributes"]}
    assert values["nominal"] == 20_000
    assert "lot" not in values


def test_relations_between_objects(log: Any) -> None:
    """Lots belong to orders and come from lots; orders ask for parts."""
    related = {
        (o["id"], r["objectId"], r["qualifier"])
        for o in log["objects"]
        for r in o["relationships"]
    }
    assert ("order:O1", "part:box/red", "asks for") in related
    assert ("lot:O1.1", "lot:O1.1/cut", "made from") in related
    assert ("lot:O1.1~1", "lot:O1.1", "parted from") in related
    assert ("lot:O1.1~1", "order:O1", "made for") in related
    assert ("material lot:sheet/2", "part:sheet", "is a lot of") in related


def test_json_is_typed_as_declared(log: Any) -> None:
    """Every type, attribute and object used is declared; times are ISO with a Z."""
    python = {"string": str, "integer": int, "float": float, "boolean": bool}
    objects = {thing["id"] for thing in log["objects"]}
    for of in ("event", "object"):
        declared = {
            t["name"]: {a["name"]: a["type"] for a in t["attributes"]}
            for t in log[f"{of}Types"]
        }
        for thing in log[f"{of}s"]:
            for relation in thing["relationships"]:
                assert relation["objectId"] in objects
            for attribute in thing["attributes"]:
                type_ = declared[thing["type"]][attribute["name"]]
                value = attribute["value"]
                if type_ == "time":
                    assert datetime.fromisoformat(value).utcoffset() is not None
                else:
                    assert type(value) is python[type_], (thing, attribute)
    assert {t["name"] for t in log["objectTypes"]} == set(OBJECTS)


def test_both_files_tell_the_same(log: Any, base: sqlite3.Connection) -> None:
    """As many events, objects and relations in JSON as in SQLite."""
    for table, things, relations in (
        ("event", "events", "event_object"),
        ("object", "objects", "object_object"),
    ):
        count = base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        assert count == len(log[things])
        count = base.execute(f"SELECT count(*) FROM {relations}").fetchone()[0]
        assert count == sum(len(thing["relationships"]) for thing in log[things])


def test_other_endings_are_refused(tmp_path: Path) -> None:
    """Only the two exchange formats are written."""
    story = full_story()
    with pytest.raises(BadInput, match=r"ending in \.json or \.sqlite"):
        export_ocel(story.world, story.events, tmp_path / "run.xml")
    with pytest.raises(BadInput, match="cannot be written"):
        export_ocel(story.world, story.events, tmp_path / "no" / "run.json")


def test_nothing_half_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that fails leaves neither the file nor a part of it."""

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("measures.ocel.files.json.dump", fail)
    story = full_story()
    with pytest.raises(BadInput, match="disk full"):
        export_ocel(story.world, story.events, tmp_path / "run.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.external
@pytest.mark.filterwarnings("ignore")
def test_pm4py_accepts_it(tmp_path: Path) -> None:
    """The validator of an independent reader finds nothing."""
    pm4py = pytest.importorskip("pm4py")
    from pm4py.objects.ocel.validation import ocel20_rel_validation

    story = full_story()
    for name in ("run.sqlite", "run.json"):
        export_ocel(story.world, story.events, tmp_path / name)
    _, failed = ocel20_rel_validation.apply(str(tmp_path / "run.sqlite"))
    assert failed == []
    relational = pm4py.read_ocel2_sqlite(str(tmp_path / "run.sqlite"))
    plain = pm4py.read_ocel2_json(str(tmp_path / "run.json"))
    assert len(relational.events) == len(plain.events)
    assert len(relational.relations) == len(plain.relations)
