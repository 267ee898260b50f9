"""Machine agents: they bid for operations, keep an agenda and work it off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.agent import Holon
from agents.contract_net import Bid, Participant
from agents.messages import CallForProposal, Message
from agents.outlook import Outlook
from agents.supply import Supply
from agents.work import OpenOperation
from kernel.calendar import MINUTE, Priority
from kernel.events import Event
from plant.machine import MachineBody

#: What is assumed of a stop of which nothing is known, ms.
SHORT_STOP = 10 * MINUTE

if TYPE_CHECKING:
    from agents.factory import Factory


class MachineAgent(Holon):
    """Answers for one machine: who can, when, at what cost?

    The agenda holds the operations it is responsible for. It is worked off in the
    order of the plan in force, and without one by the policy's rule: an operation
    whose part is on its way is waited for, and set up for, if it is the better one.
    """

    def __init__(self, factory: Factory, body: MachineBody) -> None:
        super().__init__(factory, body.id)
        self.body = body
        self.spec = body.spec
        self.outlook = Outlook(self)
        self.supply = Supply(self)
        self.participant = Participant(
            self.address, factory.calendar, factory.network, self
        )
        self.agenda: dict[str, OpenOperation] = {}
        self.running: dict[str, OpenOperation] = {}
        self.operators: dict[str, str] = {}  # at work here, by operation or "setup"
        self.up_at = 0  # expected end of the repair
        self.wakes = -1

    # -- contract net ---------------------------------------------------------------

    def receive(self, message: Message) -> None:
        """Take a message of the contract net."""
        self.participant.receive(message)

    def timeout(self, argument: object) -> None:
        """Take a timer of the contract net."""
        self.participant.timeout(argument)

    def bid(self, call: CallForProposal) -> Bid | str:
        """Offer to do an operation."""
        if self.body.down and self.up_at - self.now > self.factory.typical_duration * 8:
            return "down"
        price, finish = self.outlook.quote(call.body)
        return Bid(price=price, promise=finish)

    def take(self, call: CallForProposal, bid: Bid) -> bool:
        """Take an award on the agenda, unless the plan has been quicker."""
        if call.body.holder is not None:
            return False
        self.agenda[call.about] = call.body
        self.decide_soon()
        return True

    def drop(self, about: str, conversation: str) -> None:
        """Forget an award, unless the operation has been assigned here meanwhile."""
        operation = self.agenda.get(about)
        if operation is None or about in self.running or operation.holder == self.id:
            return
        del self.agenda[about]

    # -- agenda ---------------------------------------------------------------------

    def hold(self, operation: OpenOperation) -> None:
        """Become responsible for an operation, by assignment."""
        self.agenda[operation.id] = operation
        self.decide_soon()

    def let_go(self, operation: OpenOperation) -> None:
        """No longer be responsible for an operation."""
        if self.agenda.pop(operation.id, None) is None:
            return
        if self.participant.holds(operation.id):
            self.participant.release(operation.id, "assigned elsewhere")
        self.decide_soon()

    def decide(self) -> None:
        """Begin what can be begun; call for the parts of what comes next."""
        self.supply.call()
        begun = False
        while (operation := self._next()) is not None and self._begin(operation):
            begun = True
        if begun:
            self.supply.call()  # there is room for more

    def mine(self, operation: OpenOperation) -> bool:
        """Return whether an operation is its own to begin."""
        return operation.holder == self.id and operation.id not in self.running

    def _next(self) -> OpenOperation | None:
        """Return the operation to begin, or to wait for, next."""
        body, now = self.body, self.now
        if body.down or body.setting_up or body.occupied >= self.spec.capacity:
            return None
        if body.hours is not None and not body.hours.is_open(now):
            body.wait(None)
            self.wake_at(body.hours.opens_at(now))
            return None
        if now < body.last_start + self.spec.headway:
            self.wake_at(body.last_start + self.spec.headway)
            return None
        planned = self.factory.planner.next_on(self) if self.factory.planner else None
        if planned == "wait":
            body.wait(self._wanting() or "part")
            return None
        if planned is not None:
            return planned
        return self._by_rule()

    def _wanting(self) -> str | None:
        """Return what the operations in the agenda wait for; None: there are none."""
        mine = [operation for operation in self.agenda.values() if self.mine(operation)]
        if not mine:
            return None
        return "material" if all(map(self.factory.lacks_material, mine)) else "part"

    def _by_rule(self) -> OpenOperation | None:
        """Return the most urgent among those that could begin about the earliest."""
        now, body, factory = self.now, self.body, self.factory
        able: list[tuple[int, int, OpenOperation]] = []
        for operation in self.agenda.values():
            if not operation.complete or not self.mine(operation):
                continue
            if factory.lacks_material(operation):
                continue
            if not operation.called and self.supply.stuck(operation):
                continue
            arrival = max(now, self.outlook.expected_arrival(operation))
            setup = body.setup_time(operation.family)
            able.append((max(arrival, now + setup), arrival, operation))
        if not able:
            body.wait(self._wanting())
            return None
        if len(able) == 1:
            return able[0][2]
        latest = min(able, key=lambda item: item[0])[0] + round(
            factory.rule.look_ahead * factory.typical_duration
        )
        best: OpenOperation | None = None
        most = float("-inf")
        for begin, arrival, operation in able:
            if begin > latest:
                continue
            setup = body.setup_time(operation.family)
            value = self.outlook.urgency(
                operation, setup, max(0, arrival - now - setup)
            )
            if value > most:
                best, most = operation, value
        return best

    def _begin(self, operation: OpenOperation) -> bool:
        """Set up for an operation, or start it; False if neither is possible now."""
        body, factory = self.body, self.factory
        attendance = self.spec.operator
        if body.setup_time(operation.family):
            if body.occupied:
                return False  # it must run empty first
            operator = None
            if attendance is not None and attendance.setup:
                operator = factory.take_operator(
                    attendance.skill, self, "setup", operation
                )
                if operator is None:
                    return False
                self.operators["setup"] = operator
            assert operation.family is not None
            body.set_up(operation.family, operator)
            return False
        if not self.supply.has(operation):
            body.wait("material" if factory.lacks_material(operation) else "part")
            return False
        operator = None
        if attendance is not None and attendance.run > 0:
            operator = factory.take_operator(attendance.skill, self, "run", operation)
            if operator is None:
                return False
        body.wait(None)
        self._start(operation, operator)
        return True

    def _start(self, operation: OpenOperation, operator: str | None) -> None:
        factory = self.factory
        order = factory.orders[operation.order]
        lot = order.production.hand_in(operation, self)
        nominal = operation.duration(self.id)
        operation.running = True
        factory.begun.add(operation.id)
        operation.ends = self.now + nominal
        self.running[operation.id] = operation
        materials = factory.consume(operation)
        if operator is not None:
            self.operators[operation.id] = operator
            attended = self.spec.operator.run if self.spec.operator else 1.0
            if attended < 1:
                self.at(
                    self.now + round(attended * nominal),
                    "free_operator",
                    operation.id,
                    Priority.FINISH,
                )
        self.body.start(lot, nominal, operator, materials)

    def free_operator(self, work: str) -> None:
        """Let the operator of some work here go."""
        operator = self.operators.pop(work, None)
        if operator is not None:
            self.factory.free_operator(operator)

    def wake_at(self, time: int) -> None:
        """Look again at a time, unless that is to happen earlier anyway."""
        if self.wakes <= self.now or time < self.wakes:
            self.wakes = time
            self.at(time, "woken")

    def woken(self, _: object) -> None:
        """Look again at a time chosen before."""
        self.decide_soon()

    # -- facts ----------------------------------------------------------------------

    def on_operation_finished(self, event: Event) -> None:
        """An operation has ended here."""
        operation = self.running.pop(event.facts["operation"])
        self.agenda.pop(operation.id, None)
        if self.participant.holds(operation.id):
            self.participant.finish(operation.id)
        self.free_operator(operation.id)
        self.decide_soon()

    def on_setup_finished(self, event: Event) -> None:
        """The machine is set up."""
        self.free_operator("setup")
        self.decide_soon()

    def on_lot_delivered(self, event: Event) -> None:
        """A part has come."""
        self.decide_soon()

    def on_lot_loaded(self, event: Event) -> None:
        """A part has been taken away."""
        self.decide_soon()

    def on_machine_failed(self, event: Event) -> None:
        """It is down: have it repaired, expect it back after the mean repair."""
        mode = event.facts["mode"]
        self.up_at = self.now
        anew = any(f.id == mode and f.after == "restart" for f in self.spec.failures)
        for operation in self.running.values():
            left = operation.duration(self.id) if anew else operation.ends - self.now
            operation.ends = self.now + max(0, left)
        self._put_off(self.mean_repair(mode))
        self.seek_repair(None)

    def _put_off(self, by: int) -> None:
        """Expect the machine, and what is in it, so much later, ms."""
        self.up_at += by
        for operation in self.running.values():
            operation.ends += by
            for part in operation.parts:
                part.ready = operation.ends
                self.factory.fleet.ready(part)

    def mean_repair(self, mode: str) -> int:
        """Return how long a repair takes on average; a disturbance says so itself."""
        for failure in self.spec.failures:
            if failure.id == mode:
                return round(failure.repair.mean)
        down = self.body.breakdown
        return down.duration if down is not None else SHORT_STOP

    def seek_repair(self, _: object) -> None:
        """Begin the repair once somebody is there to do it."""
        down = self.body.breakdown
        if down is None or down.repairing:
            return
        operator = None
        if down.skill is not None:
            operator = self.factory.take_operator(down.skill, self, "repair")
            if operator is None:
                return
            self.operators["repair"] = operator
        self.body.repair(operator)

    def on_machine_repaired(self, event: Event) -> None:
        """It is up again."""
        self.free_operator("repair")
        self._put_off(self.now - self.up_at)
        for operation in tuple(self.factory.able[self.id].values()):
            if operation.holder is None:  # refused, perhaps, as long as it was down
                self.factory.orders[operation.order].allocation.place(operation)
        self.decide_soon()
