"""What a tuning has found, as tables and in a sentence."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

from measures.statistics import Interval, mean_interval, paired_difference
from studies.tables import Table, interval_text, p_text, unit_of
from studies.tune.candidate import Candidate
from studies.tune.execute import Tuned
from studies.whole import written_whole

CSV = "results.csv"
#: So many of the best are told.
MOST_TOLD = 8


def values_of(tuned: Tuned, one: Candidate) -> list[list[float]]:
    """Return the KPIs of a configuration: aim by aim, replication by replication."""
    columns = zip(*one.losses, strict=True)
    aims = tuned.tuning.aims
    # A loss is its own inverse.
    return [
        [aim.loss(value) for value in column]
        for aim, column in zip(aims, columns, strict=True)
    ]


def write_table(tuned: Tuned) -> None:
    """Write ``results.csv``: a row a configuration, best first.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    kpis = [aim.kpi for aim in tuned.tuning.aims]
    chosen = {one.number for one in tuned.front}
    with written_whole(tuned.folder / CSV) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(["number", *tuned.tuning.space, "seeds", *kpis, "front"])
        for one in tuned.candidates:
            broken = one.broken or not one.losses
            values = [] if broken else values_of(tuned, one)
            means = [mean_interval(of).mean for of in values]
            row: list[object] = [one.number, *one.values.values(), len(one.losses)]
            row += means or [""] * len(kpis)
            rows.writerow([*row, int(one.number in chosen)])
        text.flush()
        text.detach()


def heads_of(tuned: Tuned) -> list[tuple[str, str]]:
    """Return how each aim is headed, and its unit."""
    found = []
    for aim in tuned.tuning.aims:
        unit = unit_of(aim.kpi, tuned.tuning.base.world.unit)
        found.append((aim.kpi if unit in ("", "share") else f"{aim.kpi}, {unit}", unit))
    return found


def leader_table(tuned: Tuned) -> Table:
    """Return the front, and the best of the others.

    Those that were dropped early have had fewer seeds, the first ones: with a single
    aim they are held against the best under the seeds they share.
    """
    heads = heads_of(tuned)
    chosen = {one.number for one in tuned.front}
    others = [one for one in tuned.candidates if one.number not in chosen]
    best = values_of(tuned, tuned.front[0])[0]
    single = len(heads) == 1
    rows = []
    for one in [*tuned.front, *others][: max(MOST_TOLD, len(chosen))]:
        if one.broken:
            continue
        values = values_of(tuned, one)
        texts = [
            interval_text(mean_interval(of), unit)
            for of, (_, unit) in zip(values, heads, strict=True)
        ]
        if single:
            shared = min(len(best), len(values[0]))
            less = paired_difference(values[0][:shared], best[:shared])
            same = one is tuned.front[0]
            texts.append("" if same else interval_text(less, heads[0][1]))
        mark = "*" if one.number in chosen else ""
        settings = map(str, one.values.values())
        rows.append((mark, *settings, str(len(one.losses)), *texts))
    told = [head for head, _ in heads] + ["less the best, paired"] * single
    what = "the best" if single else "the front"
    title = f"{what} (*) of {len(tuned.candidates)} configurations, {tuned.runs} runs"
    columns = ("", *tuned.tuning.space, "seeds", *told)
    return Table(title, columns, rows, ("seeds", *told))


def importance_table(tuned: Tuned) -> Table:
    """Return how much each key decides, in percent, by aim."""
    found = tuned.importance.shares
    rows = []
    for key in tuned.tuning.space:
        shares = [of.get(key) for of in found.values()]
        texts = ["" if share is None else f"{100 * share:.0f} %" for share in shares]
        rows.append((key, *texts))
    title = "how much each key decides"
    return Table(title, ("key", *found), rows, tuple(found))


def winner_table(tuned: Tuned) -> Table:
    """Return the winners beside the present plant, paired under fresh seeds."""
    rows = []
    for winner in tuned.winners:
        settings = " ".join(f"{k}={v}" for k, v in winner.candidate.values.items())
        values = zip(winner.present, winner.tuned, winner.difference, strict=True)
        for (head, unit), intervals, p in zip(
            heads_of(tuned), values, winner.p_holm, strict=True
        ):
            texts = [interval_text(interval, unit) for interval in intervals]
            rows.append((settings, head, *texts, p_text(p)))
            settings = ""
    fresh = tuned.tuning.fresh
    lost = len(fresh) - len(tuned.fresh)
    but = f" but {lost} that the present plant fails under" if lost else ""
    seeds = f"fresh seeds {fresh[0]} to {fresh[-1]}{but}"
    title = f"against the present plant, {seeds}, paired"
    columns = ("configuration", "KPI", "present", "tuned", "difference", "p Holm")
    return Table(title, columns, rows, columns[2:])


def as_json(tuned: Tuned) -> dict[str, Any]:
    """Return what ``tune --json`` prints."""
    kpis = [aim.kpi for aim in tuned.tuning.aims]

    def by_kpi(intervals: Sequence[Interval]) -> dict[str, dict[str, float | None]]:
        return {k: i._asdict() for k, i in zip(kpis, intervals, strict=True)}

    return {
        "world": tuned.tuning.base.world.name,
        "folder": str(tuned.folder),
        "runs": tuned.runs,
        "configurations": len(tuned.candidates),
        "failed": len(tuned.failed),
        "front": [
            {
                "settings": one.values,
                "seeds": len(one.losses),
                "kpis": by_kpi([mean_interval(v) for v in values_of(tuned, one)]),
            }
            for one in tuned.front
        ],
        "importance": tuned.importance.shares,
        "importance_rests_on": {
            "configurations": tuned.importance.configurations,
            "seeds": tuned.importance.seeds,
        },
        "fresh_seeds": list(tuned.fresh),
        "comparison": [
            {
                "settings": winner.candidate.values,
                "present": by_kpi(winner.present),
                "tuned": by_kpi(winner.tuned),
                "difference": by_kpi(winner.difference),
                "p_holm": dict(zip(kpis, winner.p_holm, strict=True)),
            }
            for winner in tuned.winners
        ],
    }
