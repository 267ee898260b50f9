"""What a comparison says for sure, in a sentence or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from measures.statistics import Interval
from studies.compare.experiment import Experiment
from studies.tables import SURE, wanted


def verdict(experiment: Experiment) -> str:
    """Return which differences from the reference are sure; "" where none is tested.

    Holm's p in the table must be small, that of the sum over cells among the sums. As
    Student's t errs too often where a few seeds have most of a KPI (docs/compare.md),
    the limits of the bootstrap, where there are any, must leave out 0 as well. KPIs of
    which neither more nor less is better are told of if they were asked for.
    """
    first = experiment.first
    if not any(kpi in experiment.shown for _, _, kpi in experiment.p_holm):
        return ""
    sure = list(filter(None, (_sure(experiment, one) for one in first.others)))
    rule = "p Holm below .05, bootstrap limits without 0"
    where = " in a single cell" if experiment.varied else ""
    said = (
        f"Surely different from {first.against} ({rule}): {'; '.join(sure)}."
        if sure
        else f"No difference from {first.against} is sure{where} ({rule})."
    )
    summed = list(filter(None, (_summed(experiment, one) for one in first.others)))
    if summed:
        said += f" In the sum of cells: {'; '.join(summed)}."
    return said + (" Of all else these runs do not tell." if sure or summed else "")


def _sure(experiment: Experiment, policy: str) -> str:
    """Return what is sure of a policy: less or more of which KPIs, in which cells."""
    found: dict[tuple[str, str], list[str]] = {}
    for kpi in _judged(experiment):
        words = []
        for i, cell in enumerate(experiment.cells):
            difference = cell.difference(policy, kpi)
            if difference is not None:
                p = experiment.p_holm.get((i, policy, kpi))
                words.append(_word(difference.bootstrap, p))
        for word in ("less", "more"):
            if count := words.count(word):
                cells = f" in {count} of {len(experiment.cells)} cells"
                where = cells if experiment.varied else ""
                found.setdefault((word, where), []).append(kpi)
    return _said(experiment.first.called(policy), found)


def _judged(experiment: Experiment) -> list[str]:
    """Return the KPIs of which more is better or worse, or that were asked for."""
    return [kpi for kpi in experiment.shown if experiment.asked or wanted(kpi)]


def _summed(experiment: Experiment, policy: str) -> str:
    """Return of which KPIs a policy has less or more over all cells."""
    found: dict[tuple[str, str], list[str]] = {}
    for kpi in _judged(experiment):
        limits = experiment.summed(policy, kpi)
        p = experiment.p_holm_summed.get((policy, kpi))
        if limits is not None and (word := _word(limits, p)):
            found.setdefault((word, ""), []).append(kpi)
    return _said(experiment.first.called(policy), found)


def _said(policy: str, found: Mapping[tuple[str, str], Sequence[str]]) -> str:
    """Return what was found of a policy, KPIs alike told together; "" if nothing."""
    phrases = []
    for (word, where), (*kpis, last) in found.items():
        named = f"{', '.join(kpis)} and {last}" if kpis else last
        phrases.append(f"{word} {named}{where}")
    return f"{policy} {', '.join(phrases)}" if phrases else ""


def _word(limits: Interval, p: float | None) -> str:
    """Return whether there is less or more, "" if neither is sure."""
    low, high = limits.low, limits.high
    spans = low is not None and high is not None and low <= 0 <= high
    if p is None or p >= SURE or spans:
        return ""
    return "less" if limits.mean < 0 else "more"
