"""Configurations that were tried, and which of them are better: fronts and spreads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import dist, inf

from studies.factors import Value

Values = dict[str, Value]
Losses = tuple[float, ...]


@dataclass(slots=True)
class Candidate:
    """A configuration, and its losses in the replications that count, in their order.

    ``tried`` holds what came of every replication, None where the run failed;
    ``broken`` says that it failed in one that counts, or came through none.
    """

    number: int
    values: Values
    losses: list[Losses] = field(default_factory=list)
    broken: bool = False
    tried: dict[int, Losses | None] = field(default_factory=dict)

    def mean(self) -> Losses:
        """Return the mean losses of its replications."""
        columns = zip(*self.losses, strict=True)
        return tuple(sum(column) / len(column) for column in columns)


def dominates(one: Losses, other: Losses) -> bool:
    """Return whether one is nowhere worse and somewhere better."""
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def front(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those that no other dominates, by their mean losses."""
    means = {one.number: one.mean() for one in candidates if not one.broken}
    return [
        one
        for one in candidates
        if one.number in means
        and not any(dominates(mean, means[one.number]) for mean in means.values())
    ]


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates best first: front by front, each as :func:`spread` has it."""
    found: list[Candidate] = []
    left = [one for one in candidates if not one.broken]
    while left:
        best = front(left)
        found += spread(best)
        chosen = {one.number for one in best}
        left = [one for one in left if one.number not in chosen]
    return found + [one for one in candidates if one.broken]


def spread(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the members of a front so that the first few stand for all.

    First the best in each aim, then always whoever is farthest from those before; each
    aim counts alike, and of equals the one proposed first.
    """
    means = {one.number: one.mean() for one in candidates}
    columns = list(zip(*means.values(), strict=True))
    lows = [min(column) for column in columns]
    # An aim in which all are alike keeps nobody apart from anybody.
    widths = [(max(c) - low) or 1.0 for c, low in zip(columns, lows, strict=True)]
    places = {
        number: [(m - low) / w for m, low, w in zip(mean, lows, widths, strict=True)]
        for number, mean in means.items()
    }
    left = {one.number: one for one in sorted(candidates, key=lambda one: one.number)}
    # Of those that are best in an aim, the best in the others as well.
    best = [
        min((mean[k], mean, number) for number, mean in means.items())[-1]
        for k in range(len(columns))
    ]
    apart = dict.fromkeys(left, inf)
    found: list[Candidate] = []

    def take(at: int) -> None:
        found.append(left.pop(at))
        for number in left:
            apart[number] = min(apart[number], dist(places[at], places[number]))

    for number in best:
        if number in left and apart[number] > 0:  # else one like it stands there
            take(number)
    while left:
        take(max(left, key=apart.__getitem__))
    return found


def alike(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the sound ones with the losses that all of them have, and no others.

    So they can be compared with each other, however often each was tried; nobody is
    left if there is no replication that all came through.
    """
    sound = [one for one in candidates if not one.broken]
    through = [{k for k, of in one.tried.items() if of is not None} for one in sound]
    common = sorted(set.intersection(*through)) if through else []
    return [
        replace(one, losses=[of for k in common if (of := one.tried[k])])
        for one in sound
        if common
    ]
