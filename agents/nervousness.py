"""Nervousness: how much a plan changes the one before it.

What begins soon has been prepared for: its part is on the way or in the buffer, tools
and people are told. So machines changed in the near term are counted by themselves
(after Sridharan, Berry & Udayabhanu 1988, who weigh changes by how near they are).
"""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from kernel.calendar import HOUR
from scheduling.plan import Plan

#: What a plan has beginning sooner than this is the near term, ms.
NEAR = 2 * HOUR


class Change(NamedTuple):
    """What sets two plans apart, of the operations that both have yet to begin.

    ``machine`` of ``common`` operations are on another machine, and all starts are
    shifted by ``start`` ms in sum. Of ``near`` operations, which the older plan had
    beginning soon, ``near_machine`` are on another machine.
    """

    common: int = 0
    machine: int = 0
    start: int = 0
    near: int = 0
    near_machine: int = 0

    def and_then(self, later: Change) -> Change:
        """Return the sums of this change and a later one."""
        return Change(*map(sum, zip(self, later, strict=True)))


def change(
    before: Plan | None,
    after: Plan | None,
    now: int,
    begun: Container[str],
    machines: Container[str],
) -> Change:
    """Return what a plan changes in the one before it; nothing if one is missing.

    Parameters
    ----------
    begun
        Operations that stay where they are whatever a plan says: they do not count.
    machines
        Those that can be chosen among; a dock is none.
    """
    if before is None or after is None:
        return Change()
    known = {old.operation: old for old in before.assignments}
    common = machine = start = near = near_machine = 0
    for new in after.assignments:
        old = known.get(new.operation)
        if old is None or new.operation in begun or old.machine not in machines:
            continue
        moved = old.machine != new.machine
        common += 1
        machine += moved
        start += abs(old.start - new.start)
        if old.start < now + NEAR:
            near += 1
            near_machine += moved
    return Change(common, machine, start, near, near_machine)
