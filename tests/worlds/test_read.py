"""Names and files to worlds, and whatever can be wrong with them."""

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import BadInput
from worlds.files import loaded_json, loaded_toml, read_text
from worlds.read import read_world, resolved, schema, shipped, world_of
from worlds.shipped import copy_world, path_of, paths
from worlds.spec import World

CELL = path_of("cell").read_text("utf-8")


def refusal(path: Path, text: str | bytes) -> BadInput:
    """Return the error that reading a file of this content raises."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInput) as caught:
        read_world(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
    return caught.value


@pytest.mark.parametrize("name", list(paths()))
def test_shipped_worlds_are_read_and_read_back(name):
    """A resolved world is JSON, and reading it back gives an equal world."""
    world = read_world(name)
    content = json.loads(json.dumps(resolved(world), allow_nan=False))
    assert world_of(content, "run.json") == world


def test_figures_in_odd_units_are_read_back():
    """A speed in metres a minute and a length in millimetres survive being written."""
    content = resolved(read_world("cell"))
    content["vehicles"][0]["speed"] = "1 m/min"
    content["floor"]["lanes"][0] |= {"length": "0.07 mm", "speed": "5 m/min"}
    world = world_of(content, "w")
    assert world_of(resolved(world), "w") == world
    assert world.floor.lanes[0].length == pytest.approx(7e-5)


def test_cell_is_what_it_says():
    """4 machines, 2 vehicles, 3 variants."""
    world = read_world("cell")
    assert len(world.machines) == 4
    assert [group.count for group in world.vehicles] == [2]
    assert [len(o.choices) for p in world.products for o in p.options] == [3]


def test_a_file_is_read_like_a_name(tmp_path):
    """A copy of a shipped world is the same world; so is one with a byte order mark."""
    copy_world("cell", tmp_path / "mine.toml")
    assert read_world(tmp_path / "mine.toml") == read_world("cell")
    (tmp_path / "bom.toml").write_text(CELL, "utf-8-sig")
    assert read_world(str(tmp_path / "bom.toml")) == read_world("cell")


def test_start_is_kept_in_utc(tmp_path):
    """A start in another zone is the same instant."""
    text = CELL.replace("2026-01-05T06:00:00Z", "2026-01-05T08:00:00+02:00")
    (tmp_path / "w.toml").write_text(text)
    assert read_world(tmp_path / "w.toml") == read_world("cell")


LIFE = 'life = { law = "weibull", mean = "12 h", shape = 1.5 }      # hours of turning'
BAD = [
    # text replaced, by what, place, words of the problem
    ('family = "d80" ', 'familly = "d80" ', "machines.turn1.familly", '"family"'),
    ("pace = 1.1", "pace = -1.1", "machines.turn2.pace", "-1.1, expected more than 0"),
    ("pace = 1.1", "pace = inf", "machines.turn2.pace", "expected a finite number"),
    ("pace = 1.1", "pace = nan", "machines.turn2.pace", "expected a finite number"),
    ("pace = 1.1", "pace = 1e999", "machines.turn2.pace", "expected a finite number"),
    ("pace = 1.1", 'pace = "1.1"', "machines.turn2.pace", "expected a number"),
    ("pace = 1.1", f"pace = {'9' * 30}", "machines.turn2.pace", "too large"),
    ("pace = 1.1", f"pace = {'9' * 5000}", "", "is not TOML"),
    ("count = 2", "count = 1.5", "vehicles.agv.count", "1.5, expected a whole"),
    ("count = 2", "count = 1000000", "vehicles.agv.count", "10000"),
    ("count = 2", "count = true", "vehicles.agv.count", "a whole number"),
    ('load = "20 s"', 'load = "20 sec"', "vehicles.agv.load", "number with a unit"),
    ('load = "20 s"', "load = 20", "vehicles.agv.load", "as in '4 min'"),
    ('load = "20 s"', 'load = "-20 s"', "vehicles.agv.load", "number with a unit"),
    ('load = "20 s"', 'load = "0.0001 s"', "vehicles.agv.load", "milliseconds"),
    ('load = "20 s"', 'load = "9e9 w"', "vehicles.agv.load", "number with a unit"),
    ('load = "20 s"', 'load = "99999 w"', "vehicles.agv.load", "100 years"),
    ('speed = "1 m/s"', 'speed = "0 m/s"', "vehicles.agv.speed", "more than 0"),
    ('home = ["park"]', "home = []", "vehicles.agv.home", "at least 1 items"),
    ('home = ["park"]', "", "vehicles.agv.home", "is missing"),
    ('home = ["park"]', 'hmoe = ["park"]', "vehicles.agv.hmoe", '"home"'),
    ('home = ["park"]', 'home = "park"', "vehicles.agv.home", "a list"),
    (LIFE, 'life = { law = "weibul", mean = "1 h" }', "machines.turn1.failures", "law"),
    (LIFE, 'life = { mean = "1 h" }', "machines.turn1.failures.tool.life", "its law"),
    (LIFE, "life = 7", "machines.turn1.failures.tool.life", "4 min"),
    (LIFE, LIFE.replace("1.5", "99"), "machines.turn1.failures.tool.life", "0.2 to 20"),
    (LIFE, LIFE.replace("shape", "shap"), "machines.turn1.failures.tool.life", "unit"),
    ('kind = "dock"', 'kind = "docks"', "floor.nodes.at-dock.kind", "'dock'"),
    ('id = "forge"', 'id = "the forge"', "suppliers.the forge.id", "an id"),
    ("start = 2026-01-05T06:00:00Z", "start = 2026-01-05", "start", "datetime"),
    ("start = 2026-01-05T06:00:00Z", 'start = "soon"', "start", "datetime"),
    ("start = 2026-01-05T06:00:00Z", "start = 2026-02-30T06:00:00Z", "", "not TOML"),
    ("format = 1", "format = 2", "format", "expected 1"),
    ("format = 1", "format = 1\nmachines = 5", "", "is not TOML"),
    ("format = 1", "format = 1\n[format]", "", "is not TOML"),
    ("[costs]", "[cost]", "cost", '"costs"'),
    ("[demand]", "[demand.x]\n[demand]", "demand.x", "not a known key"),
    (
        "orders_per_day = 100.0",
        "orders_per_day = 1e13",
        "demand.orders_per_day",
        "at most 1e+12",
    ),
    ('name = "cell"', 'name = "ce\\u0000ll"', "name", "an id"),
]


@pytest.mark.parametrize(("old", "new", "place", "words"), BAD)
def test_bad_values_are_named(tmp_path, old, new, place, words):
    """The dotted key, arrays by id, then the value and what was expected."""
    assert old in CELL
    error = refusal(tmp_path / "w.toml", CELL.replace(old, new, 1))
    assert error.where == str(tmp_path / "w.toml")
    assert error.place.startswith(place)
    assert words in error.problem


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "[" * 100_000 + "]" * 100_000,
        "a = " + "{a = " * 100_000 + "1" + "}" * 100_000,
        ".".join(["a"] * 100_000) + " = 1",
        "[" + ".".join(['"a"'] * 100_000) + "]",
        "\n".join(f"[{'.'.join(['a'] * k)}]" for k in range(1, 400)),
    ],
    ids=["open", "arrays", "tables", "keys", "header", "headers"],
)
def test_deep_nesting_is_refused(tmp_path, text):
    """Depth exhausts neither the parser nor the clock."""
    assert "nested deeper than 64" in refusal(tmp_path / "w.toml", text).problem


def test_deep_json_is_refused():
    """Neither does that of JSON."""
    for text in ("[" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000):
        with pytest.raises(BadInput, match="nested deeper"):
            loaded_json(text, "x.json")


@pytest.mark.parametrize("text", ["{", "[1e999]", "[NaN]", "[1,]", "", "9" * 5000])
def test_bad_json_is_refused(text):
    """What is no JSON, or no number, is refused."""
    with pytest.raises(BadInput, match=r"x\.json"):
        loaded_json(text, "x.json")


def test_half_a_character_is_refused():
    """A lone surrogate, which only an escape can bring, cannot be written again."""
    for text in (r'{"a": "\ud800"}', r'{"\ud800": 1}'):
        with pytest.raises(BadInput, match="Unicode"):
            loaded_json(text, "x.json")


def test_brackets_in_texts_and_comments_do_not_nest():
    """Only real brackets count."""
    text = f'a = "{"[" * 99}" # {"{" * 99}\nb = \'{"[" * 99}\'\nc = """{"[" * 99}"""'
    assert loaded_toml(text, "x")["a"] == "[" * 99


JUNK = [
    *(None, True, 0, -1, 1.5, 1e308, 10**17, "", "x", "0 s", "99 h", "d80", "mill"),
    *("24:00", "a\nb", [], {}, [[]], [{}], {"id": "x"}, ["a"], {"a": ["b"]}),
    *({"law": "fixed", "value": 0}, {"law": "exponential", "mean": "0 s"}),
    *({"law": "uniform", "low": 3.0, "high": 1.0}, ["turning"], {"size": ["d80"]}),
]


def _places(value, place=()):
    """Yield the way to every value within plain values."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*place, key)
        if isinstance(item, dict | list):
            yield from _places(item, (*place, key))


