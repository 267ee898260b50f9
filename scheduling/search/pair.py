"""Two different engines side by side, on a core each if there are two.

At the end of a round both give their findings up; sequences go on from the best plan,
priorities, which cannot copy a plan, from their own. What is found is the same on one
core and on two.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from scheduling.arrays import MAKESPAN, TARDINESS, Arrays, Reals
from scheduling.decode import Draft, draft_of, may_wait, realised, steady
from scheduling.search.priorities import anneal_priorities
from scheduling.search.sequences import anneal_sequence
from scheduling.serial import by_urgency
from scheduling.worth import FORBIDDEN, worth

#: Temperature of annealing at first and at last, as shares of the value at the start:
#: of a sum over jobs, of which a change touches a few; of a makespan, which any change
#: moves by a whole operation or not at all.
HEAT = (5e-4, 3e-5)
MAKESPAN_HEAT = (2e-2, 2e-3)
#: What a round of sequences tries for each dispatch tried by the round of priorities:
#: about as much work, for a dispatch looks at all that could be next.
TRIALS = 25


class Pair:
    """Annealing of priorities and of sequences.

    Parameters
    ----------
    rule
        Where priorities start, as :meth:`scheduling.rules.Rule.vector`.
    """

    def __init__(self, a: Arrays, rule: Reals, seed: int, workers: int = 1) -> None:
        self.arrays, self.seed, self.workers = a, seed, workers
        self.rule = rule
        self.bonus: Reals = np.zeros(len(a.operations) - 1)
        self.turn = 0

    def round(
        self, best: Draft, iterations: int, progress: tuple[float, float] = (0.0, 1.0)
    ) -> dict[str, Draft]:
        """Let both engines search from the best plan; return what each has found.

        Parameters
        ----------
        iterations
            Dispatches; times ``TRIALS`` decodings.
        progress
            Which part of the whole search this is: it cools down from 0 to 1.
        """
        self.turn += 1
        prices = self.arrays.prices
        lengths = prices[MAKESPAN] > 0 and prices[TARDINESS] == 0
        warm, cold = MAKESPAN_HEAT if lengths else HEAT
        value = best.value if best.allowed else best.value - FORBIDDEN
        heat = (
            value * warm * (cold / warm) ** progress[0],
            value * warm * (cold / warm) ** progress[1],
        )
        seed = self.seed * 1009 + self.turn
        if self.workers < 2:
            priorities = self._priorities(best, iterations, heat, seed)
            sequence = self._sequence(best, iterations, heat, seed)
        else:
            with ThreadPoolExecutor(1) as other:
                task = other.submit(self._priorities, best, iterations, heat, seed)
                sequence = self._sequence(best, iterations, heat, seed)
                priorities = task.result()
        return {"priorities": priorities, "sequences": sequence}

    def _priorities(
        self, best: Draft, iterations: int, heat: tuple[float, float], seed: int
    ) -> Draft:
        a, draft = self.arrays, draft_of(self.arrays)
        free = np.full(len(self.bonus), -1, dtype=np.int64)
        if steady(a) and self.turn % 2 == 0:  # every other time the machines stay
            free = best.modes()
        anneal_priorities(
            a, self.rule, self.bonus, free, iterations, heat, seed, draft.schedule
        )
        planned = by_urgency(a, self.rule, self.bonus, free, draft.schedule)
        return draft.valued(planned, *worth(a, planned, draft.schedule))

    def _sequence(
        self, best: Draft, iterations: int, heat: tuple[float, float], seed: int
    ) -> Draft:
        a, scratch = self.arrays, draft_of(self.arrays)
        order, only, hold = best.schedule.order.copy(), best.modes(), best.hold.copy()
        anneal_sequence(
            a,
            order,
            best.planned,
            only,
            hold,
            may_wait(a),
            TRIALS * iterations,
            heat,
            seed + 1,
            scratch.schedule,
        )
        return realised(a, order[: best.planned], only, hold)
