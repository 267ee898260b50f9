"""Plan files: written, read back, checked, refused."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from small_worlds import Table, machine, order, product, small_world, step

from kernel.errors import BadInput
from scheduling.planfile import PlanFile, check_plan_file, digest_of
from scheduling.portfolio import Params, solve
from worlds.read import read_world
from worlds.shipped import path_of

QUICK = Params(budget=20, exact_operations=0, windows=0)


@pytest.fixture(params=["EX11", "mk01", "ft06"])
def instance(request: pytest.FixtureRequest) -> str:
    """Return the name of an instance."""
    return str(request.param)


def written(name: str, path: Path) -> dict:
    """Write a plan of an instance; return its content."""
    file = PlanFile(read_world(name), digest_of(path_of(name)))
    plan = solve(file.problem, QUICK).plan
    assert plan is not None
    content = file.content(plan)
    path.write_text(json.dumps(content))
    return content


def test_written_plan_passes(instance: str, tmp_path: Path):
    """What is written is read back as the same plan and passes the check."""
    path = tmp_path / "plan.json"
    content = written(instance, path)
    world = read_world(instance)
    assert check_plan_file(path, world, path_of(instance)) == []
    file = PlanFile(world, digest_of(path_of(instance)))
    assert file.content(file.read(path)) == content
    assert content["unit"] == "units"
    assert isinstance(content["makespan"], int)


def test_empty_trips_are_stated(tmp_path: Path):
    """Trips without a job are there, and the first vehicle starts at row 0."""
    content = written("EX11", tmp_path / "plan.json")
    empty = [trip for trip in content["trips"] if trip["job"] is None]
    assert empty
    assert {trip["vehicle"] for trip in content["trips"]} == {0, 1}
    first = min(content["trips"], key=lambda trip: trip["start"])
    assert first["from"] == 0


def test_spoilt_plan_has_violations(tmp_path: Path):
    """An operation moved, a trip left out, a false makespan are seen."""
    path = tmp_path / "plan.json"
    content = written("EX11", path)
    world = read_world("EX11")
    for spoil in (
        lambda c: c["operations"][3].update(start=0),
        lambda c: c["trips"].pop(),
        lambda c: c.update(makespan=1),
        lambda c: c["operations"].pop(),
    ):
        other = json.loads(json.dumps(content))
        spoil(other)
        path.write_text(json.dumps(other))
        assert check_plan_file(path, world, path_of("EX11"))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"format": 2}, "format"),
        ({"instance": "0"}, "instance"),
        ({"makespan": "55"}, "makespan"),
        ({"makespan": True}, "makespan"),
        ({"operations": {}}, "operations"),
        ({"operations": [1]}, "operations.0"),
        ({"more": 1}, "more"),
        ({"trips": [{}]}, "trips.0.vehicle"),
    ],
)
def test_bad_plan_file_is_refused(change: dict, place: str, tmp_path: Path):
    """What is no plan file of this instance is refused with its place."""
    path = tmp_path / "plan.json"
    content = {**written("EX11", path), **change}
    path.write_text(json.dumps(content))
    with pytest.raises(BadInput) as refused:
        check_plan_file(path, read_world("EX11"), path_of("EX11"))
    assert refused.value.place == place


def test_unknown_names_are_refused(tmp_path: Path):
    """Jobs, operations and machines that the instance has not."""
    path = tmp_path / "plan.json"
    content = written("ft06", path)
    for key, value in (("job", 99), ("operation", -1), ("machine", "M77"), ("end", -1)):
        other = json.loads(json.dumps(content))
        other["operations"][0][key] = value
        path.write_text(json.dumps(other))
        with pytest.raises(BadInput) as refused:
            check_plan_file(path, read_world("ft06"), path_of("ft06"))
        assert refused.value.place == f"operations.0.{key}"


def test_missing_and_truncated_files_are_refused(tmp_path: Path):
    """No file, half a file."""
    world, instance = read_world("ft06"), path_of("ft06")
    with pytest.raises(BadInput):
        check_plan_file(tmp_path / "none.json", world, instance)
    (tmp_path / "half.json").write_text('{"format": 1, "inst')
    with pytest.raises(BadInput):
        check_plan_file(tmp_path / "half.json", world, instance)


def spoilt(drive: dict, name: str) -> list[dict]:
    """Return what stands in place of an empty drive, spoilt in one point."""
    return {
        "no time": [{**drive, "end": drive["start"]}],
        "too long": [{**drive, "end": drive["end"] + 500}],
        "from elsewhere": [{**drive, "from": (drive["from"] + 1) % 5}],
        "to elsewhere": [{**drive, "to": (drive["to"] + 1) % 5}],
        "backwards": [{**drive, "from": 4, "to": 4, "end": 0}],
        "twice": [drive, drive],
        "four times": [drive] * 4,
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "no time",
        "too long",
        "from elsewhere",
        "to elsewhere",
        "backwards",
        "twice",
        "four times",
    ],
)
def test_empty_drives_are_checked(name: str, tmp_path: Path):
    """An empty drive begins where the vehicle is, takes its time, leads on."""
    path = tmp_path / "plan.json"
    content = written("EX11", path)
    world = read_world("EX11")
    empty = [k for k, trip in enumerate(content["trips"]) if trip["job"] is None]
    for k in empty:
        trips = list(content["trips"])
        trips[k : k + 1] = spoilt(trips[k], name)
        path.write_text(json.dumps({**content, "trips": trips}))
        found = check_plan_file(path, world, path_of("EX11"))
        assert {flaw.rule for flaw in found} >= {"vehicle"}, trips[k]


def test_no_empty_drive_while_a_part_is_carried(tmp_path: Path):
    """Not during the last trip, either; after it a vehicle may drive home."""
    path = tmp_path / "plan.json"
    content = written("EX11", path)
    world = read_world("EX11")
    last = [trip for trip in content["trips"] if trip["vehicle"] == 0][-1]
    home = {**last, "job": None, "from": last["to"], "to": last["to"]}
    for start, wrong in ((last["end"], False), (last["end"] - 1, True)):
        more = {**home, "start": start, "end": start}
        trips = [*content["trips"], more]
        path.write_text(json.dumps({**content, "trips": trips}))
        assert bool(check_plan_file(path, world, path_of("EX11"))) == wrong


def test_an_empty_drive_may_have_a_stop(tmp_path: Path):
    """A vehicle may wait at another place; where it is then must be stated."""
    path, world = tmp_path / "plan.json", read_world("EX11")
    content = written("EX11", path)
    names = PlanFile(world, digest_of(path_of("EX11"))).names
    empty = names.problem.fleets[0].empty

    def way(a: int, b: int) -> int:
        return empty[names.place[a]][names.place[b]] // world.unit_ms

    drive, last = content["trips"][-2:]
    assert (drive["job"], drive["vehicle"]) == (None, last["vehicle"])
    [work] = [w for w in content["operations"] if w["start"] == last["end"]]
    assert work["end"] == content["makespan"]
    for item in (last, work):
        item.update(start=item["start"] + 50, end=item["end"] + 50)
    content["makespan"] += 50
    here, there = drive["from"], drive["to"]
    stop = min({0, 1, 2, 3, 4} - {here, there}, key=lambda row: way(row, there))
    assert way(stop, there) < way(here, there)
    arrives = drive["start"] + way(here, stop)
    leaves = last["start"] - way(stop, there)
    first = {**drive, "to": stop, "end": arrives}
    then = {**drive, "from": stop, "start": leaves, "end": last["start"]}
    for drives, wrong in (
        ([drive], False),
        ([first, then], False),
        ([first], True),
        ([then], True),
        ([first, {**then, "end": last["start"] + 1}], True),
    ):
        trips = [*content["trips"][:-2], *drives, last]
        path.write_text(json.dumps({**content, "trips": trips}))
        found = check_plan_file(path, world, path_of("EX11"))
        assert bool(found) == wrong, (drives, found)


def shop(one: Table, *steps: Table, **more: object) -> PlanFile:
    """Return a machine and three orders of one product as an instance in minutes."""
    orders = [order(id) for id in ("A", "B", "C")]
    facts = {"unit": "min", "unit_ms": 60_000, "completion": "processed", **more}
    return PlanFile(small_world([one], [product(*steps)], orders, **facts), "")


def test_set_ups_are_said_and_read(tmp_path: Path):
    """From when on a machine is set up; without it the work would come too soon."""
    dies = {
        "id": "dies",
        "families": ["big", "small"],
        "times": [["0 min", "7 min"], ["5 min", "0 min"]],
    }
    file = shop(
        machine("M", setup="dies"),
        step("s", "M", family="small"),
        step("t", "M", family="big"),
        setups=[dies],
    )
    plan = solve(file.problem, QUICK).plan
    assert plan is not None
    content = file.content(plan)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(content))
    assert file.check(path) == []
    begun = [w["start"] - w["setup_start"] for w in content["operations"] if len(w) > 5]
    assert begun == [5]
    for work in content["operations"]:
        work.pop("setup_start", None)
    path.write_text(json.dumps(content))
    assert file.check(path) != []


def test_what_a_plan_file_cannot_say():
    """Of two parts joined it could not tell who was carried when."""
    file = shop(
        machine("M"),
        step("left", "M", after=[]),
        step("right", "M", after=[]),
        step("join", "M", after=["left", "right"]),
    )
    with pytest.raises(BadInput, match="assembles parts, expected an instance"):
        file.refuse_unsayable("--plan")


def test_an_empty_drive_may_wait_for_its_part(tmp_path: Path):
    """Its line may last until the part is taken, and no longer."""
    path = tmp_path / "plan.json"
    content = written("EX21", path)
    world = read_world("EX21")
    trips = sorted(content["trips"], key=lambda trip: (trip["vehicle"], trip["start"]))
    waits = [
        (k, then["start"])
        for k, (trip, then) in enumerate(pairwise(trips))
        if trip["job"] is None
        and trip["vehicle"] == then["vehicle"]
        and trip["end"] < then["start"]
    ]
    assert waits
    for k, taken in waits:
        for end, wrong in ((taken, False), (taken + 1, True)):
            more = [*trips[:k], {**trips[k], "end": end}, *trips[k + 1 :]]
            path.write_text(json.dumps({**content, "trips": more}))
            assert bool(check_plan_file(path, world, path_of("EX21"))) == wrong