PLACES = list(_places(resolved(read_world("cell"))))


@settings(max_examples=300, deadline=None)
@given(
    damage=st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(JUNK)),
        min_size=1,
        max_size=3,
    )
)
def test_damage_is_refused_in_one_sentence_or_harmless(damage):
    """Whatever stands in a world file, nothing but a plain refusal comes of it."""
    content = resolved(read_world("cell"))
    for place, junk in damage:
        here = content
        try:
            for key in place[:-1]:
                here = here[key]
            here[place[-1]] = junk
        except (KeyError, IndexError, TypeError):
            continue  # earlier damage took the place away
    sentence = ""
    try:
        world = world_of(content, "w")
        assert world_of(resolved(world), "w") == world
    except BadInput as refused:
        sentence = str(refused)
    assert "\n" not in sentence
    assert len(sentence) < 600


def test_a_world_of_a_million_machines_is_refused(tmp_path):
    """Counts have limits."""
    machine = '[[machines]]\nid = "a"\nwork_center = "w"\nnode = "at-mill"\n'
    error = refusal(tmp_path / "w.toml", CELL + machine * 20_000)
    assert error.place == "machines"
    assert "at most 10000" in error.problem
    error = refusal(tmp_path / "v.toml", CELL + machine * 1_000_000)
    assert "at most 20000000 bytes" in error.problem


