"""The one place that computes times: one operation put behind what is planned.

Rules, decoder and search decide *which* operation comes next and on which machine;
:func:`fetch` and :func:`fit` say what follows from it, :func:`commit` makes it so.
The rules, in the order they apply:

1. Inputs are fetched one after another, in their order. A part at the machine's place
   needs no trip. Otherwise the vehicle goes that sets it down first; among these the
   one that would wait least for it; then the first in the list. It leaves when free.
2. What fits into the last batch of an oven, and is there when that starts, joins it.
   So a batch waits for what is decided before what is there already.
3. The slot that is free first is taken; a batch takes all. A set-up begins as soon as
   that slot is free (with several slots: all of them), if need be before the parts
   arrive; a machine without a family takes its first one at no cost.
4. The operation starts when its inputs are there and their lags over, it is released
   or no longer held back, its slot is free, the machine set up, the headway over, and
   the machine open.
5. Where there is no room beside a machine, its slot is free when the part has left.

The same code, not compiled, gives the same plans (:mod:`scheduling.compiling`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.arrays import (
    AT,
    BLOCKED,
    CAPACITY,
    CLOSED,
    DURATION,
    EMPTY,
    FAMILY,
    FLEET,
    FREE,
    HEADWAY,
    INPUTS,
    KIND,
    LAG,
    LAST,
    LOADED,
    MACHINE,
    MATRIX,
    MODES,
    NEXT,
    PINNED,
    PLACE,
    PRESENT,
    READY,
    RELEASE,
    SITE,
    SLOTS,
    SOURCE,
    Arrays,
    Table,
)
from scheduling.compiling import compiled, lean
from scheduling.sites import BATCH, BLOCKING

# columns of State.machines and State.done, of Schedule.works and Schedule.trips
LATEST, SETUP, SET_UP_AT, LOAD, KIN, LENGTH = range(6)
END_AT, END_PLACE, SLOT, TAKERS, LEFT_AT = range(5)
MODE, SETUP_START, START, END, SET_UP, JOINED = range(6)
VEHICLE, ORIGIN, DESTINATION, LEAVE, PICKUP, ARRIVE, PARKED = range(7)
NO_VEHICLE = -1
NO_SLOT, JOINS = -1, -2
#: When a slot is free that holds a part of which nobody knows yet when it leaves.
HELD = 1 << 60


class State(NamedTuple):
    """What is planned so far.

    Shapes: slots (.,), machines (M, 6), vehicles (V, 2), done (N, 5), hold (N,).
    Machines: latest start, family, end of the last set-up; of the last batch how many,
    their family, their duration. Done: end and place; where the part stays in its
    slot: which (else -1), how many are yet to take it, when the last of them did.
    Hold: when an operation may start at the earliest.
    """

    slots: Table
    machines: Table
    vehicles: Table
    done: Table
    hold: Table


class Schedule(NamedTuple):
    """Times being written: works (N, 6), trips (inputs, 7), order (N,)."""

    works: Table
    trips: Table
    order: Table


@compiled
def start_state(a: Arrays, hold: Table) -> State:
    """Return the state before anything is planned: pinned work ends as it must.

    ``hold`` (N,) delays starts on purpose; the state works on a copy.
    """
    count, sites = len(a.operations) - 1, len(a.machines) - 1
    machines = np.zeros((sites, 6), np.int64)
    for m in range(sites):
        machines[m, LATEST] = a.machines[m, LAST]
        machines[m, SETUP] = a.machines[m, PRESENT]
        machines[m, SET_UP_AT] = a.now
    vehicles = np.empty((len(a.vehicles), 2), np.int64)
    for v in range(len(a.vehicles)):
        vehicles[v, FREE] = max(a.vehicles[v, FREE], a.now)
        vehicles[v, AT] = a.vehicles[v, AT]
    done = np.full((count, 5), -1, np.int64)
    slots = np.maximum(a.slots, a.now)
    for o in range(count):
        if a.operations[o, PINNED] >= 0:
            done[o, END_AT] = a.operations[o, PINNED]
            machine = a.modes[a.operations[o, MODES], MACHINE]
            done[o, END_PLACE] = a.machines[machine, SITE]
            if a.machines[machine, KIND] == BLOCKING:
                for k in range(
                    a.machines[machine, SLOTS], a.machines[machine + 1, SLOTS]
                ):
                    if done[o, SLOT] < 0 and slots[k] == max(done[o, END_AT], a.now):
                        stay(a, slots, done, o, k)
    later = np.maximum(a.operations[:count, RELEASE], hold)
    return State(slots, machines, vehicles, done, later)


@lean
def stay(a: Arrays, slots: Table, done: Table, o: int, slot: int) -> None:
    """Leave the part of ``o`` in its slot until all that need it have come."""
    done[o, TAKERS] = a.operations[o + 1, NEXT] - a.operations[o, NEXT]
    if done[o, TAKERS] > 0:
        done[o, SLOT], done[o, LEFT_AT] = slot, max(done[o, END_AT], a.now)
        slots[slot] = HELD


@lean
def opening(a: Arrays, machine: int, time: int) -> int:
    """Return the first instant from ``time`` on at which the machine is open."""
    for c in range(a.machines[machine, CLOSED], a.machines[machine + 1, CLOSED]):
        if a.closed[c, 0] > time:
            break
        time = max(time, a.closed[c, 1])
    return time


@lean
def choose_vehicle(a: Arrays, s: State, origin: int, target: int, ready: int) -> int:
    """Return the vehicle that sets the part down first, by rule 1."""
    best, best_arrival, best_there = -1, 0, 0
    for v in range(len(s.vehicles)):
        fleet = a.vehicles[v, FLEET]
        way = a.travel[fleet, EMPTY, s.vehicles[v, AT], origin]
        there = s.vehicles[v, FREE] + way
        arrival = max(there, ready) + a.travel[fleet, LOADED, origin, target]
        if (
            best < 0
            or arrival < best_arrival
            or (arrival == best_arrival and there > best_there)
        ):
            best, best_arrival, best_there = v, arrival, there
    return best


@lean
def made_at(a: Arrays, s: State, i: int) -> int:
    """Return when input ``i`` is made, or where it is given, there."""
    ready: int = a.inputs[i, READY]
    if a.inputs[i, SOURCE] >= 0:
        ready = s.done[a.inputs[i, SOURCE], END_AT]
    return ready


@lean
def carry(a: Arrays, s: State, i: int, target: int, v: int, trips: Table) -> int:
    """Bring input ``i`` to place ``target``, by vehicle ``v`` or, if -1, the best.

    Returns
    -------
    int
        When it is there.
    """
    origin: int = a.inputs[i, PLACE]
    if a.inputs[i, SOURCE] >= 0:
        origin = s.done[a.inputs[i, SOURCE], END_PLACE]
    ready = max(made_at(a, s, i), a.now)
    trips[i, VEHICLE] = NO_VEHICLE
    if origin == target or len(s.vehicles) == 0:
        return ready
    if v < 0:
        v = choose_vehicle(a, s, origin, target, ready)
    fleet = a.vehicles[v, FLEET]
    leave, parked = s.vehicles[v, FREE], s.vehicles[v, AT]
    pickup = max(leave + a.travel[fleet, EMPTY, parked, origin], ready)
    arrive: int = pickup + a.travel[fleet, LOADED, origin, target]
    trips[i, VEHICLE], trips[i, ORIGIN], trips[i, DESTINATION] = v, origin, target
    trips[i, LEAVE], trips[i, PICKUP], trips[i, ARRIVE] = leave, pickup, arrive
    trips[i, PARKED] = parked
    s.vehicles[v, FREE], s.vehicles[v, AT] = arrive, target
    return arrive


@lean
def fetch(a: Arrays, s: State, o: int, target: int, trips: Table) -> int:
    """Bring all inputs of operation ``o`` to a place; return when the last is there."""
    arrival = a.now
    for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
        arrival = max(arrival, carry(a, s, i, target, -1, trips))
        arrival = max(arrival, made_at(a, s, i) + a.inputs[i, LAG])
    return arrival


@lean
def send_back(a: Arrays, s: State, o: int, trips: Table) -> None:
    """Undo :func:`fetch`: it was only tried."""
    first, end = a.operations[o, INPUTS], a.operations[o + 1, INPUTS]
    for i in range(end - 1, first - 1, -1):
        v = trips[i, VEHICLE]
        if v >= 0:
            s.vehicles[v, FREE], s.vehicles[v, AT] = trips[i, LEAVE], trips[i, PARKED]


@lean
def joins(a: Arrays, s: State, o: int, mode: int, there: int) -> bool:
    """Return whether ``o``, which is there then, fits into the last batch."""
    machine = a.modes[mode, MACHINE]
    return bool(
        a.machines[machine, KIND] == BATCH
        and 0 < s.machines[machine, LOAD] < a.machines[machine, CAPACITY]
        and s.machines[machine, KIN] == a.operations[o, FAMILY]
        and s.machines[machine, LENGTH] == a.modes[mode, DURATION]
        and there <= s.machines[machine, LATEST]
    )


@lean
def fit(
    a: Arrays, s: State, o: int, mode: int, arrival: int
) -> tuple[int, int, int, int]:
    """Return set-up start, set-up time, start and slot, by rules 2 to 4.

    Without a limit there is no slot; from ``HELD`` on nobody knows the start yet.
    """
    machine = a.modes[mode, MACHINE]
    start = max(arrival, s.hold[o])
    capacity = a.machines[machine, CAPACITY]
    if capacity == 0:
        start = opening(a, machine, start)
        return start, 0, start, NO_SLOT
    if joins(a, s, o, mode, start):
        start = s.machines[machine, LATEST]
        return start, 0, start, JOINS
    first = a.machines[machine, SLOTS]
    slot, full = first, s.slots[first]
    for k in range(first + 1, first + capacity):
        if s.slots[k] < s.slots[slot]:
            slot = k
        full = max(full, s.slots[k])
    if a.machines[machine, KIND] == BATCH:
        free = max(full, s.machines[machine, SET_UP_AT])
    else:
        free = max(s.slots[slot], s.machines[machine, SET_UP_AT])
    setup, setup_start = 0, -1
    family, present = a.operations[o, FAMILY], s.machines[machine, SETUP]
    if a.machines[machine, MATRIX] >= 0 and family >= 0 and present >= 0:
        setup = a.setups[a.machines[machine, MATRIX], present, family]
        if setup > 0 or family != present:
            free = max(full, s.machines[machine, SET_UP_AT])
        if setup > 0:
            setup_start = opening(a, machine, free)
            free = setup_start + setup
    start = max(start, free)
    if a.machines[machine, HEADWAY] > 0:
        start = max(start, s.machines[machine, LATEST] + a.machines[machine, HEADWAY])
    start = opening(a, machine, start)
    if setup == 0:
        setup_start = start
    return setup_start, setup, start, slot


@lean
def settle(a: Arrays, s: State, o: int, mode: int, arrival: int, works: Table) -> int:
    """Put operation ``o`` on the machine of ``mode``; return its end."""
    machine = a.modes[mode, MACHINE]
    setup_start, setup, start, slot = fit(a, s, o, mode, arrival)
    end: int = start + a.modes[mode, DURATION]
    works[o, MODE], works[o, SETUP_START], works[o, SET_UP] = mode, setup_start, setup
    works[o, START], works[o, END], works[o, JOINED] = start, end, 0
    s.done[o, END_AT], s.done[o, END_PLACE] = end, a.machines[machine, SITE]
    if slot == JOINS:
        works[o, JOINED] = 1
        s.machines[machine, LOAD] += 1
    if slot < 0:
        return end
    emptied = s.slots[slot]
    for k in range(a.machines[machine, SLOTS], a.machines[machine + 1, SLOTS]):
        emptied = max(emptied, s.slots[k])
    s.slots[slot] = end
    if a.machines[machine, KIND] == BATCH:
        for k in range(a.machines[machine, SLOTS], a.machines[machine + 1, SLOTS]):
            s.slots[k] = end
        s.machines[machine, LOAD] = 1
        s.machines[machine, KIN] = a.operations[o, FAMILY]
        s.machines[machine, LENGTH] = a.modes[mode, DURATION]
    elif a.machines[machine, KIND] == BLOCKING:
        stay(a, s.slots, s.done, o, slot)
    s.machines[machine, LATEST] = max(s.machines[machine, LATEST], start)
    family, present = a.operations[o, FAMILY], s.machines[machine, SETUP]
    if a.machines[machine, MATRIX] >= 0 and family >= 0:
        if setup > 0:
            s.machines[machine, SET_UP_AT] = setup_start + setup
        elif present >= 0 and family != present:
            s.machines[machine, SET_UP_AT] = emptied
        s.machines[machine, SETUP] = family
    return end


@lean
def take(a: Arrays, s: State, i: int, time: int) -> None:
    """Note that input ``i`` has left the slot it was made in, by rule 5."""
    source = a.inputs[i, SOURCE]
    if source >= 0 and s.done[source, SLOT] >= 0:
        s.done[source, LEFT_AT] = max(s.done[source, LEFT_AT], time)
        s.done[source, TAKERS] -= 1
        if s.done[source, TAKERS] == 0:
            s.slots[s.done[source, SLOT]] = s.done[source, LEFT_AT]
            s.done[source, SLOT] = -1


@lean
def own_part(a: Arrays, s: State, o: int, machine: int) -> int:
    """Return the input of ``o`` that waits for it alone, on this machine; else -1.

    Others may have needed it before: its slot is free when the last of them came.
    """
    if a.machines[machine, KIND] == BLOCKING:
        for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
            source = a.inputs[i, SOURCE]
            if source >= 0 and s.done[source, TAKERS] == 1:
                slot = s.done[source, SLOT]
                if a.machines[machine, SLOTS] <= slot < a.machines[machine + 1, SLOTS]:
                    return i
    return -1


@lean
def commit(a: Arrays, s: State, o: int, mode: int, plan: Schedule) -> int:
    """Fetch the inputs of ``o``, put it on the machine of ``mode``; return its end."""
    machine = a.modes[mode, MACHINE]
    arrival = fetch(a, s, o, a.machines[machine, SITE], plan.trips)
    if a.prices[BLOCKED] == 0:
        return settle(a, s, o, mode, arrival, plan.works)
    for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
        if plan.trips[i, VEHICLE] >= 0:
            take(a, s, i, plan.trips[i, PICKUP])
    return follow(a, s, o, mode, arrival, plan)


@lean
def follow(a: Arrays, s: State, o: int, mode: int, arrival: int, plan: Schedule) -> int:
    """Put ``o``, whose inputs are brought, on the machine of ``mode``; return its end.

    Parts that wait on machines at the same place leave these when it starts.
    """
    own, slot, before = own_part(a, s, o, a.modes[mode, MACHINE]), -1, 0
    if own >= 0:
        source = a.inputs[own, SOURCE]
        slot, before = s.done[source, SLOT], s.done[source, LEFT_AT]
        s.slots[slot], s.done[source, SLOT] = before, -1
    end = settle(a, s, o, mode, arrival, plan.works)
    if slot >= 0 and s.slots[slot] == before:  # another slot was free sooner
        s.slots[slot] = max(before, plan.works[o, START])
    for i in range(a.operations[o, INPUTS], a.operations[o + 1, INPUTS]):
        if plan.trips[i, VEHICLE] < 0:
            take(a, s, i, plan.works[o, START])
    return end
