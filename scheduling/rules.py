"""Dispatching rules: the table of them, and plans made by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.arrays import Arrays, Reals, Table, arrays_of
from scheduling.decode import Draft, draft_of, plan_of
from scheduling.plan import Plan
from scheduling.problem import Problem
from scheduling.serial import by_urgency
from scheduling.urgency import (
    ATC,
    COVERT,
    CR,
    EDD,
    FIFO,
    LPT,
    MOD,
    MWKR,
    SPT,
    WSPT,
    urgency,
)
from scheduling.worth import worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A dispatching rule.

    Attributes
    ----------
    formula
        A position known to :func:`scheduling.urgency.urgency`.
    k
        Look-ahead of ATC and COVERT: how early a due date makes itself felt.
    setup_weight, wait_weight
        What a set-up, or waiting for a part, takes off the urgency.
    look_ahead
        How much later than the earliest an operation may start and still be
        preferred, in typical durations: reservation. 0: never wait.
    """

    name: str
    formula: int = ATC
    k: float = 2.0
    setup_weight: float = 0.0
    wait_weight: float = 0.0
    look_ahead: float = 0.0

    def vector(self) -> Reals:
        """Return the rule as the compiled code takes it."""
        return np.array(
            [
                self.formula,
                self.k,
                self.setup_weight,
                self.wait_weight,
                self.look_ahead,
            ],
            dtype=np.float64,
        )

    def urgency(
        self,
        *,
        weight: float,
        duration: float,
        slack: float,
        typical: float,
        tail: float = 0.0,
        ready: float = 0.0,
        due: float = 0.0,
        setup: float = 0.0,
        wait: float = 0.0,
    ) -> float:
        """Return the urgency of one operation, as :func:`scheduling.urgency.urgency`.

        For an agent that chooses among parts at hand or on their way.
        """
        return urgency(
            self.formula,
            self.k,
            self.setup_weight,
            self.wait_weight,
            weight,
            duration,
            slack,
            tail,
            ready,
            due,
            setup,
            wait,
            typical,
        )


def rule_of(vector: Reals) -> Rule:
    """Return a vector as a rule; its name says the settings."""
    formula, k, setups, waits, look = vector.tolist()
    return Rule(
        name=f"k={k:.3g} s={setups:.3g} w={waits:.3g} l={look:.3g}",
        formula=int(formula),
        k=k,
        setup_weight=setups,
        wait_weight=waits,
        look_ahead=look,
    )


#: The rules by name. ``reference``, the one to beat, is ATC with set-ups and
#: reservation, tuned on `electronics` (seeds 101 to 105) for agents who decide one
#: thing at a time. ``rolling`` is the same for plans made anew at every event, where
#: waiting for something better is seldom worth much.
RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(name="FIFO", formula=FIFO),
        Rule(name="SPT", formula=SPT),
        Rule(name="LPT", formula=LPT),
        Rule(name="EDD", formula=EDD),
        Rule(name="MOD", formula=MOD),
        Rule(name="CR", formula=CR),
        Rule(name="WSPT", formula=WSPT),
        Rule(name="MWKR", formula=MWKR),
        Rule(name="COVERT", formula=COVERT),
        Rule(name="ATC", formula=ATC),
        Rule(
            name="reference",
            formula=ATC,
            k=20.0,
            setup_weight=1.0,
            wait_weight=1.0,
            look_ahead=3.0,
        ),
        Rule(
            name="rolling",
            formula=ATC,
            setup_weight=1.0,
            wait_weight=1.0,
            look_ahead=0.2,
        ),
    )
}


def dispatch(problem: Problem, rule: Rule) -> Plan:
    """Return the plan a rule makes.

    Operations that cannot be done at all (no machine, or waiting for such a one) are
    left out, and the value is infinite.
    """
    a = arrays_of(problem)
    return plan_of(problem, a, dispatched(a, rule))


def as_followed(a: Arrays, rule: Rule, draft: Draft) -> Draft:
    """Return what becomes of a plan of which only the machines are followed.

    ``rule`` decides what comes next. The plan itself if nobody could follow it so.
    """
    again = dispatched(a, rule, draft.modes())
    return again if again.allowed else draft


def dispatched(a: Arrays, rule: Rule, only: Table | None = None) -> Draft:
    """Return the plan a rule makes, as arrays; ``only`` (N,) prescribes modes."""
    draft, count = draft_of(a), len(a.operations) - 1
    if only is None:
        only = np.full(count, -1, dtype=np.int64)
    planned = by_urgency(a, rule.vector(), np.zeros(count), only, draft.schedule)
    return draft.valued(planned, *worth(a, planned, draft.schedule))
