"""The one place that computes times: one operation put behind what is planned.

Rules, decoder and search decide *which* operation comes next and on which machine;
:func:`fetch` and :func:`fit` say what follows from it, :func:`commit` makes it so.
The rules, in the order they apply:

1. Inputs are fetched one after another, in their order. A part at the machine's place
   needs no trip. Otherwise the vehicle goes that sets it down first; among these the
   one that would wait least for it; then the first in the list. It leaves when free.
2. The slot that is free first is taken. A set-up begins as soon as that slot is free
   (with several slots: all of them), if need be before the parts arrive; a machine
   without a family takes its first one at no cost.
3. The operation starts when its inputs are there, it is released, its slot is free,
   the machine set up, the headway over, and the machine open.

The same code, not compiled, gives the same plans (:mod:`scheduling.compiling`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.arrays import (
    AT,
    CAPACITY,
    CLOSED,
    DURATION,
    EMPTY,
    FAMILY,
    FLEET,
    FREE,
    HEADWAY,
    INPUTS,
    LAST,
    LOADED,
    MACHINE,
    MATRIX,
    MODES,
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

# columns of State.machines and State.done, of Schedule.works and Schedule.trips
LATEST, SETUP, SET_UP_AT = range(3)
END_AT, END_PLACE = range(2)
MODE, SETUP_START, START, END = range(4)
VEHICLE, ORIGIN, DESTINATION, LEAVE, PICKUP, ARRIVE, PARKED = range(7)
NO_VEHICLE = -1


class State(NamedTuple):
    """What is planned so far.

    Shapes: slots (.,), machines (M, 3), vehicles (V, 2), done (N, 2). Machines: latest
    start, family, end of the last set-up. Done: end and place.
    """

    slots: Table
    machines: Table
    vehicles: Table
    done: Table


class Schedule(NamedTuple):
    """Times being written: works (N, 4), trips (inputs, 7), order (N,)."""

    works: Table
    trips: Table
    order: Table


@compiled
def start_state(a: Arrays) -> State:
    """Return the state before anything is planned: pinned work ends as it must."""
    count, sites = len(a.operations) - 1, len(a.machines) - 1
    machines = np.empty((sites, 3), np.int64)
    for m in range(sites):
        machines[m, LATEST] = a.machines[m, LAST]
        machines[m, SETUP] = a.machines[m, PRESENT]
        machines[m, SET_UP_AT] = a.now
    vehicles = np.empty((len(a.vehicles), 2), np.int64)
    for v in range(len(a.vehicles)):
        vehicles[v, FREE] = max(a.vehicles[v, FREE], a.now)
        vehicles[v, AT] = a.vehicles[v, AT]
    done = np.full((count, 2), -1, np.int64)
    for o in range(count):
        if a.operations[o, PINNED] >= 0:
            done[o, END_AT] = a.operations[o, PINNED]
            machine = a.modes[a.operations[o, MODES], MACHINE]
            done[o, END_PLACE] = a.machines[machine, SITE]
    return State(np.maximum(a.slots, a.now), machines, vehicles, done)


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
def carry(a: Arrays, s: State, i: int, target: int, v: int, trips: Table) -> int:
    """Bring input ``i`` to place ``target``, by vehicle ``v`` or, if -1, the best.

    Returns
    -------
    int
        When it is there.
    """
    origin: int = a.inputs[i, PLACE]
    ready: int = a.inputs[i, READY]
    if a.inputs[i, SOURCE] >= 0:
        ready = s.done[a.inputs[i, SOURCE], END_AT]
        origin = s.done[a.inputs[i, SOURCE], END_PLACE]
    ready = max(ready, a.now)
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
def fit(
    a: Arrays, s: State, o: int, mode: int, arrival: int
) -> tuple[int, int, int, int]:
    """Return set-up start, set-up time, start and slot (-1: none), by rules 2 and 3."""
    machine = a.modes[mode, MACHINE]
    start = max(arrival, a.operations[o, RELEASE])
    capacity = a.machines[machine, CAPACITY]
    if capacity == 0:
        start = opening(a, machine, start)
        return start, 0, start, -1
    first = a.machines[machine, SLOTS]
    slot, full = first, s.slots[first]
    for k in range(first + 1, first + capacity):
        if s.slots[k] < s.slots[slot]:
            slot = k
        full = max(full, s.slots[k])
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
    works[o, MODE], works[o, SETUP_START] = mode, setup_start
    works[o, START], works[o, END] = start, end
    s.done[o, END_AT], s.done[o, END_PLACE] = end, a.machines[machine, SITE]
    if slot < 0:
        return end
    emptied = s.slots[slot]
    for k in range(a.machines[machine, SLOTS], a.machines[machine + 1, SLOTS]):
        emptied = max(emptied, s.slots[k])
    s.slots[slot] = end
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
def commit(a: Arrays, s: State, o: int, mode: int, plan: Schedule) -> int:
    """Fetch the inputs of ``o``, put it on the machine of ``mode``; return its end."""
    target = a.machines[a.modes[mode, MACHINE], SITE]
    arrival = fetch(a, s, o, target, plan.trips)
    return settle(a, s, o, mode, arrival, plan.works)
