"""A tuning carried out: search, then the winners against the present plant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kernel.errors import BadInput
from measures.statistics import (
    Interval,
    holm,
    mean_interval,
    paired_difference,
    paired_p,
)
from studies.build import compile_scheduler
from studies.case import Outcome, perform
from studies.parallel import each
from studies.store import Store
from studies.tune.candidate import Candidate, alike, front, spread
from studies.tune.importance import Importance, importance
from studies.tune.search import SearchParams, proposals, proposed, search
from studies.tune.space import FRESH, Aim, Tuning
from studies.tune.study import kept_study
from studies.tune.trials import Progress, Trials, first_fresh

STUDY, STORE = "tune.db", "runs.db"
#: So many of a front meet the present plant.
MOST_WINNERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """A configuration of the front, and the present plant beside it.

    ``present`` and ``tuned`` are means by aim under the fresh seeds, ``difference``
    the paired difference, tuned less present. ``p_holm`` is of its t-test, adjusted
    for all winners and aims (Holm 1979); None of one seed, where both are one plant,
    and where the runs of each are copies of one, which differ by what is seen.
    """

    candidate: Candidate
    present: tuple[Interval, ...]
    tuned: tuple[Interval, ...]
    difference: tuple[Interval, ...]
    p_holm: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What came of a tuning.

    Attributes
    ----------
    candidates
        All configurations, best first; the first are those tried most often.
    front
        Of those tried most often the ones that no other is better than in every aim,
        by the first aim, best first.
    unraced
        How many configurations were as good as the leaders at first, but too many.
    fresh
        The seeds of the comparison: those under which the present plant has a value for
        every aim.
    runs, checked
        How many the search has made, and how many there are with the comparison's.
    failed
        Runs that came to no end.
    states
        How many states of the program have made the runs.
    """

    tuning: Tuning
    folder: Path
    candidates: tuple[Candidate, ...]
    front: tuple[Candidate, ...]
    unraced: int
    importance: Importance
    winners: tuple[Winner, ...]
    fresh: tuple[int, ...]
    runs: int
    checked: int
    failed: tuple[Outcome, ...]
    violations: tuple[str, ...]
    states: int = 1


def carry_out(
    tuning: Tuning,
    folder: Path,
    *,
    workers: int = 1,
    engine: str = "local",
    address: str | None = None,
    progress: Progress | None = None,
    params: SearchParams | None = None,
) -> Tuned:
    """Search, compare winners with the present plant, and say what mattered.

    Of a front with more than ``MOST_WINNERS`` members those are the winners that stand
    for all: the best in each aim, and others far from these and from each other.

    Raises
    ------
    BadInput
        If the engine cannot be used, the folder not be written, or no run came to an
        end that has a value for every aim.
    """
    params = params or SearchParams()
    with (
        Store(folder / STORE, tuning.fingerprint()) as store,
        kept_study(folder / STUDY, tuning.space, len(tuning.aims)) as study,
    ):
        choices = tuning.space.get("policy")
        if tuning.base.plans(choices if isinstance(choices, tuple) else ()):
            compile_scheduler()
        trials = Trials(
            tuning,
            store,
            lambda cases: each(perform, cases, workers, engine, address),
            progress,
            expected=tuning.runs + 2 * FRESH,
        )
        propose = proposals(tuning.seed)
        found = search(study, tuning.space, trials, tuning.runs, propose, params)
        runs = len([number for number in trials.known if number < first_fresh(None)])
        if not found or found[0].broken:
            raise _nothing(tuning, trials.known)
        most = len(found[0].losses)
        best = front([one for one in found if len(one.losses) == most])
        best.sort(key=Candidate.mean)  # to be read along; one aim has equals only
        chosen = {one.number for one in spread(best)[:MOST_WINNERS]}
        met = [one for one in best if one.number in chosen]
        winners, fresh = _winners(tuning, trials, met)
        aims = [aim.kpi for aim in tuning.aims]
        told = {k: trial.params for k, trial in enumerate(proposed(study))}
        outcomes = [trials.known[number] for number in sorted(trials.known)]
        return Tuned(
            tuning=tuning,
            folder=folder,
            candidates=tuple(found),
            front=tuple(best),
            unraced=_unraced(found, best, params),
            importance=importance(found, told, tuning.space, aims),
            winners=winners,
            fresh=fresh,
            runs=runs,
            checked=len(outcomes),
            failed=tuple(outcome for outcome in outcomes if outcome.error),
            violations=tuple(
                f"run {outcome.number}, seed {outcome.seed}: {violation}"
                for outcome in outcomes
                for violation in outcome.violations
            ),
            states=store.states(),
        )


