"""What could be done next: an operation's best mode, and until when that holds."""

from __future__ import annotations

from scheduling.arrays import (
    BEFORE,
    CHANGED,
    DURATION,
    INPUTS,
    JOB,
    KEEP,
    MACHINE,
    MODES,
    MOVED,
    SITE,
    SOURCE,
    Arrays,
    Table,
)
from scheduling.compiling import lean
from scheduling.step import (
    HELD,
    LEFT_AT,
    PICKUP,
    SLOT,
    VEHICLE,
    State,
    fetch,
    fit,
    made_at,
    own_part,
    send_back,
)

# columns of a candidate: an eligible operation and the best that can be done with it
C_MODE, C_START, C_SETUP, C_FREE, C_READY, C_PICKUP, C_VEHICLES, C_LEAST = range(8)


@lean
def bit(k: int) -> int:
    """Return a number with one bit for position ``k``; far ones may share theirs."""
    return 1 << (k % 62)


@lean
def price_of(a: Arrays, o: int, machine: int) -> float:
    """Return what it costs to do ``o`` on this machine rather than as it was."""
    price = 0.0
    if a.operations[o, KEEP] >= 0 and a.operations[o, KEEP] != machine:
        price += a.prices[MOVED]
    if a.operations[o, BEFORE] >= 0 and a.operations[o, BEFORE] != machine:
        price += a.prices[CHANGED]
    return price


@lean
def propose(a: Arrays, s: State, o: int, only: int, trips: Table, found: Table) -> None:
    """Find the mode of ``o`` that ends first; what it would mean goes to ``found``.

    The price of another machine counts as the time that costs as much. Equal ends:
    the shorter set-up, then the first mode. ``only``: this mode, unless -1. The least
    start of all modes is found too. No mode, -1, if every slot is held by a part.
    """
    rate = a.rates[a.operations[o, JOB]]
    least, least_setup = 0.0, 0
    found[C_MODE], found[C_PICKUP], found[C_VEHICLES] = -1, -1, 0
    found[C_START], found[C_LEAST] = HELD, HELD
    first, last = a.operations[o, INPUTS], a.operations[o + 1, INPUTS]
    for mode in range(a.operations[o, MODES], a.operations[o + 1, MODES]):
        if only >= 0 and mode != only:
            continue
        machine = a.modes[mode, MACHINE]
        arrival = fetch(a, s, o, a.machines[machine, SITE], trips)
        send_back(a, s, o, trips)
        for i in range(first, last):
            if trips[i, VEHICLE] >= 0:
                found[C_VEHICLES] |= bit(trips[i, VEHICLE])
                found[C_PICKUP] = max(found[C_PICKUP], trips[i, PICKUP])
        own = own_part(a, s, o, machine)
        if own >= 0:  # the part makes way for itself
            source = a.inputs[own, SOURCE]
            waits = s.done[source, SLOT]
            s.slots[waits] = s.done[source, LEFT_AT]
        _, setup, start, slot = fit(a, s, o, mode, arrival)
        if own >= 0:
            s.slots[waits] = HELD
        if start >= HELD:
            continue
        found[C_LEAST] = min(found[C_LEAST], start)
        cost = float(start + a.modes[mode, DURATION])
        price = price_of(a, o, machine)
        if price > 0:
            cost += price / rate if rate > 0 else price
        if found[C_MODE] < 0 or cost < least or (cost == least and setup < least_setup):
            least, least_setup = cost, setup
            found[C_MODE], found[C_START], found[C_SETUP] = mode, start, setup
            found[C_FREE] = start if slot < 0 else s.slots[slot]
    found[C_READY] = a.now
    for i in range(first, last):
        found[C_READY] = max(found[C_READY], made_at(a, s, i))
