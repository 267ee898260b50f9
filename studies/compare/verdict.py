"""What a comparison says for sure, in a sentence or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from measures.statistics import Interval
from studies.compare.experiment import Experiment

#: A difference is called sure whose p-value, adjusted for its whole table, is below.
SURE = 0.05


def verdict(experiment: Experiment) -> str:
    """Return which differences from the reference are sure; "" where none is tested.

    By Holm's p in each table; where something is varied also by the limits of the sum
    over cells, one question for each policy and KPI.
    """
    first = experiment.first
    if not any(kpi in experiment.shown for _, _, kpi in experiment.p_holm):
        return ""
    sure = list(filter(None, (_sure(experiment, one) for one in first.others)))
    said = (
        f"Surely different from {first.against} (p Holm below .05): {'; '.join(sure)}."
        if sure
        else f"No difference from {first.against} is sure (p Holm below .05)."
    )
    summed = list(filter(None, (_summed(experiment, one) for one in first.others)))
    if summed:
        said += f" By the limits of the sum of cells: {'; '.join(summed)}."
    return said + (" Of all else these runs do not tell." if sure or summed else "")


def _sure(experiment: Experiment, policy: str) -> str:
    """Return what is sure of a policy: less or more of which KPIs, in which cells."""
    found: dict[tuple[str, str], list[str]] = {}
    for kpi in experiment.shown:
        signs = []
        for i, cell in enumerate(experiment.cells):
            difference = cell.difference(policy, kpi)
            p = experiment.p_holm.get((i, policy, kpi))
            if difference is not None and p is not None and p < SURE:
                signs.append(difference.absolute.mean)
        for word, count in (
            ("less", sum(sign < 0 for sign in signs)),
            ("more", sum(sign > 0 for sign in signs)),
        ):
            if count:
                cells = f" in {count} of {len(experiment.cells)} cells"
                where = cells if experiment.varied else ""
                found.setdefault((word, where), []).append(kpi)
    return _said(experiment.first.called(policy), found)


def _summed(experiment: Experiment, policy: str) -> str:
    """Return of which KPIs a policy has less or more over all cells."""
    if len(experiment.cells) == 1:
        return ""
    found: dict[tuple[str, str], list[str]] = {}
    for kpi in experiment.shown:
        if word := _word(experiment.summed(policy, kpi)):
            found.setdefault((word, ""), []).append(kpi)
    return _said(experiment.first.called(policy), found)


def _said(policy: str, found: Mapping[tuple[str, str], Sequence[str]]) -> str:
    """Return what was found of a policy, KPIs alike told together; "" if nothing."""
    phrases = []
    for (word, where), (*kpis, last) in found.items():
        named = f"{', '.join(kpis)} and {last}" if kpis else last
        phrases.append(f"{word} {named}{where}")
    return f"{policy} {', '.join(phrases)}" if phrases else ""


def _word(found: Interval | None) -> str:
    """Return whether an interval is below or above 0, "" if neither."""
    if found is None or found.low is None or found.high is None:
        return ""
    return "less" if found.high < 0 else "more" if found.low > 0 else ""