def _winners(
    tuning: Tuning, trials: Trials, best: Sequence[Candidate]
) -> tuple[tuple[Winner, ...], tuple[int, ...]]:
    """Return the winners beside the present plant, and the seeds they meet it under.

    A seed that the present plant does not come through is left out, and a winner that
    does not come through the others.
    """
    cases = [
        trials.case(first_fresh(one) + k, one, seed)
        for one in [None, *best]
        for k, seed in enumerate(tuning.fresh)
    ]
    outcomes = trials.run(cases)
    present, *others = (
        outcomes[at : at + FRESH] for at in range(0, len(outcomes), FRESH)
    )
    kept = [k for k in range(FRESH) if trials.losses(present[k])]
    winners = [
        _winner(tuning.aims, one, [present[k] for k in kept], [own[k] for k in kept])
        for one, own in zip(best, others, strict=True)
        if kept and all(trials.losses(own[k]) for k in kept)
    ]
    return tuple(_adjusted(winners)), tuple(tuning.fresh[k] for k in kept)


def _winner(
    aims: Sequence[Aim],
    one: Candidate,
    present: Sequence[Outcome],
    own: Sequence[Outcome],
) -> Winner:
    before = [[outcome.kpis[aim.kpi] for outcome in present] for aim in aims]
    after = [[outcome.kpis[aim.kpi] for outcome in own] for aim in aims]
    copies = all(len(set(values)) == 1 for values in (*before, *after))
    tested = not copies and before != after
    pairs = zip(after, before, strict=True)
    return Winner(
        candidate=one,
        present=tuple(map(mean_interval, before)),
        tuned=tuple(map(mean_interval, after)),
        difference=tuple(map(paired_difference, after, before)),
        p_holm=tuple(paired_p(*pair) if tested else None for pair in pairs),
    )


def _adjusted(winners: Sequence[Winner]) -> list[Winner]:
    """Return the winners, their p-values adjusted for there being several."""
    known = [p for winner in winners for p in winner.p_holm if p is not None]
    left = iter(holm(known))
    return [
        replace(one, p_holm=tuple(p if p is None else next(left) for p in one.p_holm))
        for one in winners
    ]


def _unraced(
    found: Sequence[Candidate], best: Sequence[Candidate], params: SearchParams
) -> int:
    """Return how many of a front were left behind because it was too large.

    They were as good as those that went on, by the seeds that all have had.
    """
    first = front(alike(found))
    if len(best[0].mean()) == 1 or len(first) <= params.most:
        return 0
    least = min(len(one.losses) for one in found if not one.broken)
    raced = {one.number for one in found if len(one.losses) > least}
    return sum(one.number not in raced for one in first) if raced else 0


def _nothing(tuning: Tuning, known: dict[int, Outcome]) -> BadInput:
    first = next((o for o in known.values() if o.error), None)
    names = ", ".join(aim.kpi for aim in tuning.aims)
    lacking = [o.seed for o in known.values() if len(o.kpis) < len(tuning.aims)]
    seed = min(lacking, default=tuning.seed)
    why = f"each configuration has a run without {names}, as that of seed {seed}"
    if len(lacking) == len(known):
        why = f"no run has {names}"
    if first:
        why = f"the first run failed: {first.error}"
    return BadInput("tune", "", f"has nothing to choose from: {why}")
