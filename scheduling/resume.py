"""An order that has changed a little, decoded from where it has changed.

Before every sixteenth decision the state is marked. A trial begins at the last mark
before its change, and ends at a mark behind it where all is as it was: machines and
vehicles, and what was made meanwhile. So its plan is exactly that of decoding it all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.arrays import BLOCKED, LIMITED, RELEASE, Arrays, Table
from scheduling.candidate import C_MODE, propose
from scheduling.compiling import compiled, lean
from scheduling.realise import in_order
from scheduling.step import END, MODE, Schedule, State, commit, start_state

#: Decisions from mark to mark.
EVERY = 16


class Decoded(NamedTuple):
    """An order as it was decoded, and its last trial.

    Attributes
    ----------
    state
        What is planned in the trial.
    works, done
        As in the schedule and in the state when the order was decoded.
    marks, tried
        (C, .) each: slots, machines and vehicles met then, and in the trial.
    span
        (2,): the decisions that the trial has repeated, from and to.
    found
        Scratch for a candidate.
    """

    state: State
    works: Table
    done: Table
    marks: Table
    tried: Table
    span: Table
    found: Table


@compiled
def decoded_of(a: Arrays, count: int, hold: Table, plan: Schedule) -> Decoded:
    """Return an order of ``count`` operations of which nothing is decoded yet."""
    s = start_state(a, hold)
    width = len(s.slots) + s.machines.size + s.vehicles.size
    known = Decoded(
        s,
        plan.works.copy(),
        s.done.copy(),
        np.empty((count // EVERY + 1, width), np.int64),
        np.empty((count // EVERY + 1, width), np.int64),
        np.zeros(2, np.int64),
        np.empty(8, np.int64),
    )
    plan.works[:, MODE] = -1
    _mark(s, known.marks[0])
    return known


@lean
def _mark(s: State, mark: Table) -> None:
    """Note a state."""
    i = len(s.slots)
    for slot in range(i):
        mark[slot] = s.slots[slot]
    for m in range(len(s.machines)):
        for column in range(s.machines.shape[1]):
            mark[i] = s.machines[m, column]
            i += 1
    for v in range(len(s.vehicles)):
        for column in range(s.vehicles.shape[1]):
            mark[i] = s.vehicles[v, column]
            i += 1


@lean
def _go_back(s: State, mark: Table) -> None:
    """Return to a state noted; what has been made since need not be forgotten."""
    i = len(s.slots)
    for slot in range(i):
        s.slots[slot] = mark[slot]
    for m in range(len(s.machines)):
        for column in range(s.machines.shape[1]):
            s.machines[m, column] = mark[i]
            i += 1
    for v in range(len(s.vehicles)):
        for column in range(s.vehicles.shape[1]):
            s.vehicles[v, column] = mark[i]
            i += 1


@lean
def _alike(known: Decoded, k: int, order: Table, end: int, plan: Schedule) -> bool:
    """Return whether mark ``k`` is met as it was, and all before it made as it was."""
    for i in range(known.marks.shape[1] - 1, -1, -1):  # vehicles differ first
        if known.marks[k, i] != known.tried[k, i]:
            return False
    for p in range(known.span[0], end):
        o = order[p]
        if (
            plan.works[o, END] != known.works[o, END]
            or plan.works[o, MODE] != known.works[o, MODE]
        ):
            return False
    return True


@lean
def _resume(
    a: Arrays,
    known: Decoded,
    order: Table,
    count: int,
    only: Table,
    hold: Table,
    first: int,
    last: int,
    plan: Schedule,
) -> None:
    """Decode from the mark before ``first`` to one behind ``last`` met as it was."""
    s, found, p = known.state, known.found, first - first % EVERY
    known.span[0] = p
    _go_back(s, known.marks[p // EVERY])
    while p < count:
        if p % EVERY == 0 and p > known.span[0]:
            _mark(s, known.tried[p // EVERY])
            if p > last and _alike(known, p // EVERY, order, p, plan):
                break
        o = order[p]
        s.hold[o] = max(a.operations[o, RELEASE], hold[o])
        mode = only[o]
        if mode < 0:
            propose(a, s, o, mode, plan.trips, found)
            mode = found[C_MODE]
        commit(a, s, o, mode, plan)
        plan.order[p] = o
        p += 1
    known.span[1] = p


@compiled
def again(
    a: Arrays,
    known: Decoded,
    order: Table,
    count: int,
    only: Table,
    hold: Table,
    first: int,
    last: int,
    plan: Schedule,
) -> int:
    """Decode an order of which places ``first`` to ``last`` have changed.

    As :func:`scheduling.realise.in_order` does; where parts block machines, or must
    not wait, by it. ``plan`` is as the last trial left it, kept or given up. Returns
    how many operations were planned.
    """
    if a.prices[BLOCKED] > 0 or a.prices[LIMITED] > 0:
        return in_order(a, order, count, only, hold, plan)
    _resume(a, known, order, count, only, hold, first, last, plan)
    return count


@lean
def keep(known: Decoded, order: Table, plan: Schedule) -> None:
    """Take over what the last trial has made."""
    begin, end = known.span[0], known.span[1]
    for p in range(begin, end):
        o = order[p]
        for column in range(plan.works.shape[1]):
            known.works[o, column] = plan.works[o, column]
        for column in range(known.done.shape[1]):
            known.done[o, column] = known.state.done[o, column]
    for k in range(begin // EVERY + 1, (end - 1) // EVERY + 1):
        for i in range(known.marks.shape[1]):
            known.marks[k, i] = known.tried[k, i]


@lean
def give_up(known: Decoded, order: Table, plan: Schedule) -> None:
    """Forget what the last trial has made."""
    for p in range(known.span[0], known.span[1]):
        o = order[p]
        for column in range(plan.works.shape[1]):
            plan.works[o, column] = known.works[o, column]
        for column in range(known.done.shape[1]):
            known.state.done[o, column] = known.done[o, column]
