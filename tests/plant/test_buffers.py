"""Input and output slots."""

from __future__ import annotations

import pytest
from plant_bench import bench
from small_worlds import step

from kernel.errors import Impossible
from plant.buffers import Buffers, slot_key
from plant.lot import Lot


def lots(*ids: str, kit: str = "", chain: str = "s") -> list[Lot]:
    """Return lots that are nowhere yet, each of its own kit unless one is named."""
    route = bench(step("s", "M")).lot("L").route
    return [
        Lot(
            id=id,
            order="O",
            kit=kit or id,
            chain=chain,
            route=route,
            step=0,
            pieces=(0,),
            at="",
        )
        for id in ids
    ]


def test_slots_are_reserved_until_there_are_none() -> None:
    """Two slots: the third lot gets one when one is given back."""
    buffers = Buffers(2, 1)
    a, b, c = lots("A", "B", "C")
    assert buffers.reserve(a)
    assert buffers.reserve(b)
    assert not buffers.reserve(c)
    assert not buffers.fits([c])
    buffers.unreserve(a)
    assert buffers.reserve(c)
    assert buffers.room == 0


def test_no_lot_comes_without_a_slot() -> None:
    """Receiving needs a reservation, and one lot gets only one."""
    buffers = Buffers(2, 1)
    (a,) = lots("A")
    with pytest.raises(Impossible):
        buffers.receive(a)
    buffers.reserve(a)
    with pytest.raises(Impossible):
        buffers.reserve(a)
    buffers.receive(a)
    assert buffers.input == ["A"]
    with pytest.raises(Impossible):
        buffers.take(*lots("B"))


def test_lots_of_one_branch_share_a_slot() -> None:
    """What an inspection parted, and what replaces scrap, take one slot."""
    buffers = Buffers(1, 1)
    whole, part = lots("K/s", "K/s~1", kit="K")
    (again,) = lots("K/s+1", kit="K/s+1")
    (twice,) = lots("K/s+1+1", kit="K/s+1+1")
    assert len({slot_key(lot) for lot in (whole, part, again, twice)}) == 1
    for lot in (whole, part, again, twice):
        assert buffers.reserve(lot)
        buffers.receive(lot)
    (other,) = lots("J/s", kit="J")
    (whole_again,) = lots("K+1", kit="K+1")
    (other_branch,) = lots("K/t", kit="K", chain="t")
    for stranger in (other, whole_again, other_branch):
        assert not buffers.reserve(stranger)
    for lot in (whole, part, again):
        buffers.take(lot)
        assert buffers.room == 0
    buffers.take(twice)
    assert buffers.room == 1


def test_the_blocked_move_up() -> None:
    """When the output gets room, the first of the blocked lots goes there."""
    buffers = Buffers(2, 1)
    a, b, c = lots("A", "B", "C")
    for lot in (a, b, c):
        buffers.put_out(lot)
    assert (buffers.output, buffers.blocked) == (["A"], ["B", "C"])
    buffers.take(a)
    assert (buffers.output, buffers.blocked) == (["B"], ["C"])
    buffers.take(c)
    assert (buffers.output, buffers.blocked) == (["B"], [])
