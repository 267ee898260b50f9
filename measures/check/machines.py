"""Rules on machines: room, rhythm, set-ups, working time, breakdowns, states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from kernel.events import Event, MachineState
from measures.check.record import Finding, Record
from worlds.spec import Machine
from worlds.workcalendar import OpenHours


class _Holdings:
    """The lots in a machine's input, in work and in its output."""

    def __init__(self, record: Record, machine: Machine) -> None:
        self._record = record
        self._machine = machine
        self._input: set[str] = set()
        self._output: set[str] = set()
        self.work: dict[str, str] = {}  # operation -> lot

    def add(self, event: Event) -> None:
        """Take in the next fact about this place."""
        kind, facts, id = event.kind, event.facts, event.subject
        if kind in ("lot_released", "lot_delivered"):
            self._input.add(id)
        elif kind == "lots_joined":
            self._input -= set(facts["inputs"])
            self._output -= set(facts["inputs"])
            self._input.add(id)
        elif kind == "operation_started":
            self._remove(facts["lot"])
            self.work[facts["operation"]] = facts["lot"]
        elif kind == "operation_finished":
            self.work.pop(facts["operation"], None)
            self._output.add(facts["lot"])
        elif kind == "lot_split":
            where = self._input if id in self._input else self._output
            where.add(facts["into"])
        elif kind == "lot_loaded":
            self._remove(id)
        elif kind in ("lot_ended", "lot_scrapped"):
            lot = self._record.lots.get(id)
            if lot is not None and lot.left is event:
                self._remove(id)

    def _remove(self, lot: str) -> None:
        self._input.discard(lot)
        self._output.discard(lot)

    def _slots(self, lots: set[str]) -> int:
        known = self._record.lots
        return len({known[lot].slot for lot in lots if lot in known})

    @property
    def waiting(self) -> int:
        """How many input slots are taken; lots parted from one share a slot."""
        return self._slots(self._input)

    @property
    def occupied(self) -> int:
        """How many lots are in the machine: in work, or done and blocked."""
        blocked = self._slots(self._output) - self._machine.output_buffer
        return len(self.work) + max(0, blocked)


def machine_capacity(record: Record) -> Iterator[Finding]:
    """A machine holds at most its capacity, blocked lots included."""
    for machine in record.world.machines:
        held = _Holdings(record, machine)
        for event in record.at[machine.id]:
            held.add(event)
            if event.kind == "operation_started" and held.occupied > machine.capacity:
                yield (
                    event.time,
                    machine.id,
                    f"holds {held.occupied} lots, capacity {machine.capacity}",
                )


def input_buffer(record: Record) -> Iterator[Finding]:
    """An input buffer is never over its size when a lot is put down."""
    for machine in record.world.machines:
        held = _Holdings(record, machine)
        for event in record.at[machine.id]:
            held.add(event)
            if event.kind == "lot_delivered" and held.waiting > machine.input_buffer:
                yield (
                    event.time,
                    machine.id,
                    f"{event.subject} makes {held.waiting} lots wait, "
                    f"room for {machine.input_buffer}",
                )


def headway(record: Record) -> Iterator[Finding]:
    """Starts on a machine are at least its headway apart."""
    for machine in record.world.machines:
        last: int | None = None
        for event in record.at[machine.id]:
            if event.kind != "operation_started":
                continue
            if last is not None and event.time - last < machine.headway:
                yield (
                    event.time,
                    machine.id,
                    f"started {event.time - last} ms after the last start, "
                    f"headway {machine.headway} ms",
                )
            last = event.time


def _setup_times(record: Record) -> Mapping[str, Mapping[tuple[str, str], int]]:
    return {
        matrix.id: {
            (a, b): time
            for a, row in zip(matrix.families, matrix.times, strict=True)
            for b, time in zip(matrix.families, row, strict=True)
        }
        for matrix in record.world.setups
    }


def setup_done(record: Record) -> Iterator[Finding]:
    """A machine with set-ups works only on the family it is set up for.

    The first set-up of a machine without a family is free and may go unsaid.
    """
    for machine in record.world.machines:
        if machine.setup is None:
            continue
        family = machine.family
        for event in record.at[machine.id]:
            if event.kind == "setup_finished":
                family = event.facts["family"]
            elif event.kind == "operation_started":
                wanted = event.facts["family"]
                if wanted is not None and family not in (None, wanted):
                    yield (
                        event.time,
                        machine.id,
                        f"works on {wanted}, is set up for {family}",
                    )
                family = wanted if wanted is not None else family


def setup_long_enough(record: Record) -> Iterator[Finding]:
    """A set-up begins and ends, and takes at least the matrix's time."""
    times = _setup_times(record)
    for machine in record.world.machines:
        begun: Event | None = None
        family = machine.family
        for event in record.at[machine.id]:
            if event.kind == "operation_started" and family is None:
                family = event.facts["family"]
            elif event.kind == "setup_started":
                if machine.setup is None:
                    yield event.time, machine.id, "is set up but has no set-ups"
                if begun is not None:
                    yield event.time, machine.id, "is set up while being set up"
                if event.facts["from"] != family:
                    said = event.facts["from"]
                    yield event.time, machine.id, f"from {said}, was set for {family}"
                begun = event
            elif event.kind == "setup_finished":
                yield from _setup_end(machine, event, begun, times)
                begun, family = None, event.facts["family"]


