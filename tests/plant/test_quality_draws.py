"""Defects, inspections and rework, by chance and in expectation; the life of lots."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from plant_bench import bench
from small_worlds import step

from kernel.calendar import MINUTE
from plant import lots
from plant.lot import Lot
from plant.quality import inspect, mend, spoil
from worlds.products import RouteStep
from worlds.spec import Inspection, Rework

MANY = 20_000
REWORK = Rework(capability="M", time=1, success=0.8, limit=1)


def many(**more: object) -> tuple[Lot, RouteStep]:
    """Return a lot of very many pieces and its step."""
    lot = bench(step("s", "M", **more)).lot("L", pieces=MANY)
    lot.rounds["s"] = 1
    return lot, lot.next_step


def near(found: int, probability: float, of: int = MANY) -> bool:
    """Return whether a count is within four standard deviations of what is expected."""
    sigma = math.sqrt(of * probability * (1 - probability))
    return abs(found - of * probability) < 4 * sigma


def test_defects_are_binomial() -> None:
    """Three opportunities of 10 % a piece: 0.3 defects a piece, 27.1 % bad."""
    lot, s = many(defects_per_million=100_000.0, opportunities=3)
    made = spoil(1, lot, s)
    assert near(made, 0.1, 3 * MANY)
    assert near(len(lot.defects), 1 - 0.9**3)
    assert near(sum(k == 3 for k in lot.defects.values()), 0.001)
    assert sum(lot.defects.values()) == made


@pytest.mark.parametrize(("dpm", "each"), [(0.0, 0), (1e6, 3)])
def test_certain_defects(dpm: float, each: int) -> None:
    """At 0 per million nothing goes wrong, at a million everything."""
    lot, s = many(defects_per_million=dpm, opportunities=3)
    assert spoil(1, lot, s) == each * MANY


def test_misses_and_false_alarms_in_expectation() -> None:
    """A fifth of the bad pass, a twentieth of the good are flagged."""
    lot, s = many(defects_per_million=300_000.0)
    bad = spoil(1, lot, s)
    found = inspect(1, lot, Inspection(miss=0.2, false_alarm=0.05), "s")
    assert near(found.missed, 0.2, bad)
    assert near(found.alarms, 0.05, MANY - bad)
    assert found.rework == ()
    assert len(found.scrap) == bad - found.missed + found.alarms


def test_mending_succeeds_as_often_as_said() -> None:
    """Of all defective pieces a fifth stays so."""
    lot, s = many(defects_per_million=1e6)
    spoil(1, lot, s)
    mend(1, lot, Inspection(rework=REWORK), "s")
    assert near(len(lot.defects), 0.2)


def test_rework_has_a_limit() -> None:
    """After as many attempts as allowed, what is flagged is scrap."""
    lot, s = many(defects_per_million=1e6)
    spoil(1, lot, s)
    first = inspect(1, lot, Inspection(rework=REWORK), "s")
    assert (len(first.rework), first.scrap) == (MANY, ())
    lot.attempts = 1
    second = inspect(1, lot, Inspection(rework=REWORK), "s")
    assert (second.rework, len(second.scrap)) == ((), MANY)


def test_luck_belongs_to_the_piece() -> None:
    """A piece has the same defects in whatever company it is inspected."""
    lot, s = many(defects_per_million=300_000.0)
    alone = replace(lot, pieces=(7, 8, 9), defects={})
    spoil(1, lot, s)
    spoil(1, alone, s)
    assert alone.defects == {p: n for p, n in lot.defects.items() if p in (7, 8, 9)}
    assert len(lot.defects) > 100


def test_an_inspection_splits_the_lot() -> None:
    """Flagged pieces leave as a lot of their own; the good ones go on."""
    law = {"false_alarm": 0.5, "rework": {"capability": "M", "time": "2 min"}}
    b = bench(step("s", "M", inspection=law), step("t", "M"), output_buffer=1)
    m = b.machine("M")
    lot = b.lot("L", "M", pieces=10)
    m.start(lot, 10 * MINUTE)
    b.until(10)
    part = b.floor.lot("L~1")
    assert sorted(lot.pieces + part.pieces) == list(range(10))
    assert part.pieces
    assert (lot.next_step.id, part.next_step.id, part.mending) == ("t", "s", True)
    assert b.facts[-2] == {"into": "L~1", "pieces": len(part.pieces)}  # then the state
    assert (m.buffers.output, m.buffers.blocked) == (["L"], ["L~1"])


def test_scrap_leaves_the_floor() -> None:
    """A lot whose pieces are all scrapped is gone, and its slot is free."""
    bad = step("s", "M", defects_per_million=9.4e5, inspection={})
    b = bench(bad, seed=2)  # with this seed both pieces are
    m = b.machine("M")
    m.start(b.lot("L", "M", pieces=2), MINUTE)
    b.until(1)
    scrapped = b.facts[[kind for _, kind, _ in b.said].index("lot_scrapped")]
    assert scrapped == {"order": "O", "pieces": 2, "step": "s"}
    assert b.floor.lots == {}
    assert m.occupied == len(m.buffers.output) == 0


def test_joining_merges_defects() -> None:
    """Piece n of the whole has the defects of piece n of every branch."""
    b = bench(
        step("a", "M", after=[]),
        step("b", "M", after=[]),
        step("c", "M", after=["a", "b"]),
    )
    m = b.machine("M")
    left = b.lot("K/a", "M", pieces=2, kit="K")
    right = b.lot("K/b", "M", pieces=2, kit="K", step=left.route.steps[1])
    left.defects, right.defects = {0: 1}, {0: 2, 1: 1}
    whole = lots.join(b.floor, "K", "K", left.route.steps[2], [left, right])
    assert whole.defects == {0: 3, 1: 1}
    assert (whole.chain, whole.next_step.id, whole.at) == ("c", "c", "M")
    assert m.buffers.input == ["K"]
    assert set(b.floor.lots) == {"K"}
