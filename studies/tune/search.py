"""Search under noise: many settings with few seeds, then the leaders with ever more.

Optuna's tree-structured Parzen estimator (Bergstra et al., 2011; Watanabe, 2023)
proposes settings, and each is tried under the same few seeds. Sequential halving
(Karnin, Koren and Somekh, 2013) then spends the rest of the budget on the leaders: in
each round those that are left are tried under new seeds, again the same for all, and
the worse half is dropped. So the budget counts runs, and what is compared has always
been under the same luck. With several aims those that nobody is better than in every
aim stay in the race, unless they are very many.

Runs may fail. A seed that nobody comes through tells nothing about anybody and does not
count; whoever fails where another comes through is out, and the next best takes the
place. If it is all of the leaders that fail, the last of the others is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import TrialState

from studies.factors import Span, Value
from studies.tune.candidate import Candidate, Losses, Values, front, ranked

Space = Mapping[str, Span | tuple[Value, ...]]
#: Settings and number of a configuration, and which replication of it (from 0).
Trial = tuple[Candidate, int]
#: Returns the losses of each trial, in the same order; None where a run failed.
Evaluate = Callable[[Sequence[Trial]], list[Losses | None]]
Propose = Callable[[int], optuna.samplers.BaseSampler]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchParams:
    """How the budget is spent.

    Attributes
    ----------
    first
        Replications of every configuration.
    share
        Of the budget for these; the rest is for the leaders.
    batch
        Configurations proposed at a time, which workers can share.
    leaders, last
        How many leaders there are at first, and at last.
    most
        With several aims, how many of a front are leaders at most, however few are
        wanted.
    """

    first: int = 2
    share: float = 0.6
    batch: int = 4
    leaders: int = 8
    last: int = 2
    most: int = 12


def proposals(seed: int) -> Propose:
    """Return how settings are proposed: what is known and the number decide alone."""

    def sampler(number: int) -> optuna.samplers.BaseSampler:
        return optuna.samplers.TPESampler(seed=(seed * 1_000_003 + number) % 2**32)

    return sampler


def at_random(seed: int) -> Propose:
    """Return random proposals, the baseline."""

    def sampler(number: int) -> optuna.samplers.BaseSampler:
        return optuna.samplers.RandomSampler(seed=(seed * 1_000_003 + number) % 2**32)

    return sampler


def search(
    study: optuna.Study,
    space: Space,
    evaluate: Evaluate,
    runs: int,
    propose: Propose,
    params: SearchParams | None = None,
) -> list[Candidate]:
    """Return all configurations tried, best first, those with most replications ahead.

    A study that was interrupted goes on where it was, if ``evaluate`` still knows the
    losses it has given.

    Parameters
    ----------
    study
        Keeps what was proposed; its directions are all "minimize".
    runs
        How many trials may be asked of ``evaluate``.
    """
    params = params or SearchParams()
    found = _explored(study, space, evaluate, runs, propose, params)
    left = max(0, runs - params.first * len(found))
    return _raced(found, evaluate, left, params)


def _explored(
    study: optuna.Study,
    space: Space,
    evaluate: Evaluate,
    runs: int,
    propose: Propose,
    params: SearchParams,
) -> list[Candidate]:
    """Return different configurations, each with the first replications.

    What is proposed again costs nothing, and is told again; a small space is left when
    three proposals in four are known already.
    """
    wanted = max(params.batch, int(runs * params.share) // params.first)
    ways = ways_of(space)
    first = range(params.first)
    found: dict[str, Candidate] = {}
    while True:
        _forget_halves(study, ways)
        trials = proposed(study)
        going = [t for t in trials if t.state == TrialState.RUNNING]
        enough = len(_known(trials, space, found)) >= wanted
        if not going and (enough or len(trials) >= 4 * wanted):
            break
        while not going or len(trials) % params.batch:
            study.sampler = propose(len(trials))
            going.append(study.ask(ways))
            trials.append(going[-1])
        known = _known(trials, space, found)
        _try(list(known.values()), first, evaluate)
        _judge(known.values())
        for trial in going:
            one = known[_key(_values(space, trial.params))]
            if one.broken:
                study.tell(trial.number, state=TrialState.PRUNED)
            else:
                study.tell(trial.number, list(one.mean()))
    _try(list(found.values()), first, evaluate)  # after an interruption
    _judge(found.values())
    return list(found.values())


def proposed(study: optuna.Study) -> list[Any]:
    """Return what was proposed whole; its place here is a configuration's number."""
    trials = study.get_trials(deepcopy=False)
    return [trial for trial in trials if trial.state != TrialState.FAIL]


