"""What a tuning has found, in sentences."""

from __future__ import annotations

from measures.statistics import Interval
from studies.tables import SURE, interval_text, plural
from studies.tune.execute import MOST_WINNERS, Tuned, Winner
from studies.tune.importance import FEWEST
from studies.tune.results import heads_of
from studies.tune.space import Aim


def verdict(tuned: Tuned) -> str:
    """Return whether a winner is better than the present plant is.

    Of several, the one that is surely worse in the fewest aims and, of these, surely
    better in most; sure is what stays so adjusted for all winners and aims.
    """
    if not tuned.winners:
        return "The comparison with the present plant failed: a KPI had no value."
    aims = tuned.tuning.aims

    def merit(winner: Winner) -> tuple[int, int]:
        words = list(map(_word, aims, winner.difference, winner.p_holm))
        return -words.count("worse"), words.count("better")

    winner = max(tuned.winners, key=merit)
    settings = ", ".join(f"{k} = {v}" for k, v in winner.candidate.values.items())
    told = []
    for aim, change, p, (_, unit) in zip(
        aims, winner.difference, winner.p_holm, heads_of(tuned), strict=True
    ):
        sign = "+" if change.mean > 0 else ""
        text = f"{sign}{interval_text(change, unit)}"
        told.append(f"{aim.kpi} {text}, {_word(aim, change, p)}")
    lost = min(len(tuned.front), MOST_WINNERS) - len(tuned.winners)
    but = f" Under fresh seeds {lost} of the front failed." if lost else ""
    present = ", ".join(f"{k} = {v}" for k, v in tuned.tuning.present.items())
    plant = f"the present plant ({present})" if present else "the present plant"
    return f"Against {plant}, {settings}: {'; '.join(told)}.{but}"


def _word(aim: Aim, change: Interval, p: float | None) -> str:
    low, high = change.low, change.high
    unsure = low is None or high is None or low <= 0 <= high
    if unsure or (p is not None and p >= SURE):
        return "not surely different"
    return "better" if aim.loss(change.mean) < 0 else "worse"


def about_front(tuned: Tuned) -> list[str]:
    """Return what was left out because a front was too large, if it was."""
    said = []
    if tuned.unraced:
        good = plural(tuned.unraced, "more configuration")
        said.append(
            f"At first {good} that no other was better than in every aim could not be "
            "tried further: those that were are the best in each aim, and others far "
            "apart."
        )
    if len(tuned.front) > MOST_WINNERS:
        said.append(
            f"The front has {len(tuned.front)} members. {MOST_WINNERS} of them met the "
            "present plant: the best in each aim, and others far apart."
        )
    return said


def about_importance(tuned: Tuned) -> str:
    """Return what the importance of keys rests on, or why it is not known."""
    found = tuned.importance
    rests = plural(found.configurations, "configuration")
    if not found.enough:
        return (
            f"How much each key decides cannot be said of {rests}, expected {FEWEST} "
            "or more, or all there are."
        )
    equal = [aim for aim, shares in found.shares.items() if not shares]
    but = f" In {', '.join(equal)} all are equal: no key decides." if equal else ""
    each = "all there are" if found.whole else "estimated by trees"
    return (
        f"Shares of the variance over all that could be set, from {rests} ({each}), "
        f"means of {plural(found.seeds, 'seed')} that all have had; what is missing to "
        f"100 % keys decide only together.{but}"
    )
