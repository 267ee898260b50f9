"""Clocks held to the agents from outside: what negotiating and deciding take.

The entry points of the agents' classes are wrapped while somebody is watching, and
only in the process that watches: the simulation has no clock in it, and its record is
the same with and without. CPU time is read, so that other programs do not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time_ns
from typing import Any

from agents.contract_net import Initiator, Participant
from agents.machine import MachineAgent
from agents.market import Market
from agents.messages import Done
from agents.planner import PlannerAgent
from agents.situation import Situation
from agents.vehicle import VehicleAgent
from scheduling.plan import Plan


class Stopwatch:
    """What has been taken so far, in nanoseconds of CPU time.

    Attributes
    ----------
    negotiating
        By conversation: finding whom to ask, asking, every bid, the award, its
        confirmation, rejections. What is awarded is carried out later, and a report
        that it is done belongs to that.
    choosing
        Each time that a machine or a vehicle has chosen what to do next.
    planning
        Each plan: its trigger ("" of a refresh), the open operations in it, and what it
        took from taking stock to being in force.
    """

    def __init__(self) -> None:
        self.negotiating: defaultdict[str, int] = defaultdict(int)
        self.choosing: dict[str, list[int]] = {"machine": [], "vehicle": []}
        self.planning: list[tuple[str, int, int]] = []
        self._selecting: dict[str, int] = {}  # by thing: finding whom to ask
        self._made: tuple[str, int] | None = None

    # -- the planner's watcher --------------------------------------------------------

    def begun(self) -> None:
        """See that a plan is about to be made."""

    def decided(self, plan: Plan | None, situation: Situation, trigger: str) -> None:
        """Note what it was about."""
        self._made = trigger, len(situation.problem.operations)

    # -- what is wrapped --------------------------------------------------------------

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Hold clocks to all agents of this process inside."""
        wraps: list[tuple[type[Any], str, Callable[..., Any]]] = [
            (Market, "nearest_machines", self._selection),
            (Market, "nearest_vehicles", self._selection),
            (Initiator, "announce", self._announcement),
            (Initiator, "receive", self._hearing),
            (Initiator, "timeout", self._timer),
            (Participant, "receive", self._hearing),
            (MachineAgent, "decide", self._choice("machine")),
            (VehicleAgent, "decide", self._choice("vehicle")),
            (PlannerAgent, "replan", self._planning),
        ]
        before = [(owner, name, owner.__dict__[name]) for owner, name, _ in wraps]
        for owner, name, wrap in wraps:
            setattr(owner, name, wrap(owner.__dict__[name]))
        try:
            yield
        finally:
            for owner, name, method in before:
                setattr(owner, name, method)

    def _selection(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(market: Market, thing: Any) -> Any:
            began = process_time_ns()
            found = method(market, thing)
            # The latest selection for a thing is the one that an announcement follows.
            self._selecting[thing.id] = process_time_ns() - began
            return found

        return timed

    def _announcement(self, method: Callable[..., str]) -> Callable[..., str]:
        def timed(initiator: Initiator, about: str, *rest: Any) -> str:
            began = process_time_ns()
            conversation = method(initiator, about, *rest)
            took = process_time_ns() - began
            self.negotiating[conversation] += took + self._selecting.pop(about, 0)
            return conversation

        return timed

    def _hearing(self, method: Callable[..., bool]) -> Callable[..., bool]:
        def timed(side: Any, message: Any) -> bool:
            if isinstance(message, Done):
                return method(side, message)
            began = process_time_ns()
            heard = method(side, message)
            self.negotiating[message.conversation] += process_time_ns() - began
            return heard

        return timed

    def _timer(self, method: Callable[..., bool]) -> Callable[..., bool]:
        def timed(initiator: Initiator, argument: Any) -> bool:
            began = process_time_ns()
            served = method(initiator, argument)
            took = process_time_ns() - began
            if isinstance(argument, tuple):
                conversation = argument[1]
            else:
                conversation = argument.conversation
            self.negotiating[conversation] += took
            return served

        return timed

    def _choice(self, who: str) -> Callable[..., Any]:
        taken = self.choosing[who]

        def wrap(method: Callable[..., None]) -> Callable[..., None]:
            def timed(agent: Any) -> None:
                began = process_time_ns()
                method(agent)
                taken.append(process_time_ns() - began)

            return timed

        return wrap

    def _planning(self, method: Callable[..., None]) -> Callable[..., None]:
        def timed(planner: PlannerAgent, argument: object) -> None:
            self._made = None
            began = process_time_ns()
            method(planner, argument)
            took = process_time_ns() - began
            if self._made is not None:  # there was something to plan
                self.planning.append((*self._made, took))

        return timed
