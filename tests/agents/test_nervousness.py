"""How much a plan changes the one before it, on plans made by hand and on a run."""

from __future__ import annotations

from agents.factory import Factory
from agents.nervousness import NEAR, Change, change
from agents.scenario import scenario_of
from agents.situation import Situation
from kernel.calendar import HOUR, MINUTE
from measures.kpis import flat, kpis
from scheduling.plan import Assignment, Plan
from worlds.read import read_world

MACHINES = ("M", "N")


def plan(*works: tuple[str, str, int]) -> Plan:
    """Return a plan of (operation, machine, start in minutes), half an hour each."""
    return Plan(
        assignments=tuple(
            Assignment(
                operation=operation,
                machine=machine,
                setup_start=start * MINUTE,
                start=start * MINUTE,
                end=(start + 30) * MINUTE,
            )
            for operation, machine, start in works
        )
    )


def test_a_change_to_the_digit() -> None:
    """Machines and starts of what both have yet to begin; near is what begins soon."""
    before = plan(
        ("begun", "M", 50),  # a little early: it is under way
        ("late", "M", 30),
        ("soon", "N", 179),
        ("later", "N", 180),
        ("dropped", "M", 70),
        ("shipping", "dock", 90),
    )
    after = plan(
        ("begun", "M", 45),
        ("late", "N", 60),
        ("soon", "N", 170),
        ("later", "M", 200),
        ("new", "M", 70),
        ("shipping", "dock", 90),
    )
    found = change(before, after, 60 * MINUTE, {"begun"}, MACHINES)
    minutes = 30 + 9 + 20
    assert found == Change(
        common=3, machine=2, start=minutes * MINUTE, near=2, near_machine=1
    )
    assert found.and_then(Change(1, 1, 1, 1, 1)) == Change(
        common=4, machine=3, start=minutes * MINUTE + 1, near=3, near_machine=2
    )


def test_the_first_plan_changes_nothing() -> None:
    """Nor does one that could not be made."""
    one = plan(("a", "M", 0))
    assert change(None, one, 0, (), MACHINES) == Change()
    assert change(one, None, 0, (), MACHINES) == Change()


class Judge:
    """Counts what plans change, each held against the one before, in its own way."""

    def __init__(self, factory: Factory) -> None:
        self.factory = factory
        self.before: Plan | None = None
        self.near = {True: 0, False: 0}
        self.moved = {True: 0, False: 0}
        self.pending = [0, 0]  # of refreshes no re-planning has told yet

    def begun(self) -> None:
        """Nothing to see yet."""

    def decided(self, plan: Plan | None, situation: Situation, trigger: str) -> None:
        """Compare with the plan in force, by sets."""
        if plan is None or not plan.assignments:
            return
        if self.before is not None:
            factory = self.factory
            soon = {
                (old.operation, old.machine)
                for old in self.before.assignments
                if old.start < factory.calendar.now + 2 * HOUR
                and old.operation not in factory.begun
                and old.machine in factory.machines
            }
            names = {a.operation for a in plan.assignments}
            known = {pair for pair in soon if pair[0] in names}
            kept = known & {(a.operation, a.machine) for a in plan.assignments}
            self._add(bool(trigger), len(known), len(known) - len(kept))
        self.before = plan

    def _add(self, major: bool, near: int, moved: int) -> None:
        if major:
            self.near[True] += near
            self.moved[True] += moved
            self.near[False] += self.pending[0]
            self.moved[False] += self.pending[1]
            self.pending = [0, 0]
        else:
            self.pending = [self.pending[0] + near, self.pending[1] + moved]


def test_a_run_tells_what_its_plans_changed() -> None:
    """Re-plannings and refreshes, as somebody counts them who watches every plan."""
    assert NEAR == 2 * HOUR
    settings = [("load", ".95"), ("planner.stability", "0")]
    scenario = scenario_of(
        read_world("cell"), policy="hybrid", seed=3, days=1.0, settings=settings
    )
    factory = Factory(scenario)
    assert factory.planner is not None
    judge = factory.planner.watcher = Judge(factory)
    events = factory.run().events
    told = [event.facts for event in events if event.kind == "replan"]

    def summed(name: str) -> int:
        return sum(facts[name] for facts in told)

    assert summed("near") == judge.near[True] > 0
    assert summed("near_changed") == judge.moved[True] > 0
    assert summed("refreshed_near") == judge.near[False] > 0
    assert summed("refreshed_changed") == judge.moved[False] > 0
    assert summed("refreshes") > 10
    inside = kpis(scenario.world, events)
    first, last = scenario.window
    counted = [
        e.facts for e in events if e.kind == "replan" and first <= e.time <= last
    ]
    near, moved = (sum(f[k] for f in counted) for k in ("near", "near_changed"))
    assert dict(flat(inside))["nervousness.near"] == moved / near
