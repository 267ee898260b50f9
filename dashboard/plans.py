"""The plans of a run as they were made: what each said, changed and took."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from time import perf_counter

from agents.situation import Situation
from kernel.calendar import MINUTE
from scheduling.plan import Assignment, Plan

#: Refreshes nearer to each other are not all kept, ms.
APART = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A plan: when it was made, what for, and how.

    ``changed`` are the operations that moved to another machine, ``shifted`` those of
    which the start moved by more than a minute; ``seconds`` is what it took, by the
    clock on the wall. ``order`` names the order of each operation.
    """

    time: int
    trigger: str
    assignments: tuple[Assignment, ...]
    order: dict[str, str]
    changed: frozenset[str]
    shifted: int
    seconds: float


class Plans:
    """Looks on while plans are made (:class:`agents.planner.PlanWatcher`)."""

    def __init__(self) -> None:
        self.made: list[Made] = []
        self._begun = 0.0
        self._last: dict[str, Assignment] = {}

    def begun(self) -> None:
        """See that a plan is about to be made."""
        self._begun = perf_counter()

    def decided(self, plan: Plan | None, situation: Situation, trigger: str) -> None:
        """Keep what came of it."""
        seconds = perf_counter() - self._begun
        if plan is None:
            return
        problem, before = situation.problem, self._last
        self._last = {work.operation: work for work in plan.assignments}
        pairs = [(before[id], work) for id, work in self._last.items() if id in before]
        made = Made(
            time=problem.now,
            trigger=trigger,
            assignments=plan.assignments,
            order={o.id: problem.jobs[o.job].id for o in problem.operations},
            changed=frozenset(b.operation for a, b in pairs if a.machine != b.machine),
            shifted=sum(abs(a.start - b.start) > MINUTE for a, b in pairs),
            seconds=seconds,
        )
        if len(self.made) > 1:
            older, last = self.made[-2:]
            if not last.trigger and last.time - older.time < APART:
                self.made.pop()
        self.made.append(made)

    def left(self, time: int) -> None:
        """See that the planner has gone, and its plan with it."""
        if self.made and self.made[-1].order:
            nothing = Made(
                time=time,
                trigger="policy",
                assignments=(),
                order={},
                changed=frozenset(),
                shifted=0,
                seconds=0.0,
            )
            self.made.append(nothing)
            self._last = {}

    def at(self, time: int) -> Made | None:
        """Return the plan in force at an instant, ms."""
        at = bisect_right(self.made, time, key=lambda made: made.time)
        return self.made[at - 1] if at else None

    def last_major(self, time: int) -> Made | None:
        """Return the latest plan that an event called for, up to an instant."""
        at = bisect_right(self.made, time, key=lambda made: made.time)
        found = next((m for m in reversed(self.made[:at]) if m.trigger), None)
        return found if found is not None and found.order else None
