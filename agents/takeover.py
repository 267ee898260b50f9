"""Another policy takes over a running factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.planner import PlannerAgent
from agents.policy import Policy
from scheduling.rules import RULES

if TYPE_CHECKING:
    from agents.factory import Factory


def take_over(factory: Factory, policy: Policy) -> None:
    """Let a policy decide from now on.

    What has begun goes on. Whoever holds an operation keeps it until somebody better
    is found the new policy's way; transports that have not begun are given anew.
    """
    factory.emit("policy_changed", factory.world.name, policy=policy.name)
    factory.policy, factory.rule = policy, RULES[policy.rule]
    factory.trip_rule = factory.rule
    if factory.planner is not None:
        factory.planner.leave()
        factory.planner = None
    if policy.planner is not None:
        factory.planner = PlannerAgent(factory)
        factory.changed(policy.name, "policy", major=True)
    for operation in list(factory.operations.values()):
        if operation.holder is None and not operation.running:
            factory.orders[operation.order].allocation.place(operation)
    for transport in list(factory.fleet.open.values()):
        if not transport.begun and transport.vehicle is not None:
            order = factory.orders[transport.part.kit.order]
            order.allocation.take_back(transport)
    factory.fleet.place_uncovered()
    for agent in (*factory.machines.values(), *factory.vehicles.values()):
        agent.decide_soon()
