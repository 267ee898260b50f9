"""What could be done next: an operation's best mode, and until when that holds."""

from __future__ import annotations

from scheduling.arrays import (
    AT,
    BEFORE,
    CHANGED,
    DURATION,
    EMPTY,
    FREE,
    INPUTS,
    JOB,
    KEEP,
    MACHINE,
    MODES,
    MOVED,
    PLACE,
    READY,
    SITE,
    SOURCE,
    Arrays,
    Table,
)
from scheduling.compiling import lean
from scheduling.step import (
    END_AT,
    END_PLACE,
    MODE,
    PICKUP,
    VEHICLE,
    Schedule,
    State,
    fetch,
    fit,
    send_back,
)

# columns of a candidate: an eligible operation and the best that can be done with it
C_MODE, C_START, C_SETUP, C_FREE, C_READY, C_PICKUP, C_VEHICLES, C_STALE = range(8)


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
    the shorter set-up, then the first mode. ``only``: this mode, unless -1.
    """
    rate = a.rates[a.operations[o, JOB]]
    least, least_setup = 0.0, 0
    found[C_MODE], found[C_PICKUP], found[C_VEHICLES] = -1, -1, 0
    first, last = a.operations[o, INPUTS], a.operations[o + 1, INPUTS]
    for mode in range(a.operations[o, MODES], a.operations[o + 1, MODES]):
        if only >= 0 and mode != only:
            continue
        machine = a.modes[mode, MACHINE]
        arrival = fetch(a, s, o, a.machines[machine, SITE], trips)
        send_back(a, s, o, trips)
        for i in range(first, last):
            if trips[i, VEHICLE] >= 0:
                found[C_VEHICLES] |= 1 << (trips[i, VEHICLE] & 31)
                found[C_PICKUP] = max(found[C_PICKUP], trips[i, PICKUP])
        _, setup, start, slot = fit(a, s, o, mode, arrival)
        cost = float(start + a.modes[mode, DURATION])
        price = price_of(a, o, machine)
        if price > 0:
            cost += price / rate if rate > 0 else price
        if found[C_MODE] < 0 or cost < least or (cost == least and setup < least_setup):
            least, least_setup = cost, setup
            found[C_MODE], found[C_START], found[C_SETUP] = mode, start, setup
            found[C_FREE] = start if slot < 0 else s.slots[slot]
    found[C_STALE] = 0
    found[C_READY] = a.now
    for i in range(first, last):
        ready = a.inputs[i, READY]
        if a.inputs[i, SOURCE] >= 0:
            ready = s.done[a.inputs[i, SOURCE], END_AT]
        found[C_READY] = max(found[C_READY], ready)


@lean
def spoilt(a: Arrays, s: State, c: int, found: Table, o: int, plan: Schedule) -> bool:
    """Return whether committing ``o`` may have changed what was found for ``c``."""
    machine = a.modes[plan.works[o, MODE], MACHINE]
    for mode in range(a.operations[c, MODES], a.operations[c + 1, MODES]):
        if a.modes[mode, MACHINE] == machine:
            return True
    if found[C_PICKUP] < 0:
        return False
    for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
        v = plan.trips[i, VEHICLE]
        if v < 0:
            continue
        if len(a.travel) > 1 or found[C_VEHICLES] & (1 << (v & 31)):
            return True
        # it was not wanted for c; could it now be there soon enough?
        for j in range(a.operations[c, INPUTS], a.operations[c + 1, INPUTS]):
            origin = a.inputs[j, PLACE]
            if a.inputs[j, SOURCE] >= 0:
                origin = s.done[a.inputs[j, SOURCE], END_PLACE]
            way = a.travel[0, EMPTY, s.vehicles[v, AT], origin]
            if s.vehicles[v, FREE] + way <= found[C_PICKUP]:
                return True
    return False