def _setup_end(
    machine: Machine,
    event: Event,
    begun: Event | None,
    times: Mapping[str, Mapping[tuple[str, str], int]],
) -> Iterator[Finding]:
    if begun is None:
        yield event.time, machine.id, "a set-up ends that never began"
        return
    before, after = begun.facts["from"], begun.facts["to"]
    if event.facts["family"] != after:
        said = event.facts["family"]
        yield event.time, machine.id, f"set up for {said}, begun for {after}"
    matrix = times.get(machine.setup or "", {})
    if before is not None and (before, after) not in matrix:
        yield event.time, machine.id, f"no set-up from {before} to {after}"
    need = matrix.get((before, after), 0)
    took = event.time - begun.time
    if took < need:
        yield event.time, machine.id, f"set up in {took} ms, needs {need} ms"


def setup_empty(record: Record) -> Iterator[Finding]:
    """A set-up needs the machine empty, and nothing starts during it."""
    for machine in record.world.machines:
        held = _Holdings(record, machine)
        busy = False
        for event in record.at[machine.id]:
            held.add(event)
            if event.kind == "setup_started":
                busy = True
                if held.occupied:
                    yield event.time, machine.id, f"set up with {held.occupied} lots"
            elif event.kind == "setup_finished":
                busy = False
            elif event.kind == "operation_started" and busy:
                yield event.time, machine.id, "starts work during a set-up"


def working_time(record: Record) -> Iterator[Finding]:
    """Work and set-ups begin only inside the machine's calendar."""
    calendars = {calendar.id: calendar for calendar in record.world.calendars}
    for machine in record.world.machines:
        if machine.calendar is None:
            continue
        hours = OpenHours(calendars[machine.calendar], record.world.start)
        for event in record.at[machine.id]:
            begins = event.kind in ("operation_started", "setup_started")
            if begins and not hours.is_open(event.time):
                yield event.time, machine.id, f"{event.kind} outside its calendar"


def breakdowns(record: Record) -> Iterator[Finding]:
    """A machine that is down does nothing; it fails when up, is mended when down."""
    for machine in record.world.machines:
        modes = {mode.id for mode in machine.failures} | {"disturbance"}
        down: str | None = None
        begun = False
        for event in record.at[machine.id]:
            kind = event.kind
            if kind == "machine_failed":
                mode = event.facts["mode"]
                if down is not None:
                    yield event.time, machine.id, f"fails by {mode} while down"
                if mode not in modes:
                    yield event.time, machine.id, f"has no failure mode {mode}"
                down, begun = mode, False
            elif kind == "machine_repaired":
                if not begun:
                    yield event.time, machine.id, "is repaired without a repair"
                if down != event.facts["mode"]:
                    mode = event.facts["mode"]
                    yield event.time, machine.id, f"repaired from {mode}, was {down}"
                down = None
            elif kind == "repair_started":
                begun = True
                if down is None:
                    yield event.time, machine.id, "is repaired while up"
            elif down is not None and kind in _DONE_BY_MACHINES:
                yield event.time, machine.id, f"{kind} while down by {down}"


_DONE_BY_MACHINES = {
    "setup_started",
    "setup_finished",
    "operation_started",
    "operation_resumed",
    "operation_finished",
}


def machine_states(record: Record) -> Iterator[Finding]:
    """The state told at the end of an instant fits what the machine is doing."""
    for machine in record.world.machines:
        work: set[str] = set()
        down = setup = False
        state = MachineState.IDLE.value
        for time, instant in groupby(record.at[machine.id], key=lambda e: e.time):
            for event in instant:
                kind = event.kind
                if kind == "machine_state":
                    state = event.facts["state"]
                elif kind in ("operation_started", "operation_resumed"):
                    work.add(event.facts["operation"])
                elif kind in ("operation_finished", "operation_interrupted"):
                    work.discard(event.facts["operation"])
                elif kind in ("setup_started", "setup_finished"):
                    setup = kind == "setup_started"
                elif kind in ("machine_failed", "machine_repaired"):
                    down = kind == "machine_failed"
            doing = (
                MachineState.ABORTED
                if down
                else MachineState.EXECUTE
                if work
                else MachineState.STARTING
                if setup
                else None
            )
            if doing is not None and state != doing:
                yield time, machine.id, f"is in state {state}, should be {doing.value}"
            elif doing is None and state in _ACTIVE:
                yield time, machine.id, f"is in state {state}, does nothing"


_ACTIVE = {MachineState.EXECUTE, MachineState.STARTING, MachineState.ABORTED}
