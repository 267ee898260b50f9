"""The best plan so far, as it will be followed."""

from __future__ import annotations

from scheduling.arrays import Arrays, Table
from scheduling.decode import Draft, draft_of
from scheduling.rules import Rule, dispatched

#: By how much better a plan must be, relatively: sums are rounded.
TOLERANCE = 1e-9


class Incumbent:
    """The best plan so far, as it will be followed.

    Parameters
    ----------
    sequenced_by
        Who decides what comes next, if only the machines of a plan are followed: then
        a proposal is worth what this rule makes of its machines. None: the plan does.
    """

    def __init__(self, a: Arrays, sequenced_by: Rule | None) -> None:
        self.sequenced_by = sequenced_by
        self.best: Draft = draft_of(a)
        self._arrays = a
        self._feasible = False  # whether the rule can follow the best

    def offer(self, draft: Draft) -> bool:
        """Keep a plan if it is better."""
        if self.sequenced_by is None:
            return self._keep(draft)
        if self.offer_machines(draft.modes()):
            return True
        # As long as nothing can be followed, what could be otherwise is better.
        return not self._feasible and self._keep(draft)

    def offer_machines(self, only: Table) -> bool:
        """Keep what the rule makes of a mode an operation (N,), if it is better."""
        assert self.sequenced_by is not None
        draft = dispatched(self._arrays, self.sequenced_by, only)
        if draft.allowed and not self._feasible:
            self.best, self._feasible = draft, True
            return True
        return self._feasible and self._keep(draft)

    def _keep(self, draft: Draft) -> bool:
        least = TOLERANCE * max(1.0, abs(draft.value)) if draft.allowed else 0.0
        if draft.value < self.best.value - least:
            self.best = draft
            return True
        return False
