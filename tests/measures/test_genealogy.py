"""Genealogy: from the shipped box back to the sheet."""

from __future__ import annotations

import pytest
from measures_story import S, full_story

from kernel.errors import BadInput
from measures.genealogy import genealogy


def test_order_down_to_its_material() -> None:
    """An order ends up as two lots, both cut from the same material lot."""
    whole, part = genealogy(full_story().events, "O1")
    assert (whole.lot, part.lot) == ("O1.1", "O1.1~1")
    assert [source.lot for source in whole.inputs] == ["O1.1/cut", "O1.1/print"]
    assert whole.material_lots == part.material_lots == {"sheet/1"}
    assert whole.pieces == part.pieces == 1


def test_treatments_say_where_and_when() -> None:
    """Each operation has its machine, times, operator and material."""
    (cut,) = genealogy(full_story().events, "O1.1/cut")
    (treatment,) = cut.treatments
    assert treatment.machine == "cutter"
    assert (treatment.start, treatment.end) == (13 * S, 63 * S)
    assert treatment.operator == "crew-1"
    assert treatment.materials == (("sheet", "sheet/1", 4),)
    assert cut.vehicles == ("agv-1", "agv-1")


def test_parted_lot_shares_the_past_up_to_the_split() -> None:
    """What was done to the lot after the split is not in the part's past."""
    _, part = genealogy(full_story().events, "O1")
    past = part.parted_from
    assert past is not None
    assert [t.step for t in past.treatments] == ["join", "test"]
    assert [t.step for t in part.treatments] == ["test.rework", "test"]
    assert [found.rework for found in past.inspections] == [1]
    assert past.vehicles == ("agv-1",)


def test_unfinished_operation_has_no_end() -> None:
    """Work that goes on is in the tree."""
    events = full_story().events
    at = next(i for i, e in enumerate(events) if e.kind == "operation_started")
    (cut,) = genealogy(events[: at + 1], "O1.1/cut")
    assert cut.treatments[0].end is None


def test_unknown_id_is_refused() -> None:
    """A sentence says what is unknown."""
    with pytest.raises(BadInput, match="O9: is no order or lot"):
        genealogy(full_story().events, "O9")
