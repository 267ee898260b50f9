"""Machines hold no more than they can, are set up, open, and emptied in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise

from scheduling.check.facts import Facts, Violation
from scheduling.plan import Assignment
from scheduling.problem import Machine


def slots(f: Facts) -> Iterator[Violation]:
    """Never more at once than the machine holds, slots not yet free included."""
    for machine in f.problem.machines:
        works = f.on(machine)
        pinned = _taken(machine, f.problem.now)
        held = len(pinned)
        changes = [(free, -1) for free in pinned]
        for work in works:
            if work.start < work.end:
                changes += [(work.start, 1), (work.end, -1)]
            elif _held(f, machine, work.start) >= machine.capacity:
                yield Violation("capacity", machine.id, f"full at {work.start}")
        for time, change in sorted(changes):
            held += change
            if held > machine.capacity:
                yield Violation("capacity", machine.id, f"{held} at {time}")


def _held(f: Facts, machine: Machine, time: int) -> int:
    """Return how many slots are taken both before and after an instant."""
    others = sum(a.start < time < a.end for a in f.on(machine))
    return others + sum(free > time for free in machine.free)


def headways(f: Facts) -> Iterator[Violation]:
    """Starts, or batches, are a headway apart."""
    for machine in f.problem.machines:
        starts = [a.start for a in f.on(machine)]
        if machine.batch:
            starts = _begun(f, machine)
        for before, after in pairwise([machine.last_start, *starts]):
            if machine.headway and after - before < machine.headway:
                yield Violation("headway", machine.id, f"{before} and {after}")


def _begun(f: Facts, machine: Machine) -> list[int]:
    """Return when the batches of an oven begin, one that is too large as several."""
    sizes = Counter(
        (a.start, a.end, f.operation(a.operation).family) for a in f.on(machine)
    )
    return [
        start
        for (start, _, _), size in sorted(sizes.items())
        for _ in range(0, size, machine.capacity)
    ]


def setups(f: Facts) -> Iterator[Violation]:
    """Before another family the machine is emptied and set up."""
    for machine in f.problem.machines:
        if machine.setup is None or machine.capacity == 0:
            yield from _without_setup(f, machine)
            continue
        matrix = f.problem.setups[machine.setup]
        family = machine.family
        busy = max((f.problem.now, *machine.free))  # with the present family
        for new, works in _runs(f, machine, matrix):
            length = matrix[family][new] if family >= 0 and new >= 0 else 0
            owners = [work for work in works if work.setup_start != work.start]
            subject = (owners or works)[0].operation  # whose set-up it is
            if len(owners) > (length > 0):
                yield Violation("setup", owners[-1].operation, "needs no set-up")
            first = min(work.setup_start for work in works)
            begun = min(work.start for work in works)
            if begun - first < length or (length and first == begun):
                yield Violation("setup", subject, f"lasts {length}")
            if (length or new != family) and min(family, new) >= 0 and first < busy:
                yield Violation("setup", subject, f"at {first}: busy")
            for other in f.on(machine) if length else ():
                end = other.end
                if machine.blocking:  # a part makes way for its own next operation
                    end = _left(f, other.operation, end, but=subject)
                if other.start < first + length and end > first:
                    yield Violation("setup", other.operation, "during a set-up")
            if new >= 0:
                family, busy = new, max(busy, *(work.end for work in works))


def _runs(
    f: Facts, machine: Machine, matrix: tuple[tuple[int, ...], ...]
) -> Iterator[tuple[int, list[Assignment]]]:
    """Yield what is done in turn without a set-up within it, by start.

    On a machine with several slots the set-up may be booked on any of a run: who
    was planned first caused it, who starts first profits.
    """
    run: list[Assignment] = []
    family = -1
    for work in f.on(machine):
        new = f.operation(work.operation).family
        alone = machine.capacity == 1
        if run and new >= 0 and matrix[new][new]:  # between equals, not within a batch
            joins = (run[0].start, run[0].end) == (work.start, work.end)
            alone = not (machine.batch and joins and len(run) < machine.capacity)
        if run and (new != family or alone):
            yield family, run
            run = []
        run.append(work)
        family = new
    if run:
        yield family, run


def _without_setup(f: Facts, machine: Machine) -> Iterator[Violation]:
    for work in f.by_machine[machine.id]:
        if work.setup_start != work.start:
            yield Violation("setup", work.operation, "needs no set-up")


def closed(f: Facts) -> Iterator[Violation]:
    """Nothing is begun while a machine is closed."""
    for work in f.plan.assignments:
        machine = f.problem.machines[f.machine[work.machine]]
        for begin, end in machine.closed:
            for time in (work.setup_start, work.start):
                if begin <= time < end:
                    yield Violation("closed", work.operation, f"begun at {time}")


def batches(f: Facts) -> Iterator[Violation]:
    """What an oven holds at the same time is alike, and begins together."""
    for machine in f.problem.machines:
        if not machine.batch:
            continue
        for one, other in combinations(f.on(machine), 2):
            if one.end <= other.start or other.end <= one.start:
                continue
            alike = [
                (f.operation(a.operation).family, a.start, a.end) for a in (one, other)
            ]
            if alike[0] != alike[1]:
                subject = f"{one.operation} and {other.operation}"
                yield Violation("batch", machine.id, subject)
        begins = [a.start for a in f.on(machine)]
        if begins and min(begins) < max((f.problem.now, *machine.free)):
            yield Violation("batch", machine.id, "begins before it is empty")


def _left(f: Facts, id: str, end: int, but: str = "") -> int:
    """Return when the part of an operation, made at ``end``, has left its machine.

    ``but``: not looking at this operation.
    """
    position = f.index[id]
    for other, after in f.work.items():
        for k, part in enumerate(f.operation(other).inputs):
            if part.operation == position and other != but:
                trip = f.trip.get((other, k))
                end = max(end, after.start if trip is None else trip.pickup)
    return end


def _held_until(f: Facts, machine: Machine) -> list[int]:
    """Return when the slots are free that are taken now, parts that stay included."""
    frees = list(machine.free)
    for operation in f.problem.operations:
        until = operation.pinned
        if until in frees and f.problem.machines[operation.modes[0].machine] == machine:
            assert until is not None
            frees.remove(until)
            frees.append(_left(f, operation.id, until))
    return frees


def leaving(f: Facts) -> Iterator[Violation]:
    """Without room beside it a machine is taken until the parts have left."""
    for machine in f.problem.machines:
        works = f.on(machine)
        if not machine.blocking or machine.batch or not works:
            continue
        stays = [(a.start, _left(f, a.operation, a.end)) for a in works]
        brief = [start for start, left in stays if start == left]
        stays = [(start, left) for start, left in stays if start < left]
        before = _held_until(f, machine)
        for time in brief:  # needs a slot too, if only for an instant
            held = sum(start < time < left for start, left in stays)
            if held + sum(left > time for left in before) >= machine.capacity:
                yield Violation("blocking", machine.id, f"full at {time}")
        stays += [(f.problem.now, left) for left in before]
        for time in sorted({start for start, _ in stays}):
            held = sum(start <= time < left for start, left in stays)
            if held > machine.capacity:
                yield Violation("blocking", machine.id, f"{held} at {time}")


def _taken(machine: Machine, now: int) -> list[int]:
    """Return when the slots that are taken now come free."""
    free = [time for time in sorted(machine.free) if time > now]
    return free[-machine.capacity :]
