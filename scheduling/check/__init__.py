"""Is a plan possible? An independent answer that shares no code with the step.

Works on the plan as a set of dated facts: sorts them by machine and by vehicle and
holds them against the problem.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.check.aims import costs, frozen
from scheduling.check.facts import Facts
from scheduling.check.facts import Violation as Violation
from scheduling.check.machines import (
    batches,
    closed,
    headways,
    leaving,
    setups,
    slots,
)
from scheduling.check.parts import durations, lags, parts, vehicles
from scheduling.plan import Plan
from scheduling.problem import Problem

RULES = (
    durations,
    parts,
    lags,
    vehicles,
    slots,
    headways,
    setups,
    closed,
    batches,
    leaving,
    frozen,
    costs,
)


def check_plan(problem: Problem, plan: Plan) -> list[Violation]:
    """Return everything that is wrong with a plan; empty if it is possible.

    Times are looked at only if all names are right.
    """
    facts = Facts(problem, plan)
    wrong = list(_names(facts))
    return wrong or [flaw for rule in RULES for flaw in rule(facts)]


def _names(f: Facts) -> Iterator[Violation]:
    """Every open operation is planned once, where it can be done."""
    for operation in f.problem.operations:
        planned = operation.id in f.work
        if operation.pinned is None and not planned:
            yield Violation("complete", operation.id, "is not planned")
        if operation.pinned is not None and planned:
            yield Violation("pinned", operation.id, "is in work and planned again")
    if len(f.work) < len(f.plan.assignments):
        yield Violation("complete", "plan", "has an operation twice")
    if len(f.trip) < len(f.plan.trips):
        yield Violation("transport", "plan", "has a trip twice")
    for work in f.plan.assignments:
        if work.operation not in f.index:
            yield Violation("complete", work.operation, "is unknown")
        elif f.duration(work) is None:
            yield Violation("mode", work.operation, f"cannot be done on {work.machine}")
    vehicles = {vehicle.id for vehicle in f.problem.vehicles}
    for trip in f.plan.trips:
        known = trip.operation in f.work and trip.operation in f.index
        if not known or not (0 <= trip.input < len(f.operation(trip.operation).inputs)):
            yield Violation("transport", trip.operation, "has no such input")
        if trip.vehicle not in vehicles:
            yield Violation("transport", trip.vehicle, "is no vehicle")
