"""A machine's body: it is set up, works, breaks, is repaired, and tells what happened.

It obeys commands and draws what nobody can know: how long the work really takes, when
it fails next, how long the repair lasts, which pieces it spoils. States are PackML's.
"""

from __future__ import annotations

from kernel.calendar import Priority
from kernel.errors import Impossible
from kernel.events import MachineState
from plant.buffers import Buffers
from plant.floor import Floor
from plant.lot import Lot, operation_id, step_name
from plant.lots import dispose, process
from plant.wear import Wear
from plant.work import SETUP, Breakdown, Work
from worlds.spec import Machine
from worlds.workcalendar import OpenHours


class MachineBody:
    """The body of one machine, a place for lots too."""

    __slots__ = (
        "breakdown",
        "buffers",
        "family",
        "floor",
        "hours",
        "id",
        "last_start",
        "reason",
        "setups",
        "spec",
        "state",
        "wear",
        "work",
    )

    def __init__(self, spec: Machine, floor: Floor, hours: OpenHours | None) -> None:
        self.spec = spec
        self.id = spec.id
        self.floor = floor
        self.hours = hours
        self.state: tuple[MachineState, str | None] = (MachineState.IDLE, None)
        self.reason: str | None = None
        self.family = spec.family
        self.buffers = Buffers(spec.input_buffer, spec.output_buffer)
        self.work: dict[str, Work] = {}
        self.breakdown: Breakdown | None = None
        self.last_start = -(10**15)
        self.wear = Wear(spec.id, spec.failures, floor)
        matrix = next((m for m in floor.world.setups if m.id == spec.setup), None)
        self.setups = matrix and {
            (a, b): time
            for a, row in zip(matrix.families, matrix.times, strict=True)
            for b, time in zip(matrix.families, row, strict=True)
        }

    # -- a place for lots ---------------------------------------------------------

    def reserve(self, lot: Lot) -> bool:
        """Keep an input slot for a lot that will come; False: all are taken."""
        return self.buffers.reserve(lot)

    def unreserve(self, lot: Lot) -> None:
        """Give an input slot back."""
        self.buffers.unreserve(lot)

    def receive(self, lot: Lot) -> None:
        """Take a lot into its reserved input slot."""
        self.buffers.receive(lot)

    def hand_over(self, lot: Lot) -> None:
        """Let a lot be taken away."""
        self.buffers.take(lot)
        self._settle()

    # -- what can be seen ---------------------------------------------------------

    @property
    def down(self) -> bool:
        """Whether the machine is broken."""
        return self.breakdown is not None

    @property
    def setting_up(self) -> bool:
        """Whether a set-up is going on."""
        return SETUP in self.work

    @property
    def occupied(self) -> int:
        """How many of its slots are taken, by work or by blocked lots."""
        return len(self.work) + len(self.buffers.blocked)

    def setup_time(self, family: str | None, present: str | None = None) -> int:
        """Return the set-up time to a family, ms; the first set-up is free."""
        present = present or self.family
        if self.setups is None or family is None or present in (None, family):
            return 0
        return self.setups[present, family]  # type: ignore[index]

    # -- commands -----------------------------------------------------------------

    def wait(self, reason: str | None) -> None:
        """Say why nothing is begun: part, operator, material; None: no work."""
        self.reason = reason
        self._settle()

    def set_up(self, family: str, operator: str | None) -> None:
        """Change over to a family; the machine must be empty and up."""
        if self.down or self.occupied or self.setups is None:
            raise Impossible(f"{self.id}: set-up for {family} while it cannot be")
        time = self.setup_time(family)
        self.floor.emit(
            "setup_started",
            self.id,
            **{"from": self.family, "to": family, "operator": operator},
        )
        self._begin(
            Work(
                operation=SETUP,
                lot=None,
                step=None,
                family=family,
                duration=time,
                left=time,
            )
        )

    def start(
        self,
        lot: Lot,
        nominal: int,
        operator: str | None = None,
        materials: list[list[object]] | None = None,
    ) -> str:
        """Begin the next operation of a lot that is in the input.

        Returns
        -------
        str
            The operation's id.
        """
        step = lot.next_step
        now = self.floor.calendar.now
        if (
            self.down
            or self.setting_up
            or self.occupied >= self.spec.capacity
            or now < self.last_start + self.spec.headway
        ):
            raise Impossible(f"{self.id}: started {lot.id} while it could not")
        family = None if lot.mending else step.family
        if self.setups is not None and family is not None:
            if self.family not in (None, family):
                raise Impossible(f"{self.id}: {family} on a set-up for {self.family}")
            self.family = family
        name = step_name(step, lot.mending)
        lot.rounds[name] = count = lot.rounds.get(name, 0) + 1
        operation = operation_id(lot.id, name, count)
        self.buffers.take(lot)
        self.last_start = now
        self.floor.emit(
            "operation_started",
            self.id,
            operation=operation,
            lot=lot.id,
            step=name,
            pieces=len(lot.pieces),
            family=family,
            nominal=nominal,
            operator=operator,
            materials=materials or [],
        )
        # Named by the work, not by the machine: every policy has the same luck.
        factor = self.floor.draw(self.spec.variation, f"time/{lot.id}:{name}", count)
        duration = max(1, round(nominal * factor)) if nominal else 0
        self._begin(
            Work(
                operation=operation,
                lot=lot,
                step=step,
                family=family,
                duration=duration,
                left=duration,
            )
        )
        return operation

    def repair(self, operator: str | None) -> None:
        """Begin the repair, by an operator if the failure mode asks for one."""
        down = self.breakdown
        if down is None or down.repairing:
            raise Impossible(f"{self.id}: nothing to repair")
        down.repairing = True
        self.floor.emit("repair_started", self.id, operator=operator)
        up = self.floor.calendar.now + down.duration
        down.ticket = self.floor.calendar.schedule(
            up, Priority.REPAIR, self.id, "repaired"
        )

    def disturb(self, duration: int) -> None:
        """Break down for so long by somebody's wish; a broken machine stays so."""
        if not self.down:
            self._break(Breakdown("disturbance", None, duration, False))

    def mend(self) -> None:
        """End the repair now by somebody's wish, or as soon as it has begun."""
        down, calendar = self.breakdown, self.floor.calendar
        if down is None:
            return
        down.duration = 0
        if down.repairing:
            calendar.cancel(down.ticket)
            down.ticket = calendar.schedule(
                calendar.now, Priority.REPAIR, self.id, "repaired"
            )

    # -- the clock ----------------------------------------------------------------

    def begin(self) -> None:
        """Begin the run: draw the first lives, follow the working calendar."""
        self.wear.begin()
        if self.hours is not None:
            self.shift(None)

    def shift(self, _: object) -> None:
        """Follow the working calendar: begun work goes on, nothing new is begun."""
        assert self.hours is not None
        now = self.floor.calendar.now
        self._settle()
        is_open = self.hours.is_open(now)
        change = self.hours.closes_after(now) if is_open else self.hours.opens_at(now)
        self.floor.calendar.schedule(change, Priority.SHIFT, self.id, "shift")

    def fail(self, mode: str) -> None:
        """Break down by a failure mode, unless the machine is already down."""
        duration = self.wear.strike(mode)
        if self.down:
            self.wear.renew(mode)
            return
        spec = self.wear.clocks[mode].mode
        restart = spec.after == "restart"
        self._break(Breakdown(mode, spec.skill, duration, restart))

    def repaired(self, _: object) -> None:
        """Be up again; interrupted work goes on, or begins anew."""
        down, self.breakdown = self.breakdown, None
        assert down is not None
        if down.mode in self.wear.clocks:
            self.wear.renew(down.mode)
        for work in self.work.values():
            restarted = down.restart and work.lot is not None
            if restarted:
                work.left = work.duration
            self._go_on(work)
        self._settle()
        self.floor.emit("machine_repaired", self.id, mode=down.mode)
        for work in self.work.values():
            if work.lot is not None:
                self.floor.emit(
                    "operation_resumed",
                    self.id,
                    operation=work.operation,
                    lot=work.lot.id,
                    restarted=down.restart,
                )

    def finished(self, operation: str) -> None:
        """End a piece of work: be set up, or put the lot out."""
        work = self.work.pop(operation)
        if work.lot is None:
            self.family = work.family
            self._settle()
            self.floor.emit("setup_finished", self.id, family=work.family)
            return
        lot, step = work.lot, work.step
        assert step is not None
        name = step_name(step, lot.mending)
        self.buffers.put_out(lot)
        self._settle()
        defects, found = process(self.floor, lot, step)
        self.floor.emit(
            "operation_finished",
            self.id,
            operation=operation,
            lot=lot.id,
            step=name,
            pieces=len(lot.pieces),
            defects=defects,
        )
        if found is None:
            return
        self.floor.emit(
            "lot_inspected",
            lot.id,
            step=step.id,
            machine=self.id,
            pieces=len(lot.pieces),
            good=len(lot.pieces) - len(found.rework) - len(found.scrap),
            rework=len(found.rework),
            scrap=len(found.scrap),
            missed=found.missed,
            alarms=found.alarms,
        )
        part = dispose(self.floor, lot, step, found)
        if part is not None:
            self.buffers.put_out(part)
        if not lot.pieces:
            self.buffers.take(lot)
            del self.floor.lots[lot.id]
        self._settle()

    # -- inside -------------------------------------------------------------------

    def _begin(self, work: Work) -> None:
        self.work[work.operation] = work
        self._go_on(work)
        self._settle()

    def _go_on(self, work: Work) -> None:
        calendar = self.floor.calendar
        work.since = calendar.now
        end = calendar.now + work.left
        work.ticket = calendar.schedule(
            end, Priority.FINISH, self.id, "finished", work.operation
        )

    def _break(self, breakdown: Breakdown) -> None:
        calendar = self.floor.calendar
        self.breakdown = breakdown
        for work in self.work.values():
            calendar.cancel(work.ticket)
            work.left -= calendar.now - work.since
        self._settle()
        self.floor.emit("machine_failed", self.id, mode=breakdown.mode)
        for work in self.work.values():
            if work.lot is not None:
                self.floor.emit(
                    "operation_interrupted",
                    self.id,
                    operation=work.operation,
                    lot=work.lot.id,
                )

    def _settle(self) -> None:
        """Derive the state from what is going on."""
        executing = not self.down and bool(self.work) and not self.setting_up
        self.wear.run(executing)
        state, reason = MachineState.IDLE, None
        if self.down:
            state = MachineState.ABORTED
        elif executing:
            state = MachineState.EXECUTE
        elif self.setting_up:
            state = MachineState.STARTING
        elif self.buffers.blocked:
            state, reason = MachineState.SUSPENDED, "buffer"
        elif self.hours and not self.hours.is_open(self.floor.calendar.now):
            state = MachineState.STOPPED
        elif self.reason is not None:
            state, reason = MachineState.SUSPENDED, self.reason
        self._become(state, reason)

    def _become(self, state: MachineState, reason: str | None) -> None:
        if (state, reason) != self.state:
            self.state = (state, reason)
            self.floor.emit("machine_state", self.id, state=state.value, reason=reason)
