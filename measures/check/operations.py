"""Rules on operations: who may do them, how long they take, how they pause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kernel.events import Event
from measures.check.record import Finding, Record, Task, Work
from worlds.products import RouteMode


def _mode(task: Task, machine: str) -> RouteMode | None:
    modes = task.step.rework if task.rework else task.step.modes
    return next((mode for mode in modes if mode.machine == machine), None)


def _starts(record: Record) -> Iterator[tuple[Work, Event, Task | None]]:
    for work in record.works.values():
        first = work.started
        if first.kind == "operation_started":
            yield work, first, record.task(work.lot, first.facts["step"])


def operation_once(record: Record) -> Iterator[Finding]:
    """An operation starts once, on one machine, for one lot."""
    for work in record.works.values():
        first = work.started
        if first.kind != "operation_started":
            yield first.time, work.machine, f"{first.kind} of {work.id}, never started"
        for event in work.facts[1:]:
            if event.kind == "operation_started":
                yield event.time, event.subject, f"starts {work.id} a second time"
            elif event.subject != work.machine or event.facts["lot"] != work.lot:
                yield event.time, event.subject, f"{work.id} is on {work.machine}"


def operation_sequence(record: Record) -> Iterator[Finding]:
    """An operation is interrupted when running, resumed when interrupted, ends once."""
    for work in record.works.values():
        state = "running"
        for event in work.facts[1:]:
            needed = "interrupted" if event.kind == "operation_resumed" else "running"
            if event.kind == "operation_started":
                continue
            if state != needed:
                what = f"{event.kind} of {work.id}, which is {state}"
                yield event.time, work.machine, what
            state = _AFTER[event.kind]


_AFTER = {
    "operation_interrupted": "interrupted",
    "operation_resumed": "running",
    "operation_finished": "finished",
}


def operation_interrupted_by_breakdown(record: Record) -> Iterator[Finding]:
    """A breakdown interrupts all work in the machine, its repair resumes all."""
    for machine in record.machines:
        running: set[str] = set()
        halted: set[str] = set()
        due: tuple[int, str, set[str]] | None = None  # what must follow a fact
        for event in record.at[machine]:
            kind = event.kind
            if due is not None and event.time > due[0]:
                yield from _unsaid(machine, due)
                due = None
            operation = event.facts.get("operation", "")
            if kind == "operation_started":
                running.add(operation)
            elif kind == "operation_finished":
                running.discard(operation)
            elif kind == "machine_failed":
                due = (event.time, "interrupted", set(running))
            elif kind == "machine_repaired":
                due = (event.time, "resumed", set(halted))
            elif kind in ("operation_interrupted", "operation_resumed"):
                what = kind.removeprefix("operation_")
                if due is None or due[1] != what or operation not in due[2]:
                    yield event.time, machine, f"{operation} {what} for no reason"
                else:
                    due[2].discard(operation)
                stopped = what == "interrupted"
                (halted if stopped else running).add(operation)
                (running if stopped else halted).discard(operation)
        if due is not None:
            yield from _unsaid(machine, due)


def _unsaid(machine: str, due: tuple[int, str, set[str]]) -> Iterator[Finding]:
    time, what, operations = due
    for operation in sorted(operations):
        yield time, machine, f"{operation} was not {what}"


def operation_possible(record: Record) -> Iterator[Finding]:
    """An operation is a step of its lot's route, on a machine that can do it."""
    for work, event, task in _starts(record):
        step = event.facts["step"]
        if task is None:
            yield event.time, work.machine, f"{work.lot} has no step {step}"
        elif _mode(task, work.machine) is None:
            yield event.time, work.machine, f"cannot do {step} of {work.lot}"
        elif not work.id.startswith(f"{work.lot}:{step}"):
            yield event.time, work.machine, f"{work.id} is {step} of {work.lot}"


