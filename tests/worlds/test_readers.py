"""Instances: every format as it is, every broken file refused in one sentence."""

import json
from pathlib import Path

import pytest

from kernel.errors import BadInput
from worlds.consistency import check
from worlds.read import resolved, world_of
from worlds.readers import read_instance, shipped_instances
from worlds.spec import World

SHIPPED = shipped_instances()
JSP = "2 2\n0 3 1 4\n1 5 0 6\n"
FJS = "2 3 1.5\n2 1 1 5 2 2 6 3 7\n1 3 1 2 2 3 3 4\n"
MATRIX = "0 1 2 3\n1 0 2 2.5\n2 2 0 1\n4 3 2 0\n"


def times(world: World) -> list[list[dict[str, int]]]:
    """Return the machines and times of all operations, in units."""
    return [
        [{m.machine: m.time // world.unit_ms for m in s.modes} for s in product.steps]
        for product in world.products
    ]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path, layout: Path | None = None) -> str:
    """Return the sentence that reading the file raises."""
    with pytest.raises(BadInput) as caught:
        read_instance(path, layout)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_shipped() -> None:
    """A dozen small ones, each a consistent world that reads back from its values."""
    assert len(SHIPPED) == 13
    assert {"ft06", "la01", "ft10", "ta01", "mk01", "kacem1", "EX11", "fjsp1"} <= {
        *SHIPPED
    }
    for name, path in SHIPPED.items():
        world = read_instance(path)
        check(world, name)
        assert world.name == name
        assert world_of(resolved(world), name) == world
        sources = path.with_name("SOURCES.md").read_text(encoding="utf-8")
        assert f"`{path.name}`" in sources


def test_a_job_shop() -> None:
    """ft06: 6 x 6, machines from 0, everything in one place, all jobs at 0."""
    world = read_instance(SHIPPED["ft06"])
    assert [m.id for m in world.machines] == [f"M{i}" for i in range(6)]
    assert times(world)[0] == [
        {"M2": 1}, {"M0": 3}, {"M1": 6}, {"M3": 7}, {"M5": 3}, {"M4": 6}
    ]  # fmt: skip
    assert sum(t for job in times(world) for op in job for t in op.values()) == 197
    assert (world.unit_ms, world.completion, world.vehicles) == (1000, "processed", ())
    assert len({machine.node for machine in world.machines}) == 1
    assert [order.id for order in world.demand.orders] == [f"J{j}" for j in range(6)]
    assert {(o.arrival, o.due, o.quantity, o.weight) for o in world.demand.orders} == {
        (0, 0, 1, 1.0)
    }
    assert {machine.output_buffer for machine in world.machines} == {1_000_000}


def test_a_flexible_job_shop() -> None:
    """mk01: 10 jobs, 6 machines from 1, 55 operations; tabs and spaces alike."""
    world = read_instance(SHIPPED["mk01"])
    assert [m.id for m in world.machines] == [f"M{i}" for i in range(1, 7)]
    assert times(world)[0][:2] == [{"M1": 5, "M3": 4}, {"M5": 3, "M3": 5, "M2": 1}]
    assert sum(map(len, times(world))) == 55


def test_a_job_shop_with_vehicles_in_json() -> None:
    """EX11: 2 vehicles at load/unload, an asymmetric matrix, the dock there."""
    world = read_instance(SHIPPED["EX11"])
    assert times(world)[0] == [{"M1": 8}, {"M2": 16}, {"M4": 12}]
    travel = world.floor.travel
    assert travel is not None
    assert travel.nodes == ("LU", "M1", "M2", "M3", "M4")
    assert travel.times[0] == (0, 6000, 8000, 10_000, 12_000)
    assert travel.times[1] == (12_000, 0, 6000, 8000, 10_000)
    assert [(v.count, v.home) for v in world.vehicles] == [(2, ("LU",))]
    assert [dock.node for dock in world.docks] == ["LU"]


def test_a_flexible_job_shop_with_vehicles() -> None:
    """fjsp1 finds its layout beside it; its third number is the vehicles."""
    world = read_instance(SHIPPED["fjsp1"])
    assert times(world)[0][0] == {"M1": 16, "M2": 16}
    assert world.floor.travel is not None
    assert world.floor.travel.times[0][:3] == (0, 6000, 8000)
    assert world.vehicles[0].count == 2


def test_a_third_number_without_travel_times_is_the_flexibility(tmp_path: Path) -> None:
    """No vehicles then; with a layout three of them, in a .fjs file too."""
    path = written(tmp_path, "a.fjs", FJS.replace("1.5", "3"))
    assert read_instance(path).vehicles == ()
    layout = written(tmp_path, "layout", MATRIX)
    world = read_instance(path, layout)
    assert world.vehicles[0].count == 3
    assert world.floor.travel is not None
    assert world.floor.travel.times[1] == (1000, 0, 2000, 2500)
    path = written(tmp_path, "b.fjs", FJS)
    said = "the number of vehicles (that is the third number where parts are carried)"
    assert f'{said} is "1.5"' in refusal(path, layout)


def test_machines_from_0_where_0_occurs(tmp_path: Path) -> None:
    """Labels are the file's own, in flexible job shops (mfjs) and in job shops."""
    path = written(tmp_path, "m.txt", "2 3 2\n1 2 0 5 1 6\n1 1 2 7\n")
    world = read_instance(path)
    assert times(world) == [[{"M0": 5, "M1": 6}], [{"M2": 7}]]
    path = written(tmp_path, "j.txt", "2 2\n1 3 2 4\n2 5 1 6\n")
    assert times(read_instance(path))[1] == [{"M2": 5}, {"M1": 6}]


@pytest.mark.parametrize(
    "text",
    [
        "instance tiny\n 2 2\n 0 3 1 4\n 1 5 0 6\n",
        "# a comment\n\n2 2\n# more\n0 3 1 4\n1 5 0 6\n\n",
        "+++++\n Fisher and Thompson 2x2\n +++++\n2 2\n0 3 1 4\n1 5 0 6\n+++++\n",
        "2 2\n0 3\n1 4 1\n5 0 6",
        "\ufeff2 2\r\n0\t3 1 4\r\n1 5 0 6\r\n",
    ],
)
def test_ways_to_write_a_job_shop(text: str, tmp_path: Path) -> None:
    """Said before, commented, ruled, broken over lines, from another system."""
    world = read_instance(written(tmp_path, "t.txt", text))
    assert times(world) == [[{"M0": 3}, {"M1": 4}], [{"M1": 5}, {"M0": 6}]]


@pytest.mark.parametrize(
    "text",
    [
        "Nb of jobs, Nb of machines, seeds, bounds\n2 3 84 39 1231 1005\n"
        "Times\n3 4 5\n5 6 7\nMachines\n1 2 3\n3 1 2\n",
        "2 3\n3 4 5\n5 6 7\n1 2 3\n3 1 2\n",
    ],
)
def test_a_job_shop_after_taillard(text: str, tmp_path: Path) -> None:
    """A matrix of times, one of machines, from 1; with titles or without."""
    world = read_instance(written(tmp_path, "ta.txt", text))
    assert times(world) == [
        [{"M1": 3}, {"M2": 4}, {"M3": 5}],
        [{"M3": 5}, {"M1": 6}, {"M2": 7}],
    ]


def test_a_job_set_with_counted_operations(tmp_path: Path) -> None:
    """Bilge and Ulusoy's text: the count, then pairs; two vehicles by convention."""
    path = written(tmp_path, "set.txt", "2 3\n2 1 8 2 16\n3 3 4 1 5 2 6\n")
    world = read_instance(path, written(tmp_path, "l.txt", MATRIX))
    assert times(world)[1] == [{"M3": 4}, {"M1": 5}, {"M2": 6}]
    assert world.vehicles[0].count == 2


def test_names_are_ids(tmp_path: Path) -> None:
    """A stem with blanks becomes an id."""
    assert read_instance(written(tmp_path, "_my shop (1).txt", JSP)).name == (
        "my_shop__1_"
    )


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_truncation_is_refused(name: str, tmp_path: Path) -> None:
    """Cut after any tenth of its words, no instance is taken for a smaller one."""
    path = SHIPPED[name]
    text = path.read_text(encoding="utf-8").rstrip()
    words = text.split()
    for tenth in range(10):
        kept = sum(len(word) for word in words[: len(words) * tenth // 10])
        cut, seen = 0, 0
        while seen < kept:
            seen += not text[cut].isspace()
            cut += 1
        assert refusal(written(tmp_path, f"cut{path.suffix}", text[:cut]))


BAD = [
    # name, text, words of the sentence
    ("a.fjs", "", "holds no numbers"),
    ("a.fjs", "no numbers here\n", "holds no numbers"),
    ("a.fjs", FJS.replace("2 3 1.5", "2"), "line 1: the file ends before the"),
    ("a.fjs", FJS.replace("2 3 1.5", "2 3 1 4"), "line 1: 4 numbers, expected 2 or 3"),
    ("a.fjs", FJS.replace("1.5", "x"), 'line 1: "x", expected the mean flexibility'),
    ("a.fjs", FJS.replace("1.5", "1e999"), 'line 1: "1e999", expected the mean'),
    ("a.fjs", FJS.replace("2 3 1.5", "2 1000000 1"), 'number of machines is "1000000"'),
    ("a.fjs", FJS.replace("2 3 1.5", "10000000 3"), 'number of jobs is "10000000"'),
    ("a.fjs", FJS.replace("2 3 1.5", "0 3"), 'number of jobs is "0", expected'),
    ("a.fjs", FJS.replace("2 3 1.5", "-2 3"), 'number of jobs is "-2", expected'),
    ("a.fjs", FJS.replace("2 3 1.5", "nan 3"), 'number of jobs is "nan", expected'),
    ("a.fjs", FJS.replace("2 3 1.5", "3 3"), "ends before the number of operations of"),
    ("a.fjs", FJS.replace("2 3 1.5", "1 3"), "follows the last of 1 jobs"),
    ("a.fjs", FJS.replace("6 3 7", "6 4 7"), "the machine of job 0, operation 1 is"),
    ("a.fjs", FJS.replace("6 3 7", "6 2 7"), "machine 2 occurs twice"),
    ("a.fjs", FJS.replace("1 2 2", "0 2 2"), "machines 0 and 3 both occur"),
    ("a.fjs", FJS.replace("1 5 2", "1 -5 2"), 'the time of job 0, operation 0 is "-5"'),
    ("a.fjs", FJS.replace("1 5 2", "1 5.5 2"), '"5.5", expected a whole number'),
    ("a.fjs", FJS.replace("1 5 2", "1 NaN 2"), '"NaN", expected a whole number'),
    ("a.fjs", FJS.replace("1 5 2", "1 1e999 2"), '"1e999", expected a whole number'),
    ("a.fjs", FJS.replace("1 5 2", f"1 {'9' * 5000} 2"), "expected a whole number"),
    ("a.fjs", FJS.replace("1 5 2", "1 \u0665 2"), "expected a whole number"),
    ("a.fjs", FJS.replace("2 1 1 5", "0 1 1 5"), 'operations of job 0 is "0"'),
    ("a.fjs", FJS.replace("2 1 1 5", "9 1 1 5"), "line 3"),
    ("a.fjs", FJS.replace("2 1 1 5", "1 1 1 5"), "line 2: numbers follow the last"),
    ("a.fjs", FJS.replace("1 3 1 2", "1 4 1 2"), 'number of machines of job 1'),
    ("a.txt", JSP.replace("1 5", "2 5"), "machines 0 and 2 both occur"),
    ("a.txt", JSP.replace("1 5", "9 5"), 'the machine of job 1, operation 0 is "9"'),
    ("a.txt", JSP.replace("0 6", "0 -6"), 'line 3: the time of job 1, operation 1'),
    ("a.txt", JSP.replace("0 6", "0"), "ends before the time of job 1"),
    ("a.txt", JSP + "5 5\n", 'line 4: "5" follows the last of 2 jobs'),
    ("a.txt", JSP.replace("1 4", ""), "line 2"),
    ("a.txt", "2 2\nTimes\n3 4\n5 6\nMachines\n1 2\n", "the machine of job 1"),
    ("a.txt", "2 2\nTimes\n3 4\n5 6\nMachines\n1 2\n2 3\n", "the machine of job 1 is"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "words"), BAD)
def test_bad_texts_are_refused(
    name: str, text: str, words: str, tmp_path: Path
) -> None:
    """The sentence names the file, the line, the value and what was expected."""
    sentence = refusal(written(tmp_path, name, text))
    assert sentence.startswith(str(tmp_path / name))
    assert words in sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 1 2\n1 0 2\n2 2 0\n", "line 1: 3 numbers, expected 4"),
        ("0 1 2 3\n1 0 2 2\n2 2 0 1\n", "line 3: 3 rows, expected 4"),
        (MATRIX.replace("2.5", "-2"), 'line 2: the travel time from place 1 is "-2"'),
        (MATRIX.replace("2.5", "2.1234"), '"2.1234", expected a whole number'),
        (MATRIX.replace("2.5", "inf"), '"inf", expected a whole number'),
        (MATRIX.replace("1 0 2", "1 1 2"), "from place 1 to itself is not 0"),
        ("", "0 rows, expected 4"),
    ],
)
def test_bad_layouts_are_refused(text: str, words: str, tmp_path: Path) -> None:
    """The sentence names the layout, not the instance."""
    path = written(tmp_path, "a.fjs", FJS.replace("1.5", "2"))
    sentence = refusal(path, written(tmp_path, "layout", text))
    assert sentence.startswith(str(tmp_path / "layout"))
    assert words in sentence


def test_an_instance_with_its_own_travel_times_takes_no_layout(tmp_path: Path) -> None:
    """JSON and a layout contradict each other."""
    layout = written(tmp_path, "layout", MATRIX)
    assert "expected no layout" in refusal(SHIPPED["EX11"], layout)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"jobs": None}, "jobs: null, expected a list of 1 to 10000"),
        ({"jobs": [[[1, 8, 2]]]}, "jobs.0.0: [1, 8, 2], expected a list of 2"),
        ({"jobs": [[[5, 8]]]}, "jobs.0.0.0: 5, expected a whole number from 1 to 4"),
        ({"jobs": [[[1, -8]]]}, "jobs.0.0.1: -8, expected a whole number from 0"),
        ({"jobs": [[[1, 8.5]]]}, "jobs.0.0.1: 8.5, expected a whole number"),
        ({"jobs": [[[True, 8]]]}, "jobs.0.0.0: true, expected a whole number"),
        ({"jobs": [[]]}, "jobs.0: [], expected a list of 1 to 1000"),
        ({"n_agvs": 0}, "n_agvs: 0, expected a whole number from 1"),
        ({"n_machines": 1_000_000}, "n_machines: 1000000, expected a whole number"),
        ({"n_machines": 5}, "travel_time: [[0, 6"),
    ],
)
def test_bad_values_in_json_are_refused(
    change: dict[str, object], words: str, tmp_path: Path
) -> None:
    """The sentence names the dotted key."""
    content = json.loads(SHIPPED["EX11"].read_text(encoding="utf-8")) | change
    assert words in refusal(written(tmp_path, "a.json", json.dumps(content)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", "n_machines: is missing"),
        ("[1]", "[1], expected an object"),
        ('{"n_machines": 4, ', "is not JSON"),
        ('{"n_machines": NaN}', "expected a finite number"),
        ('{"n_machines": 1e999}', "expected a finite number"),
        ("[" * 100_000, "nested deeper"),
        (b'{"n_machines": "\xff"}', "is not UTF-8"),
        (b"2 2\n0 3 1 \xff\n", "is not UTF-8"),
        ("7" * 8_000_001, "expected a file of at most 8000000 bytes"),
    ],
)
def test_files_that_are_something_else_are_refused(
    content: str | bytes, words: str, tmp_path: Path
) -> None:
    """Broken, deep, infinite, binary or huge."""
    assert words in refusal(written(tmp_path, "a.json", content))


