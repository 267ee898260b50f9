"""Policies: who decides what, as a table of small strategies.

Nothing about the world differs between policies, so comparing them is an experiment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from kernel.errors import BadInput
from scheduling.rules import RULES

#: Who gets a material that is short.
Pegging = Literal["fixed", "dynamic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerParams:
    """How the planner plans.

    Attributes
    ----------
    window
        How many operations of the most urgent orders are planned some steps ahead; as
        many again enter with the next step of each lot.
    delay
        Simulated ms from the event to the plan's effect.
    refresh
        Whether minor events refresh the plan by dispatch.
    fresh
        Whether a plan dispatched afresh is offered beside the plan in force; without,
        that one is only brought up to date, and searched from.
    search
        Iterations of search at a major event: annealing, or changes of machine.
    cpsat_windows
        Windows that CP-SAT may try to improve at a major event.
    cpsat_limit
        Deterministic time of one window.
    exact
        Up to so many operations the whole problem goes to CP-SAT ...
    exact_limit
        ... for so much deterministic time.
    flow
        Price of flow time beside tardiness, per ms, where a job's weight is 1.
    spread
        How much sooner or later than planned an order may be done, in typical
        durations: it decides from when on an order counts as in danger.
    stability
        Price of an operation that changes its machine, in typical durations of
        tardiness of weight 1: a second means much to one plant and little to another.
    setup
        Price of set-up time beside tardiness, per ms, where a job's weight is 1.
    as_followed
        Whether a plan is judged as it will be followed: where only its machines are,
        by what a rule makes of them.
    frozen
        Ms from a plan on within which the next plan changes neither machine nor turn.
    """

    window: int = 50
    delay: int = 0
    refresh: bool = True
    fresh: bool = True
    search: int = 10
    cpsat_windows: int = 1
    cpsat_limit: float = 0.001
    exact: int = 12
    exact_limit: float = 0.05
    flow: float = 0.2
    spread: float = 15.0
    stability: float = 1.0
    setup: float = 1.0
    as_followed: bool = True
    frozen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A named set of strategies.

    Attributes
    ----------
    rule
        Dispatching rule by which machines and vehicles choose.
    allocation
        Who gets an operation or a transport that no plan covers: the best by direct
        comparison, the winner of a contract net, or nobody until there is a plan.
    planner
        None: nobody plans ahead.
    advice
        What of a plan is followed: all of it, or only which machine does what; then
        machines choose by the rule what comes next, and vehicles are found as without
        a plan.
    pegging
        Who gets a material that is short: first come, first served, or whom its lack
        would cost most (:mod:`agents.pegging`).
    """

    name: str
    rule: str = "reference"
    allocation: Literal["direct", "contract_net", "plan"] = "direct"
    planner: PlannerParams | None = None
    advice: Literal["all", "machines"] = "all"
    pegging: Pegging = "fixed"


#: The named policies, side by side.
POLICIES: dict[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy(name="rule", allocation="direct"),
        Policy(name="negotiated", allocation="contract_net", pegging="dynamic"),
        Policy(name="planned", allocation="plan", planner=PlannerParams()),
        Policy(
            name="hybrid",
            allocation="contract_net",
            planner=PlannerParams(),
            advice="machines",
            pegging="dynamic",
        ),
    )
}


def policy_of(name: str) -> Policy:
    """Return the policy called ``name``, with ``rule:NAME`` for another rule.

    Raises
    ------
    BadInput
        If there is none.
    """
    base, _, rule = name.partition(":")
    if base not in POLICIES:
        near = get_close_matches(base, POLICIES, 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        names = ", ".join(POLICIES)
        raise BadInput("policy", "", f"{name!r} is not one of {names}{hint}")
    policy = POLICIES[base]
    if not rule:
        return policy
    if base != "rule" or rule not in RULES:
        names = ", ".join(RULES)
        raise BadInput("policy", "", f"{name!r}: expected rule:NAME, NAME of {names}")
    return replace(policy, name=name, rule=rule)
