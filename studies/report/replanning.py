"""Section of a report: what led to re-plannings, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.events import Event
from measures.replans import Share, replans
from studies.report.page import Section
from studies.tables import Table, shown


def replanning_section(events: Sequence[Event]) -> list[Section]:
    """Show why plans were made and which engine improved them; nothing without any."""
    found = replans(events)
    if not found.count:
        return []
    why = [
        (
            name.replace("_", " "),
            str(cause.plans),
            f"{cause.operations / cause.plans:.0f}",
            shown(cause.gain / cause.plans, "share"),
            shown(cause.near_changed / cause.near, "share") if cause.near else "",
        )
        for name, cause in sorted(found.causes.items(), key=lambda one: -one[1].plans)
    ]
    who = [
        (
            name,
            str(share.asked),
            "begins" if share.first == share.asked else str(share.better),
            "" if share.first == share.asked else shown(_mean(share), "share"),
        )
        for name, share in found.engines.items()
    ]
    by_cause = ("because of", "plans", "operations", "gain", "near changed")
    by_engine = ("engine", "asked", "better", "gain")
    text = (
        f"{found.count} plans were made anew, and {found.refreshes} times a plan was "
        "brought up to date between them. Engines are asked in turn, and each may only "
        "improve on what there is; a gain is the share of the first one's value that "
        "was taken off, on average (docs/planner.md). Near changed: what was to begin "
        "within two hours, and went to another machine.",
    )
    tables = [Table("Why", by_cause, why, by_cause[1:])]
    tables.append(Table("Who made it better", by_engine, who, by_engine[1:]))
    return [Section(title="Re-planning", text=text, parts=tables)]


def _mean(share: Share) -> float:
    return share.gain / share.asked
