"""A machine's body: what it takes, when it ends, what interrupts it."""

from __future__ import annotations

import pytest
from plant_bench import bench
from small_worlds import step

from kernel.calendar import MINUTE
from kernel.errors import Impossible

TEN = 10 * MINUTE
DYES = {
    "setups": [
        {
            "id": "dyes",
            "families": ["red", "blue"],
            "times": [["0 min", "5 min"], ["8 min", "0 min"]],
        }
    ]
}


def jam(**more: object) -> list[dict[str, object]]:
    """Return a failure after 4 min of life, repaired in 3 min."""
    return [{"id": "jam", "life": "4 min", "repair": "3 min"} | more]


def test_an_operation_takes_its_time() -> None:
    """Without variation the nominal time is the time it takes."""
    b = bench()
    m = b.machine("M")
    assert m.start(b.lot("L", "M"), TEN) == "L:s"
    b.until(60)
    assert b.when("operation_started", "operation_finished") == [
        (0, "operation_started"),
        (10, "operation_finished"),
    ]
    assert b.states() == [(0, "execute", None), (10, "idle", None)]
    assert m.buffers.output == ["L"]


def test_variation_is_named_by_the_work() -> None:
    """A varied time is the same whatever was done before, another for another lot."""
    law = {"law": "uniform", "low": 0.5, "high": 1.5}
    took = {}
    for ids in (["A", "B"], ["B", "A"]):
        b = bench(variation=law)
        m = b.machine("M")
        for k, id in enumerate(ids):
            b.calendar.run_until(k * 60 * MINUTE)
            m.start(b.lot(id, "M"), TEN)
        b.until(200)
        ends = [t for t, _ in b.when("operation_finished")]
        took[ids[0]] = dict(zip(ids, (ends[0], ends[1] - 60), strict=True))
    assert took["A"] == pytest.approx(took["B"])
    assert took["A"]["A"] != pytest.approx(took["A"]["B"])


def test_the_first_set_up_is_free() -> None:
    """A machine not set up for anything takes the first family at once."""
    b = bench(step("s", "M", family="red"), setup="dyes", tables=DYES)
    m = b.machine("M")
    assert m.setup_time("red") == m.setup_time("blue") == 0
    m.start(b.lot("L", "M"), TEN)
    assert m.family == "red"
    assert m.setup_time("blue") == 5 * MINUTE


def test_a_set_up_takes_the_matrix_time() -> None:
    """From blue to red: 8 min; only then red can be started."""
    b = bench(step("s", "M", family="red"), setup="dyes", family="blue", tables=DYES)
    m = b.machine("M")
    lot = b.lot("L", "M")
    with pytest.raises(Impossible):
        m.start(lot, TEN)
    m.set_up("red", None)
    with pytest.raises(Impossible):
        m.start(lot, TEN)
    b.until(8)
    assert b.when("setup_finished") == [(8, "setup_finished")]
    assert b.states() == [(0, "starting", None), (8, "idle", None)]
    m.start(lot, TEN)
    b.until(60)
    assert b.when("operation_finished") == [(18, "operation_finished")]


def test_no_set_up_while_at_work() -> None:
    """A machine must run empty before it is set up."""
    b = bench(step("s", "M", family="red"), setup="dyes", family="red", tables=DYES)
    m = b.machine("M")
    m.start(b.lot("L", "M"), TEN)
    with pytest.raises(Impossible):
        m.set_up("blue", None)


def test_capacity_and_headway() -> None:
    """It holds two lots, begun at least 2 min apart, and no third."""
    b = bench(capacity=2, headway="2 min", input_buffer=3)
    m = b.machine("M")
    one, two, three = (b.lot(id, "M") for id in "ABC")
    m.start(one, TEN)
    with pytest.raises(Impossible):
        m.start(two, TEN)  # the headway
    b.until(2)
    m.start(two, TEN)
    b.until(4)
    with pytest.raises(Impossible):
        m.start(three, TEN)  # the capacity
    b.until(60)
    assert [t for t, _ in b.when("operation_finished")] == [10, 12]


def test_a_full_output_blocks() -> None:
    """A finished lot stays in the machine until the output has room."""
    b = bench(output_buffer=1)
    m = b.machine("M")
    m.start(b.lot("A", "M"), TEN)
    b.until(10)
    m.start(b.lot("B", "M"), TEN)
    b.until(20)
    assert m.buffers.blocked == ["B"]
    assert b.states()[-1] == (20, "suspended", "buffer")
    with pytest.raises(Impossible):
        m.start(b.lot("C", "M"), TEN)
    b.until(25)
    b.store.reserve(b.floor.lot("A"))
    b.floor.hop("A", "store")
    assert (m.buffers.output, m.buffers.blocked) == (["B"], [])
    assert b.states()[-1] == (25, "idle", None)
    m.start(b.floor.lot("C"), TEN)


