"""A tuning carried out: search, then the winners against the present plant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from warnings import catch_warnings, simplefilter

import optuna

from kernel.errors import BadInput
from measures.statistics import Interval, mean_interval, paired_difference
from studies.build import compile_scheduler
from studies.case import Outcome, perform
from studies.folder import claim_empty
from studies.parallel import each
from studies.store import Store
from studies.tune.search import (
    Candidate,
    SearchParams,
    front,
    proposals,
    search,
)
from studies.tune.space import FRESH, Aim, Asked, Tuning, asked_of, tuning_of
from studies.tune.study import kept_study
from studies.tune.trials import Progress, Trials, first_fresh
from studies.whole import written_whole
from worlds.files import loaded_json, read_text

ASKED, STUDY, STORE = "tune.json", "tune.db", "runs.db"
#: So many of a front meet the present plant.
MOST_WINNERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """A configuration of the front, and the present plant beside it.

    ``present`` and ``tuned`` are means by aim under the fresh seeds, ``difference``
    the paired difference, tuned less present.
    """

    candidate: Candidate
    present: tuple[Interval, ...]
    tuned: tuple[Interval, ...]
    difference: tuple[Interval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What came of a tuning.

    Attributes
    ----------
    candidates
        All configurations, best first; the first are those tried most often.
    front
        Of these the ones that no other is better than in every aim.
    importance
        Aim -> key -> its share of what decides whether a configuration is good.
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
    importance: dict[str, dict[str, float]]
    winners: tuple[Winner, ...]
    fresh: tuple[int, ...]
    runs: int
    checked: int
    failed: tuple[Outcome, ...]
    violations: tuple[str, ...]
    states: int = 1


def tuning_and_folder(
    asked: Asked | None,
    out: Path | None,
    resume: Path | None,
    given: Sequence[str] = (),
) -> tuple[Tuning, Path]:
    """Return what the command line asks for: a tuning begun, or one to go on with.

    Parameters
    ----------
    asked
        None: what the folder ``resume`` says.
    given
        Flags of what is asked for; without a world nothing can be.

    Raises
    ------
    BadInput
        If something asked for is wrong, the folder holds something else, or the
        tuning in it was begun otherwise.
    """
    if resume is not None and out is not None:
        problem = f"expected no other folder when --resume is given ({resume})"
        raise BadInput("--out", "", problem)
    if resume is not None and asked is None and given:
        problem = f"expected WORLD and all options, or none, with --resume {resume}"
        raise BadInput(given[0], "", problem)
    if resume is None:
        if asked is None:
            raise BadInput("tune", "", "has no WORLD, expected one or --resume DIR")
        tuning = tuning_of(asked)
        folder = out or Path("runs", f"tune-{tuning.base.world.name}")
        claim_empty(folder, ASKED)
        with written_whole(folder / ASKED) as file:
            file.write(asked.text().encode())
        return tuning, folder
    kept = resume / ASKED
    if not kept.is_file():
        raise BadInput(str(resume), "", f"has no {ASKED}, expected a tuning's folder")
    content = loaded_json(read_text(kept), str(kept))
    try:
        before = asked_of(content)
        tuning = tuning_of(before)
    except (TypeError, KeyError, ValueError, AttributeError):
        raise BadInput(str(kept), "", "is not what tune has written") from None
    if asked is not None and asked != before:
        problem = "was begun with other options, expected the same or none"
        raise BadInput(str(resume), "", problem)
    return tuning, resume


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
    """Search, compare the winners with the present plant, and say what mattered.

    Raises
    ------
    BadInput
        If the engine cannot be used, the folder not be written, or no run came to an
        end that has a value for every aim.
    """
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
        runs = len([number for number in trials.known if number < first_fresh(0)])
        if not found or found[0].broken:
            raise _nothing(tuning, trials.known)
        most = len(found[0].losses)
        best = front([one for one in found if len(one.losses) == most])
        winners, fresh = _winners(tuning, trials, best[:MOST_WINNERS])
        outcomes = [trials.known[number] for number in sorted(trials.known)]
        return Tuned(
            tuning=tuning,
            folder=folder,
            candidates=tuple(found),
            front=tuple(best),
            importance=_importance(study, tuning.aims),
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
        trials.case(first_fresh(position) + k, one, seed)
        for position, one in enumerate([None, *best])
        for k, seed in enumerate(tuning.fresh)
    ]
    outcomes = trials.run(cases)
    present, *others = (
        outcomes[at : at + FRESH] for at in range(0, len(outcomes), FRESH)
    )
    kept = [k for k in range(FRESH) if trials.losses(present[k])]
    winners = tuple(
        _winner(tuning.aims, one, [present[k] for k in kept], [own[k] for k in kept])
        for one, own in zip(best, others, strict=True)
        if kept and all(trials.losses(own[k]) for k in kept)
    )
    return winners, tuple(tuning.fresh[k] for k in kept)


def _winner(
    aims: Sequence[Aim],
    one: Candidate,
    present: Sequence[Outcome],
    own: Sequence[Outcome],
) -> Winner:
    before = [[outcome.kpis[aim.kpi] for outcome in present] for aim in aims]
    after = [[outcome.kpis[aim.kpi] for outcome in own] for aim in aims]
    return Winner(
        candidate=one,
        present=tuple(map(mean_interval, before)),
        tuned=tuple(map(mean_interval, after)),
        difference=tuple(map(paired_difference, after, before)),
    )


def _importance(
    study: optuna.Study, aims: Sequence[Aim]
) -> dict[str, dict[str, float]]:
    """Return how much each key decides, by PED-ANOVA (Watanabe et al., 2023).

    Empty where it cannot be said, all configurations being equally good for example.
    """
    found: dict[str, dict[str, float]] = {}
    done = [t for t in study.get_trials(deepcopy=False) if t.values is not None]
    for k, aim in enumerate(aims):
        if len({trial.values[k] for trial in done}) < 2:
            found[aim.kpi] = {}  # nothing decides
            continue
        with catch_warnings():
            simplefilter("ignore")  # that a target is made small: losses are
            try:
                found[aim.kpi] = optuna.importance.get_param_importances(
                    study, target=lambda trial, k=k: float(trial.values[k])
                )
            except (ValueError, RuntimeError):
                found[aim.kpi] = {}
    return found


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
