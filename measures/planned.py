"""Plan against execution: what was planned for an operation first, and what was done.

A factory that re-plans at every event always follows its latest plan; the first one
that spanned an operation is what people had to go by, and what is compared here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import NamedTuple

from kernel.events import Event


class Slot(NamedTuple):
    """An operation's machine, and its time there, ms."""

    machine: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """An operation that was begun; ``plan`` is its first, made at ``made`` (ms).

    Both are None if no plan spanned it before it began. What has not ended lasts until
    the last fact.
    """

    operation: str
    done: Slot
    plan: Slot | None
    made: int | None

    @property
    def shift(self) -> int:
        """How much later than first planned it began, ms (0 without a plan)."""
        return self.done.start - self.plan.start if self.plan is not None else 0


def executions(events: Iterable[Event]) -> list[Execution]:
    """Return every operation that was begun, by start."""
    plans: dict[str, tuple[int, Slot]] = {}
    begun: dict[str, tuple[str, int]] = {}
    ended: dict[str, int] = {}
    now = 0
    for now, kind, subject, facts in events:
        if kind == "work_planned":
            for operation, machine, start, end in facts["assignments"]:
                plans.setdefault(operation, (now, Slot(machine, start, end)))
        elif kind == "operation_started":
            begun.setdefault(facts["operation"], (subject, now))
        elif kind == "operation_finished":
            ended[facts["operation"]] = now
    found = []
    for operation, (machine, start) in begun.items():
        made, plan = plans.get(operation, (None, None))
        done = Slot(machine, start, ended.get(operation, now))
        found.append(Execution(operation=operation, done=done, plan=plan, made=made))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """How close to their first plans operations were executed.

    ``planned`` of ``operations`` were planned before they began; of these the share
    ``kept`` were done on the machine first planned. ``ahead`` is the median time from
    plan to planned start; ``early``, ``median`` and ``late`` are the 10th, 50th and
    90th percentile of the shift of their starts, ms.
    """

    operations: int
    planned: int
    kept: float
    ahead: float
    early: float
    median: float
    late: float


def adherence(done: Sequence[Execution]) -> Adherence | None:
    """Return how closely plans were executed; None if nothing was planned."""
    known = [(e, e.plan, e.made) for e in done if e.plan is not None]
    if not known:
        return None
    shifts = [e.shift for e, _, _ in known]
    ahead = [plan.start - made for _, plan, made in known if made is not None]
    # Two values at least: a single one is its own percentiles.
    tenths = quantiles(shifts * 2 if len(shifts) == 1 else shifts, n=10)
    return Adherence(
        operations=len(done),
        planned=len(known),
        kept=sum(e.done.machine == plan.machine for e, plan, _ in known) / len(known),
        ahead=_median(ahead),
        early=tenths[0],
        median=_median(shifts),
        late=tenths[8],
    )


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return (ordered[half] + ordered[~half]) / 2