def test_a_breakdown_interrupts_and_work_resumes() -> None:
    """Fails at 4, is up at 7, and the 6 min left end at 13."""
    b = bench(failures=jam())
    m = b.machine("M")
    m.start(b.lot("L", "M"), TEN)
    b.until(4)
    assert m.down
    with pytest.raises(Impossible):
        m.start(b.lot("K", "M"), TEN)
    m.repair(None)
    b.until(10.5)
    assert b.when("operation_interrupted", "machine_repaired", "operation_resumed") == [
        (4, "operation_interrupted"),
        (7, "machine_repaired"),
        (7, "operation_resumed"),
    ]
    b.until(11)  # the next life has run out: 4 min of work since 7
    m.repair(None)
    b.until(100)
    assert b.when("operation_finished") == [(16, "operation_finished")]


def test_a_breakdown_may_spoil_what_was_done() -> None:
    """After a restart the whole 3 min are needed again."""
    b = bench(failures=jam(life="2 min", after="restart"))
    m = b.machine("M")
    m.start(b.lot("L", "M"), 3 * MINUTE)
    b.until(2)
    m.repair(None)
    m.wear.clocks["jam"].left = 10**9
    b.until(5)
    assert b.facts[-1]["restarted"] is True
    m.wear.clocks["jam"].since = None  # no second failure
    for entry in list(b.calendar.pending()):
        if entry[4] == "fail":
            b.calendar.cancel(entry[2])
    b.until(60)
    assert b.when("operation_finished") == [(8, "operation_finished")]


def test_nothing_is_repaired_that_is_not_broken() -> None:
    """A repair needs a breakdown, and one is enough."""
    b = bench(failures=jam())
    m = b.machine("M")
    with pytest.raises(Impossible):
        m.repair(None)
    m.disturb(5 * MINUTE)
    m.repair(None)
    with pytest.raises(Impossible):
        m.repair(None)


def test_the_running_clock_stands_while_idle() -> None:
    """Wear counts minutes of work: 3 of them by 30, the fourth at 41."""
    b = bench(failures=jam())
    m = b.machine("M")
    m.start(b.lot("A", "M"), 3 * MINUTE)
    b.until(40)
    assert not m.down
    m.start(b.lot("B", "M"), TEN)
    b.until(60)
    assert b.when("machine_failed") == [(41, "machine_failed")]


def test_the_calendar_clock_runs_while_idle() -> None:
    """A failure by calendar time strikes an idle machine; its next life then begins."""
    b = bench(failures=jam(clock="calendar"))
    m = b.machine("M")
    b.until(4)
    assert b.when("machine_failed") == [(4, "machine_failed")]
    b.until(6)
    m.repair(None)
    b.until(13)
    assert b.when("machine_repaired", "machine_failed")[1:] == [
        (9, "machine_repaired"),
        (13, "machine_failed"),
    ]


def test_a_failure_of_a_broken_machine_does_nothing() -> None:
    """A second mode that strikes during a repair begins a new life."""
    modes = [*jam(clock="calendar"), *jam(id="leak", life="5 min", clock="calendar")]
    b = bench(failures=modes)
    m = b.machine("M")
    b.until(4)
    m.repair(None)
    b.until(9)
    assert b.when("machine_failed") == [(4, "machine_failed")]
    b.until(10)
    assert [t for t, _ in b.when("machine_failed")] == [4, 10]  # 5 + 5; jam: 7 + 4


def test_a_disturbance_breaks_it_for_so_long() -> None:
    """Broken at 1 for 5 min: the operation ends 5 min later."""
    b = bench()
    m = b.machine("M")
    m.start(b.lot("L", "M"), TEN)
    b.until(1)
    m.disturb(5 * MINUTE)
    m.disturb(50 * MINUTE)
    m.repair(None)
    b.until(60)
    assert b.when("operation_finished") == [(15, "operation_finished")]
    assert ("aborted", None) in [state[1:] for state in b.states()]


def test_a_shift_ends_but_begun_work_goes_on() -> None:
    """The world begins at 06:00; the shift ends at 06:05, the work at 06:10."""
    tables = {
        "calendars": [
            {
                "id": "short",
                "shifts": [{"days": ["Mon"], "start": "06:00", "end": "06:05"}],
            }
        ]
    }
    b = bench(calendar="short", tables=tables)
    m = b.machine("M")
    m.start(b.lot("L", "M"), TEN)
    b.until(60)
    assert b.when("operation_finished") == [(10, "operation_finished")]
    assert b.states() == [(0, "execute", None), (10, "stopped", None)]
