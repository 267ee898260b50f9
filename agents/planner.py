"""The planner: a staff holon that advises what would be better for all.

It never commands: machines and vehicles follow its sequences as long as reality lets
them, and decide themselves where it does not (:mod:`agents.advice`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from agents.advice import Advice
from agents.agent import Holon
from agents.fleet import TransportOrder
from agents.nervousness import Change, change
from agents.policy import PlannerParams
from agents.situation import Situation, Surveyor
from kernel.calendar import HOUR, MINUTE, Priority
from kernel.events import Event
from scheduling.plan import Plan, Result
from scheduling.portfolio import Params, refresh, solve
from scheduling.problem import MAKESPAN, Objective

if TYPE_CHECKING:
    from agents.factory import Factory
    from agents.machine import MachineAgent
    from agents.order import OrderAgent
    from agents.vehicle import VehicleAgent
    from agents.work import OpenOperation

#: A machine that is expected back sooner than this has stopped, not broken down, ms.
SHORT = 5 * MINUTE
#: Slack from which an order is in no hurry, ms.
FAR = 12 * HOUR
#: Slack that weighs as much as a weight e times as large, ms.
PACE = 2 * HOUR

#: Steps of a lot that enter a plan of a running factory.
DEPTH = 4
#: Rules tried at a major event.
RACE = 8
#: The rule by which plans foresee machines that choose for themselves what comes next.
SEQUENCED_BY = "rolling"


class PlanWatcher(Protocol):
    """Somebody who looks on while plans are made; nothing depends on it."""

    def begun(self) -> None:
        """See that a plan is about to be made."""

    def decided(self, plan: Plan | None, situation: Situation, trigger: str) -> None:
        """See what came of it; ``trigger`` is empty where it was a refresh."""


class PlannerAgent(Holon):
    """Re-plans whenever something happens; bursts of events are one occasion.

    Minor events refresh the plan by dispatch. Major ones (an order, a breakdown, a
    repair, a reject, a shortage) bring in search and CP-SAT. A plan is adopted
    ``planner.delay`` after the event that led to it; what has begun meanwhile stays
    as it is.
    """

    def __init__(self, factory: Factory) -> None:
        super().__init__(factory, "planner")
        params = factory.policy.planner
        assert params is not None
        self.params: PlannerParams = params
        #: A benchmark instance is planned once, as a whole, for its makespan.
        self.static = factory.world.unit != ""
        #: Whether its sequences are followed, or only its choice of machines. An
        #: instance is planned once, for its makespan: there all of it is followed.
        self.leads = factory.policy.advice == "all" or self.static
        self.surveyor = Surveyor(factory, None if self.static else DEPTH)
        self.window = 10**9 if self.static else params.window
        self.objective = (
            MAKESPAN
            if self.static
            else Objective(
                flow=params.flow,
                setup=params.setup,
                spread=round(params.spread * factory.typical_duration),
                moved=params.stability * factory.typical_duration,
                changed=params.stability * factory.typical_duration,
            )
        )
        self.advice = Advice.empty(factory, self.leads)
        self.plan: Plan | None = None
        self.watcher: PlanWatcher | None = None
        self._triggers: list[str] = []
        self._major = False
        self._due = -1
        self._refreshes, self._refreshed = 0, Change()  # since the last record

    # -- occasions --------------------------------------------------------------------

    def hear(self, event: Event) -> None:
        """Take note of a fact that may call for a new plan.

        Vehicles arrive when they were expected: only what was not known is an event.
        """
        match event.kind:
            case "operation_finished":
                self.replan_soon(event.subject, event.kind, major=False)
            case "machine_failed" | "machine_repaired":
                machine = self.factory.machines[event.subject]
                mode = event.facts["mode"]
                repair = machine.mean_repair(mode)
                major = repair >= SHORT
                self.replan_soon(event.subject, event.kind, major=major)

    def replan_soon(self, what: str, why: str, *, major: bool) -> None:
        """Plan anew at this instant, once all of its facts are known."""
        if self.static and why not in ("order", "machine_failed", "machine_repaired"):
            return
        if not major and not self.params.refresh:
            return
        if major:
            self._triggers.append(f"{why}:{what}")
            self._major = True
        if self._due < self.now:
            self._due = self.now
            self.at(self.now, "replan", priority=Priority.PLAN)

    # -- planning ---------------------------------------------------------------------

    def replan(self, _: object) -> None:
        """Make a plan of what is known now."""
        factory = self.factory
        if self.watcher is not None:
            self.watcher.begun()
        situation = self.surveyor.survey(self.window, self.objective, self.plan)
        major, self._major = self._major, False
        triggers, self._triggers = self._triggers, []
        self._due = -1
        if not situation.problem.operations:
            self.advice = Advice.empty(factory, self.leads)
            return
        result: Result | None = None
        if major:
            result = solve(situation.problem, self._solver())
            factory.reproducible &= result.reproducible
            plan = result.plan
        else:
            plan = refresh(
                situation.problem,
                fresh=self.params.fresh,
                sequenced_by=self._sequenced_by,
            )
        trigger = " ".join(triggers)
        if self.watcher is not None:
            self.watcher.decided(plan, situation, trigger)
        self._adopt_later((plan, situation, result, trigger))

    @property
    def _sequenced_by(self) -> str | None:
        """The rule that stands for those who follow only the machines of a plan."""
        alone = not self.leads and self.params.as_followed
        return SEQUENCED_BY if alone else None

    def _solver(self) -> Params:
        params = self.params
        if self.static:
            return Params(budget=max(2000, params.search), seed=self.factory.case.seed)
        return Params(
            race=RACE,
            fresh=params.fresh,
            budget=params.search,
            windows=params.cpsat_windows,
            window_work=params.cpsat_limit,
            exact_operations=params.exact,
            exact_work=params.exact_limit,
            seed=self.factory.case.seed,
            sequenced_by=self._sequenced_by,
        )

    def _adopt_later(
        self, decided: tuple[Plan | None, Situation, Result | None, str]
    ) -> None:
        if self.params.delay:
            self.at(
                self.now + self.params.delay, "adopt", decided, priority=Priority.PLAN
            )
        else:
            self.adopt(decided)

    def adopt(self, decided: tuple[Plan | None, Situation, Result | None, str]) -> None:
        """Put a plan in force: one reference, and a record of why."""
        plan, situation, result, trigger = decided
        if result is not None:
            self._record(plan, situation, result, trigger)
        if plan is None or not plan.assignments:
            return
        if result is None:
            self._refreshes += 1
            self._refreshed = self._refreshed.and_then(self._change(plan))
        self.factory.revision += 1
        self._tell_fresh(plan)
        self.plan = plan
        self.advice = Advice(self.factory, plan, situation, self.leads)
        self.advice.give()

    def _record(
        self, plan: Plan | None, situation: Situation, result: Result, trigger: str
    ) -> None:
        """Leave the reason of a re-planning in the record."""
        first = next((c.value for c in result.contributions if c.value), None)
        value = plan.value if plan is not None else None
        gain = (first - value) / first if first and value is not None else 0.0
        now, refreshed = self._change(plan), self._refreshed
        self.factory.emit(
            "replan",
            "planner",
            trigger=trigger,
            major=True,
            engines=[
                {
                    "engine": c.engine,
                    "value": c.value,
                    "work": c.work,
                    "status": c.status,
                }
                for c in result.contributions
            ],
            status=str(result.status),
            value=value,
            gain=gain,
            operations=len(situation.problem.operations),
            common=now.common,
            changed=now.machine,
            shifted=round(now.start / now.common) if now.common else 0,
            near=now.near,
            near_changed=now.near_machine,
            refreshes=self._refreshes,
            refreshed_near=refreshed.near,
            refreshed_changed=refreshed.near_machine,
            adopted=plan is not None,
            revision=self.factory.revision + (plan is not None),
        )
        self._refreshes, self._refreshed = 0, Change()

    def _tell_fresh(self, plan: Plan) -> None:
        """Leave in the record what the plan in force has not spanned so far."""
        factory = self.factory
        told = self.plan.machine_of() if self.plan is not None else {}
        fresh = [
            [work.operation, work.machine, work.start, work.end]
            for work in plan.assignments
            if work.operation not in told
            and work.operation not in factory.begun
            and work.machine in factory.machines  # not the dock
        ]
        if fresh:
            factory.emit("work_planned", "planner", assignments=fresh)

    def _change(self, plan: Plan | None) -> Change:
        """Return what a plan would change in the one in force."""
        factory = self.factory
        return change(self.plan, plan, self.now, factory.begun, factory.machines)

    # -- advice -----------------------------------------------------------------------

    def urgency(self, order: OrderAgent) -> float:
        """Return how early an order should enter a plan.

        Beyond ``FAR`` one due date is as good as another: first come, first served.
        """
        slack = min(max(0, order.due - order.content - self.now), FAR)
        return order.log_weight - slack / PACE

    def machine_of(self, operation: str) -> str | None:
        """Return the machine the plan gives an operation to, if it spans it."""
        return self.advice.machine.get(operation)

    def covers(self, transport: TransportOrder) -> bool:
        """Return whether the plan says which vehicle does a transport."""
        return transport.key in self.advice.planned_trips

    def next_on(self, machine: MachineAgent) -> OpenOperation | Literal["wait"] | None:
        """Return the operation a machine should begin or wait for, if the plan says."""
        return self.advice.next_on(machine)

    def next_trip(self, vehicle: VehicleAgent) -> TransportOrder | str | None:
        """Return a vehicle's next transport, or the place where to await it."""
        return self.advice.next_trip(vehicle)

    def rank(self, operation: OpenOperation) -> tuple[int, float]:
        """Return a key that sorts operations as the plan wants them begun."""
        return self.advice.rank(operation)
