"""The runs of a tuning: from the store, or made and kept where they are not there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from studies.case import Case, Outcome
from studies.store import Store
from studies.tune.candidate import Candidate, Losses
from studies.tune.search import Trial
from studies.tune.space import Tuning
from worlds.keys import text_of

Progress = Callable[[int, int], None]
#: A run's number: configuration times this, or times the budget where that is more,
#: plus replication.
_STRIDE = 100_000
_FRESH = 10**15  # the first number of those that are no part of the search
_FAR = 10**9  # winners: once they were numbered by their place, right behind the plant


def first_fresh(one: Candidate | None) -> int:
    """Return the number of a winner's first fresh run; None is the present plant."""
    return _FRESH if one is None else _FRESH + (_FAR + one.number) * _STRIDE


class Trials:
    """Gives the losses of trials (:data:`studies.tune.search.Evaluate`).

    Parameters
    ----------
    spread
        Performs cases, in any order.
    progress
        Told how many runs are known, of how many ``expected``.
    """

    def __init__(
        self,
        tuning: Tuning,
        store: Store,
        spread: Callable[[Sequence[Case]], Iterator[Outcome]],
        progress: Progress | None,
        expected: int,
    ) -> None:
        self._tuning, self._store, self._spread = tuning, store, spread
        self._progress, self._expected = progress, expected
        self._stride = max(_STRIDE, tuning.runs)
        self.known = {outcome.number: outcome for outcome in store.outcomes()}

    def __call__(self, trials: Sequence[Trial]) -> list[Losses | None]:
        """Return the losses of each trial, None where the run failed."""
        seed = self._tuning.seed
        cases = [
            self.case(one.number * self._stride + k, one, seed + k) for one, k in trials
        ]
        return [self.losses(outcome) for outcome in self.run(cases)]

    def case(self, number: int, one: Candidate | None, seed: int) -> Case:
        """Return a run of a configuration; None is the present plant."""
        values = one.values if one else {}
        return Case(
            number=number,
            base=self._tuning.base,
            settings=tuple((key, text_of(value)) for key, value in values.items()),
            seed=seed,
            kpis=tuple(aim.kpi for aim in self._tuning.aims),
        )

    def run(self, cases: Sequence[Case]) -> list[Outcome]:
        """Return the outcomes of cases, in their order."""
        settings = {case.number: dict(case.settings) for case in cases}
        left = [case for case in cases if case.number not in self.known]
        for outcome in self._spread(left) if left else ():
            self._store.add(outcome, json.dumps(settings[outcome.number]))
            self.known[outcome.number] = outcome
            if self._progress is not None:
                known = len(self.known)
                self._progress(known, max(self._expected, known))
        return [self.known[case.number] for case in cases]

    def losses(self, outcome: Outcome) -> Losses | None:
        """Return what is to be made small; None if a KPI has no value."""
        aims = self._tuning.aims
        if any(aim.kpi not in outcome.kpis for aim in aims):
            return None
        return tuple(aim.loss(outcome.kpis[aim.kpi]) for aim in aims)
