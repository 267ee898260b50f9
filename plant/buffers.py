"""The finite input and output of a machine."""

from __future__ import annotations

from kernel.errors import Impossible
from plant.lot import Lot


def slot_key(lot: Lot) -> str:
    """Return what occupies a slot: lots that will be joined on one chain share theirs.

    They were parted at an inspection, or replace scrapped pieces of a branch (their
    kit is called ``KIT/CHAIN+N``, and is wanted where ``KIT`` is assembled).
    """
    outer, _, branch = lot.kit.rpartition("/")
    kit = outer if branch.startswith(f"{lot.chain}+") and outer else lot.kit
    return f"{kit}/{lot.chain}"


class Buffers:
    """Slots for lots before and after the work; no lot comes without a slot.

    A finished lot without a free output slot is ``blocked``: it stays in the machine.
    What an inspection has parted may share a slot again, so that an assembly never
    needs more slots than it has parts.
    """

    __slots__ = (
        "_slots",
        "blocked",
        "incoming",
        "input",
        "output",
        "output_size",
        "size",
    )

    def __init__(self, input_size: int, output_size: int) -> None:
        self.size = input_size
        self.output_size = output_size
        self.input: list[str] = []
        self.incoming: set[str] = set()
        self.output: list[str] = []
        self.blocked: list[str] = []
        self._slots: dict[str, int] = {}  # lots here or coming, by what occupies a slot

    @property
    def room(self) -> int:
        """How many input slots are free."""
        return self.size - len(self._slots)

    def fits(self, lots: list[Lot]) -> bool:
        """Return whether there are slots for all of these lots."""
        return len({slot_key(lot) for lot in lots} - set(self._slots)) <= self.room

    def reserve(self, lot: Lot) -> bool:
        """Keep an input slot for a lot; False: all are taken."""
        key = slot_key(lot)
        if lot.id in self.incoming:
            raise Impossible(f"lot {lot.id} has a slot already")
        if key not in self._slots and self.room <= 0:
            return False
        self._slots[key] = self._slots.get(key, 0) + 1
        self.incoming.add(lot.id)
        return True

    def unreserve(self, lot: Lot) -> None:
        """Give the slot of a lot that will not come back."""
        self.incoming.remove(lot.id)
        self._free(lot)

    def receive(self, lot: Lot) -> None:
        """Put a lot into the slot kept for it."""
        if lot.id not in self.incoming:
            raise Impossible(f"lot {lot.id} comes without a slot")
        self.incoming.remove(lot.id)
        self.input.append(lot.id)

    def put_out(self, lot: Lot) -> None:
        """Put a finished lot into the output, or leave it in the machine."""
        if len(self.output) < self.output_size:
            self.output.append(lot.id)
        else:
            self.blocked.append(lot.id)

    def take(self, lot: Lot) -> None:
        """Take a lot out of whichever slot it is in."""
        if lot.id in self.input:
            self.input.remove(lot.id)
            self._free(lot)
            return
        for slots in (self.output, self.blocked):
            if lot.id in slots:
                slots.remove(lot.id)
                break
        else:
            raise Impossible(f"lot {lot.id} is not here")
        while self.blocked and len(self.output) < self.output_size:
            self.output.append(self.blocked.pop(0))

    def _free(self, lot: Lot) -> None:
        key = slot_key(lot)
        self._slots[key] -= 1
        if not self._slots[key]:
            del self._slots[key]
