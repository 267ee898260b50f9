"""Rules on people: one place at a time, skilled, on shift."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import inf

from kernel.events import Event
from measures.check.record import Finding, Record
from worlds.spec import Machine
from worlds.workcalendar import OpenHours

#: What an operator is needed for, and what ends it.
_ENDS = {
    "setup_started": "setup_finished",
    "operation_started": "operation_finished",
    "repair_started": "machine_repaired",
}


def operator_in_one_place(record: Record) -> Iterator[Finding]:
    """An operator is taken when free, and freed from what he was taken for."""
    at: dict[str, tuple[str, str, str]] = {}
    for event in record.events:
        if event.kind not in ("operator_taken", "operator_freed"):
            continue
        who, facts = event.facts["operator"], event.facts
        what = (event.subject, facts["machine"], facts["work"])
        if event.kind == "operator_taken":
            if who in at:
                yield event.time, who, f"taken for {what[1]}, is at {at[who][1]}"
            at[who] = what
        elif at.pop(who, None) != what:
            yield event.time, who, f"freed from {what[1]} ({what[2]}), was not there"


def operators_exist(record: Record) -> Iterator[Finding]:
    """A crew never has more people at work than it has."""
    sizes = {crew.id: crew.operators for crew in record.world.crews}
    seen: dict[str, set[str]] = defaultdict(set)
    for event in record.kinds["operator_taken"]:
        crew, who = event.subject, event.facts["operator"]
        if who not in seen[crew]:
            seen[crew].add(who)
            if len(seen[crew]) > sizes[crew]:
                yield event.time, who, f"is one more than the {sizes[crew]} of {crew}"


def operator_on_shift(record: Record) -> Iterator[Finding]:
    """Operators are taken inside their crew's calendar."""
    calendars = {calendar.id: calendar for calendar in record.world.calendars}
    hours = {
        crew.id: OpenHours(calendars[crew.calendar], record.world.start)
        for crew in record.world.crews
        if crew.calendar is not None
    }
    for event in record.kinds["operator_taken"]:
        if event.subject in hours and not hours[event.subject].is_open(event.time):
            who = event.facts["operator"]
            yield event.time, who, f"taken off the shift of {event.subject}"


def operator_skilled(record: Record) -> Iterator[Finding]:
    """An operator has a skill that the work on the machine asks for."""
    skills = {crew.id: set(crew.skills) for crew in record.world.crews}
    for event in record.kinds["operator_taken"]:
        machine = record.machines[event.facts["machine"]]
        wanted = _wanted(machine, event.facts["work"])
        if not wanted & skills[event.subject]:
            who, work = event.facts["operator"], event.facts["work"]
            what = f"taken for {work} at {machine.id}, lacks {sorted(wanted)}"
            yield event.time, who, what


def _wanted(machine: Machine, work: str) -> set[str]:
    if work == "repair":
        return {mode.skill for mode in machine.failures if mode.skill is not None}
    return {machine.operator.skill} if machine.operator is not None else set()


def operator_present(record: Record) -> Iterator[Finding]:
    """Set-ups, runs and repairs that need an operator begin with one who is there."""
    at: dict[str, str] = {}
    down: dict[str, str] = {}
    for event in record.events:
        kind, facts = event.kind, event.facts
        if kind == "operator_taken":
            at[facts["operator"]] = facts["machine"]
        elif kind == "operator_freed":
            at.pop(facts["operator"], None)
        elif kind == "machine_failed":
            down[event.subject] = facts["mode"]
        elif kind in ("setup_started", "operation_started", "repair_started"):
            who = facts["operator"]
            if who is None:
                if _needed(record.machines[event.subject], event, down):
                    yield event.time, event.subject, f"{kind} without an operator"
            elif at.get(who) != event.subject:
                yield event.time, event.subject, f"{kind} by {who}, who is not there"


def _needed(machine: Machine, event: Event, down: dict[str, str]) -> bool:
    if event.kind == "repair_started":
        mode = down.get(machine.id)
        return any(m.skill is not None for m in machine.failures if m.id == mode)
    if machine.operator is None:
        return False
    if event.kind == "setup_started":
        return machine.operator.setup
    return machine.operator.run > 0


def operator_stays(record: Record) -> Iterator[Finding]:
    """An operator stays until what he was taken for is done.

    That is a whole set-up, a whole repair, and of a run the share ``operator.run`` of
    its nominal time, or all of it if it ends sooner.
    """
    busy: dict[str, tuple[tuple[str, str, str | None], float]] = {}  # end, until
    for event in record.events:
        kind, facts, id = event.kind, event.facts, event.subject
        what = facts.get("operation")
        if kind in _ENDS and facts["operator"]:
            attendance = record.machines[id].operator
            until = inf
            if kind == "operation_started" and attendance and attendance.run < 1:
                until = event.time + round(attendance.run * facts["nominal"])
            busy[facts["operator"]] = (_ENDS[kind], id, what), until
        elif kind in _ENDS.values():
            busy = {who: of for who, of in busy.items() if of[0] != (kind, id, what)}
        elif kind == "operator_freed" and facts["operator"] in busy:
            (end, machine, _), until = busy.pop(facts["operator"])
            if event.time < until:
                yield event.time, facts["operator"], f"leaves {machine} before {end}"
