"""Plan files: written, read back, checked, refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
