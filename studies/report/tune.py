"""The report of a tuning: the best, what mattered, and the present plant beside it."""

from __future__ import annotations

from pathlib import Path

from matplotlib import rc_context

from studies.case import failed_sentence
from studies.factors import Span, Value
from studies.report.folder import REPORT, put
from studies.report.page import Chart, Section, page
from studies.report.svg import SMALL
from studies.tables import Table
from studies.tune.draw import picture
from studies.tune.execute import Tuned
from studies.tune.results import importance_table, leader_table, winner_table
from studies.tune.said import about_front, about_importance, verdict
from studies.versions import mixed, versions


def write_tune_report(tuned: Tuned) -> Path:
    """Write the report into the tuning's folder; return the file.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    return put(tune_report(tuned), tuned.folder / REPORT)


@rc_context(SMALL)
def tune_report(tuned: Tuned) -> str:
    """Return the report of a tuning as one HTML page."""
    tuning = tuned.tuning
    aims = [f"{'more' if aim.more else 'less'} {aim.kpi}" for aim in tuning.aims]
    base, world = tuning.base, tuning.base.world.name
    rows = [
        ("world", world),
        ("days", f"{base.scenario(plans=True).days:g}"),
        *([] if "policy" in tuning.space else [("policy", base.policy)]),
        *((f"set: {key}", value) for key, value in base.settings),
        *(("disturbance", one) for one in base.disturbances),
        *((f"varied: {key}", _told(span)) for key, span in tuning.space.items()),
        *((f"present: {key}", value) for key, value in tuning.present.items()),
        ("wanted", ", ".join(aims)),
        ("seeds", f"from {tuning.seed} on; the leaders have the most of them"),
        ("runs of the search", str(tuned.runs)),
        ("made with", ", ".join(f"{k} {v}" for k, v in versions().items())),
    ]
    said = [failed_sentence(list(tuned.failed))] if tuned.failed else []
    said += mixed(tuned.states)
    caption = "What was tried, and how much each key decides"
    sections = [
        Section(
            title="What was asked",
            again=("python", *tuning.asked.command()),
            text=said,
            parts=[Table("", ("what", "value"), rows)],
        ),
        Section(
            title="The best",
            text=about_front(tuned),
            parts=[leader_table(tuned), winner_table(tuned)],
        ),
        Section(
            title="What mattered",
            text=(about_importance(tuned),),
            parts=[
                importance_table(tuned),
                Chart(figure=picture(tuned), caption=caption, wide=True),
            ],
        ),
    ]
    if tuned.violations:
        found = tuple(tuned.violations)
        sections.append(Section(title="Violations the checker found", text=found))
    return page(f"{world}: tuned for {', '.join(aims)}", sections, verdict(tuned))


def _told(span: Span | tuple[Value, ...]) -> str:
    if isinstance(span, Span):
        return f"{span.value(span.low)} to {span.value(span.high)}"
    return ", ".join(map(str, span))
