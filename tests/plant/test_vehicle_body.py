"""A vehicle's body: driving, carrying, standing still."""

from __future__ import annotations

import pytest
from plant_bench import Bench
from small_worlds import machine, order, product, small_world, step

from kernel.calendar import MINUTE, SECOND
from kernel.errors import Impossible
from plant.vehicle import VehicleBody

GROUP = {
    "id": "agv",
    "count": 1,
    "home": ["store"],
    "speed": "0.5 m/s",
    "load": "5 s",
    "unload": "7 s",
}


def vehicle() -> tuple[Bench, VehicleBody]:
    """Return a bench with machine M 10 m from the store, N at 20 m, and a vehicle."""
    world = small_world(
        [machine("M"), machine("N", input_buffer=1)],
        [product(step("s", "M"))],
        [order("O")],
        vehicles=[GROUP],
    )
    b = Bench(world)
    b.machine("M")
    b.machine("N")
    body = VehicleBody("agv-1", world.vehicles[0], "store", b.floor)
    b.calendar.register("agv-1", body)
    return b, body


def at(b: Bench, *kinds: str) -> list[tuple[float, str]]:
    """Return the second and kind of facts."""
    return [(round(60 * t, 3), kind) for t, kind in b.when(*kinds)]


def test_it_drives_loads_drives_and_unloads() -> None:
    """20 s to M; then 5 s loading, 20 s to N, 7 s unloading."""
    b, v = vehicle()
    lot = b.lot("L", "M")
    v.drive("M")
    b.until(1)
    assert v.node == "at-M"
    b.floor.places["N"].reserve(lot)
    v.carry("L", "N")
    assert lot.at == "agv-1"
    b.until(10)
    kinds = ("drive_started", "drive_finished", "lot_loaded", "lot_delivered")
    assert at(b, *kinds)[2:] == [  # the lot was put into M by a hop
        (0, "drive_started"),
        (20, "drive_finished"),
        (60, "lot_loaded"),
        (65, "drive_started"),
        (85, "drive_finished"),
        (92, "lot_delivered"),
    ]
    assert (lot.at, v.node, v.busy) == ("N", "at-N", False)


def test_it_carries_only_what_is_where_it_is() -> None:
    """A lot elsewhere, or a second command while driving, is impossible."""
    b, v = vehicle()
    b.lot("L", "M")
    with pytest.raises(Impossible):
        v.carry("L", "N")
    v.drive("M")
    with pytest.raises(Impossible):
        v.drive("N")
    with pytest.raises(Impossible):
        v.carry("L", "N")


def test_nothing_is_put_down_without_a_slot() -> None:
    """A lot brought where no slot is kept for it is a contradiction."""
    b, v = vehicle()
    b.lot("L")
    v.carry("L", "N")
    with pytest.raises(Impossible):
        b.until(10)


@pytest.mark.parametrize(("stops", "arrives"), [([(5, 10)], 30), ([(25, 10)], 20)])
def test_a_stop_delays_the_drive_by_as_much(
    stops: list[tuple[int, int]], arrives: int
) -> None:
    """A stop of 10 s at second 5 of 20; one at second 25 comes too late to matter."""
    b, v = vehicle()
    v.drive("M")
    for second, length in stops:
        b.calendar.run_until(second * SECOND)
        v.stop(length * SECOND)
    b.until(10)
    assert at(b, "drive_finished") == [(arrives, "drive_finished")]


def test_stops_overlap() -> None:
    """From 5 for 10 s and from 10 for 15 s: it stands from 5 to 25, once."""
    b, v = vehicle()
    v.drive("M")
    for second, length in ((5, 10), (10, 15), (11, 1)):
        b.calendar.run_until(second * SECOND)
        v.stop(length * SECOND)
    b.until(10)
    assert at(b, "vehicle_stopped", "vehicle_resumed", "drive_finished") == [
        (5, "vehicle_stopped"),
        (25, "vehicle_resumed"),
        (40, "drive_finished"),
    ]


def test_a_standing_vehicle_begins_after_its_stop() -> None:
    """Sent off while stopped, it leaves when it may."""
    b, v = vehicle()
    v.stop(30 * SECOND)
    v.drive("M")
    b.calendar.run_until(MINUTE)
    assert at(b, "drive_finished") == [(50, "drive_finished")]