def operation_family(record: Record) -> Iterator[Finding]:
    """An operation has its step's set-up family; rework needs none."""
    for work, event, task in _starts(record):
        if task is None:
            continue
        family = None if task.rework else task.step.family
        if event.facts["family"] not in (family, task.step.family):
            said = event.facts["family"]
            yield event.time, work.machine, f"{work.id} has family {said}, not {family}"


def operation_nominal(record: Record) -> Iterator[Finding]:
    """The nominal time is the one of step, machine and pieces."""
    for work, event, task in _starts(record):
        mode = _mode(task, work.machine) if task else None
        if mode is None:
            continue
        nominal = mode.duration(event.facts["pieces"])
        if event.facts["nominal"] != nominal:
            said = event.facts["nominal"]
            what = f"{work.id} is planned for {said} ms, should be {nominal} ms"
            yield event.time, work.machine, what


def operation_duration(record: Record) -> Iterator[Finding]:
    """Work takes time: exactly the nominal one on a machine without variation.

    Interruptions do not count; after a restart the time begins anew.
    """
    for work, event, _ in _starts(record):
        ran, since = 0, event.time
        for fact in work.facts[1:]:
            if fact.kind == "operation_interrupted":
                ran += fact.time - since
            elif fact.kind == "operation_resumed":
                since = fact.time
                ran = 0 if fact.facts["restarted"] else ran
            elif fact.kind == "operation_finished":
                ran += fact.time - since
                yield from _took(record, work, ran, event.facts["nominal"], fact.time)


def _took(
    record: Record, work: Work, ran: int, nominal: int, time: int
) -> Iterator[Finding]:
    varies = record.machines[work.machine].variation is not None
    if (nominal and ran <= 0) or (not varies and ran != nominal):
        yield time, work.machine, f"{work.id} took {ran} ms, nominal {nominal} ms"


def operation_restart(record: Record) -> Iterator[Finding]:
    """Interrupted work starts anew exactly where the failure mode says so."""
    for id, machine in record.machines.items():
        anew = {mode.id: mode.after == "restart" for mode in machine.failures}
        mode = ""
        for event in record.at[id]:
            if event.kind in ("machine_failed", "machine_repaired"):
                mode = event.facts["mode"]
            elif event.kind == "operation_resumed" and event.facts[
                "restarted"
            ] != anew.get(mode, False):
                operation = event.facts["operation"]
                yield event.time, id, f"{operation} resumed otherwise than {mode}"


def operation_same(record: Record) -> Iterator[Finding]:
    """What ends is what began: the same step, the same pieces."""
    for work, start, _ in _starts(record):
        for event in work.facts[1:]:
            if event.kind != "operation_finished":
                continue
            for name in ("step", "pieces"):
                if event.facts[name] != start.facts[name]:
                    said, was = event.facts[name], start.facts[name]
                    what = f"{work.id} ends with {name} {said}, began with {was}"
                    yield event.time, work.machine, what


def bill_of_material(record: Record) -> Iterator[Finding]:
    """An operation uses what the bill of material says, times its pieces.

    A lot that comes back to a step after rework, and the rework, use nothing.
    """
    been: dict[str, set[str]] = defaultdict(set)  # a lot, in which steps
    for event in record.of_lots:
        lot, facts = event.subject, event.facts
        if event.kind == "lot_split":
            been[facts["into"]] |= been[lot]
        elif event.kind == "lots_joined":
            been[lot].update(*(been[one] for one in facts["inputs"]))
        if event.kind != "operation_started":
            continue
        work = record.works[facts["operation"]]
        task = record.task(work.lot, facts["step"])
        if work.started is not event or task is None:
            continue
        used: dict[str, float] = {}
        for material, _, quantity in event.facts["materials"]:
            used[material] = used.get(material, 0) + quantity
        pieces = event.facts["pieces"]
        needed: dict[str, int] = {}
        for material, per_piece in task.step.materials:
            needed[material] = needed.get(material, 0) + per_piece * pieces
        again = task.rework or task.step.id in been[work.lot]
        been[work.lot].add(task.step.id)
        if used != needed and not (again and not used):
            yield event.time, work.machine, f"{work.id} uses {used}, needs {needed}"