def _known(
    trials: Sequence[Any], space: Space, found: dict[str, Candidate]
) -> dict[str, Candidate]:
    """Return the configurations found so far, with those of the trials added."""
    for number, trial in enumerate(trials):
        values = _values(space, trial.params)
        found.setdefault(_key(values), Candidate(number, values))
    return found


def _key(values: Values) -> str:
    return json.dumps(values)


def _raced(
    found: list[Candidate], evaluate: Evaluate, runs: int, params: SearchParams
) -> list[Candidate]:
    """Return the configurations, the leaders tried more often and put in order."""
    order = ranked(found)
    size = min(params.leaders, sum(not one.broken for one in order) or len(order))
    size = _with_front(order, size, params)
    rounds = max(1, ceil(log2(max(1, size / params.last))) + 1)
    witnesses: list[Candidate] = []
    for past in range(rounds):
        # If nobody has come through any seed yet, there are others.
        sound = [one for one in order if not one.broken] or order
        racers, seeds = _affordable(sound[:size], found, runs // (rounds - past))
        runs -= _try(racers, seeds, evaluate)
        if len(sound) > size:  # where no racer came through, another may tell why
            dead = [k for k in seeds if not any(one.tried[k] for one in racers)]
            witnesses.append(Candidate(sound[-1].number, sound[-1].values))
            runs -= _try(witnesses[-1:], dead[:runs], evaluate)
        _judge([*found, *witnesses])
        numbers = {one.number for one in racers}
        others = [one for one in order if one.number not in numbers]
        order = sorted([*ranked(racers), *others], key=lambda one: one.broken)
        size = max(min(params.last, size), ceil(size / 2))
        size = _with_front(racers, size, params)
    return order


def _with_front(
    candidates: Sequence[Candidate], size: int, params: SearchParams
) -> int:
    """Return how many go on if so many are wanted: with several aims, all of a front.

    To halve a front by any order would throw out what is best in one of the aims.
    """
    best = front(candidates)
    if not best or len(best[0].mean()) == 1:
        return size
    return max(size, min(len(best), params.most))


def _affordable(
    racers: list[Candidate], found: Sequence[Candidate], runs: int
) -> tuple[list[Candidate], list[int]]:
    """Return the racers of a round, and all the replications they are to have then.

    Those that take the place of others have had fewer, and catch up first: as many of
    them as so many runs allow.
    """
    known = _counting(racers[:1])
    missing = [sum(k not in one.tried for k in known) for one in racers]
    while sum(missing) > runs:
        missing.pop()
    more = (runs - sum(missing)) // len(missing)
    new = 1 + max(k for one in found for k in one.tried)
    return racers[: len(missing)], [*known, *range(new, new + more)]


def _try(
    candidates: Sequence[Candidate], replications: Sequence[int], evaluate: Evaluate
) -> int:
    """Have candidates tried in what they have not had; return how many runs it took."""
    trials = [(c, k) for c in candidates for k in replications if k not in c.tried]
    for (one, k), losses in zip(trials, evaluate(trials), strict=True):
        one.tried[k] = losses
    return len(trials)


def _counting(candidates: Collection[Candidate]) -> list[int]:
    """Return the replications that somebody has come through, in their order."""
    tried = [pair for one in candidates for pair in one.tried.items()]
    return sorted({k for k, losses in tried if losses is not None})


def _judge(candidates: Collection[Candidate]) -> None:
    """Say which losses count, and who is broken."""
    counting = _counting(candidates)
    for one in candidates:
        own = [one.tried[k] for k in counting if k in one.tried]
        one.losses = [losses for losses in own if losses is not None]
        one.broken = not own or None in own


def _forget_halves(study: optuna.Study, ways: Mapping[str, BaseDistribution]) -> None:
    """Take back proposals that were interrupted before they were complete."""
    for trial in study.get_trials(deepcopy=False):
        if trial.state == TrialState.RUNNING and set(trial.params) != set(ways):
            study.tell(trial.number, state=TrialState.FAIL)


def ways_of(space: Space) -> dict[str, BaseDistribution]:
    """Return a space in Optuna's words."""
    return {key: _distribution(ends) for key, ends in space.items()}


def _distribution(ends: Span | tuple[Value, ...]) -> BaseDistribution:
    if not isinstance(ends, Span):
        return CategoricalDistribution(ends)
    if ends.whole and ends.unit != "ms":
        return IntDistribution(round(ends.low), round(ends.high))
    return FloatDistribution(ends.low, ends.high)


def _values(space: Space, params: Mapping[str, Any]) -> Values:
    """Return what Optuna has proposed, as values to be set."""
    return {
        key: ends.value(params[key]) if isinstance(ends, Span) else params[key]
        for key, ends in space.items()
    }