def test_missing_files_are_refused(tmp_path: Path) -> None:
    """No such file, a folder, and a layout that is not there."""
    assert "no such file" in refusal(tmp_path / "none.fjs")
    assert "is a folder" in refusal(tmp_path)
    path = written(tmp_path, "a.txt", JSP)
    assert "no such file" in refusal(path, tmp_path / "none")


def test_travel_times_are_found_beside_any_instance(tmp_path: Path) -> None:
    """Beside a .fjs file too; an instance without is read without."""
    path = written(tmp_path, "own.fjs", FJS.replace("1.5", "2"))
    assert not read_instance(path).vehicles
    written(tmp_path, "own.layout.txt", MATRIX)
    assert read_instance(path).vehicles[0].count == 2


def test_data_that_nobody_looks_at_is_refused(tmp_path: Path) -> None:
    """Due dates in a JSON instance would be lost; names and multipliers are not."""
    content = json.loads(SHIPPED["EX11"].read_text()) | {"paper": "x", "scale": 2}
    names = ["a", "b"]
    path = written(tmp_path, "x.json", json.dumps(content | {"names": names}))
    assert read_instance(path).name == "x"
    path = written(tmp_path, "x.json", json.dumps(content | {"due": [40, 60]}))
    assert "x.json: due: is unknown, expected lists only in jobs" in refusal(path)