def test_truncated_files_are_refused(tmp_path):
    """Cut anywhere, the cell is no world."""
    for part in range(1, 20):
        refusal(tmp_path / "w.toml", CELL[: len(CELL) * part // 20])


def test_no_text_and_no_toml(tmp_path):
    """Bytes that are not UTF-8 are named by their line."""
    error = refusal(tmp_path / "w.toml", b"# fine\nname = \xff\xfe")
    assert (error.place, "UTF-8" in error.problem) == ("line 2", True)
    assert "is not TOML" in refusal(tmp_path / "w.toml", "name = ").problem
    assert "is missing" in refusal(tmp_path / "w.toml", "").problem


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cel", 'did you mean "cell"'),
        ("cell.tom", 'did you mean "cell"'),
        ("ft6", 'did you mean "ft06"'),
        ("no/such/world.toml", "there is no such file"),
        ("x" * 5000, "there is no such file"),
        ("a\0b", "there is no such file"),
        ("", "expected"),
        (".", "is a folder"),
    ],
)
def test_missing_worlds(name, words):
    """What is not there is refused, with the nearest shipped name."""
    with pytest.raises(BadInput, match=re.escape(words)):
        read_world(name)


def test_unreadable_files(tmp_path):
    """A folder, a broken link and a file without permission are refused."""
    (tmp_path / "d.toml").mkdir()
    (tmp_path / "l.toml").symlink_to(tmp_path / "gone")
    for name in ("d.toml", "l.toml"):
        with pytest.raises(BadInput, match=name):
            read_world(tmp_path / name)
    (tmp_path / "secret.toml").write_text(CELL)
    (tmp_path / "secret.toml").chmod(0)
    if os.geteuid():
        with pytest.raises(BadInput, match="cannot be read"):
            read_world(tmp_path / "secret.toml")
    with pytest.raises(BadInput, match="there is no such file"):
        read_text(tmp_path / "none")


def test_a_layout_is_for_instances(tmp_path):
    """A world file has its own floor."""
    with pytest.raises(BadInput, match="expected no layout"):
        read_world("cell", tmp_path / "x.txt")


def test_schema_describes_the_file():
    """The JSON schema names every table and forbids others."""
    found = schema()
    assert set(World.__slots__) == set(found["properties"])
    assert found["additionalProperties"] is False
    json.dumps(found)


def test_shipped_worlds_are_listed():
    """Plants first, each with a kind, a title and its file."""
    found = shipped()
    assert "cell" in [world.name for world in found]
    assert [world.kind for world in found] == sorted(
        (world.kind for world in found), reverse=True
    )
    assert all(world.path.is_file() and world.title for world in found)


def test_copy_refuses_what_is_there(tmp_path):
    """A copy replaces nothing and leaves nothing behind when it fails."""
    target = tmp_path / "cell.toml"
    copy_world("cell", target)
    assert target.read_text("utf-8") == CELL
    with pytest.raises(BadInput, match="exists"):
        copy_world("cell", target)
    with pytest.raises(BadInput, match="cannot be written"):
        copy_world("cell", tmp_path / "none" / "x.toml")
    with pytest.raises(BadInput, match="exists"):
        copy_world("cell", tmp_path)
    with pytest.raises(BadInput, match='did you mean "cell"'):
        copy_world("cel", tmp_path / "x.toml")
    with pytest.raises(BadInput, match="cannot be written"):
        copy_world("cell", tmp_path / ("x" * 5000))
    assert list(tmp_path.iterdir()) == [target]


def test_copy_takes_travel_times_along(tmp_path):
    """An instance whose travel times are in a second file is copied with them."""
    copy_world("fjsp1", tmp_path / "mine.txt")
    assert read_world(tmp_path / "mine.txt").floor == read_world("fjsp1").floor
