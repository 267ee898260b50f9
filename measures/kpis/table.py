"""Every KPI: its unit, its formula in words, where the definition comes from.

``docs/kpis.md`` is written from this table: ``python -m measures.kpis.table FILE``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

_OWN = "Holofab"
_SCHEDULING = "scheduling"
_ISO = "ISO 22400-2"
_SIEMENS = "Six Sigma; Siemens Amberg counts opportunities"


class Kpi(NamedTuple):
    """What a KPI means; ``more`` says whether more of it is better (None: neither)."""

    unit: str
    formula: str
    source: str
    more: bool | None


KPI_TABLE: dict[str, Kpi] = {
    "weighted_tardiness": Kpi(
        "h", "Σ w · max(0, shipped - due) / Σ w over the orders", _SCHEDULING, False
    ),
    "mean_tardiness": Kpi(
        "h", "mean of max(0, shipped - due) over the orders", _SCHEDULING, False
    ),
    "on_time": Kpi(
        "share", "orders shipped no later than due / orders", _SCHEDULING, True
    ),
    "rush_on_time": Kpi("share", "`on_time` of the rush orders", _SCHEDULING, True),
    "flow_time": Kpi(
        "h",
        "mean of shipped - the later of arrival and release, over the orders",
        _SCHEDULING,
        False,
    ),
    "orders": Kpi("orders", "orders of the window that were not cancelled", _OWN, None),
    "unfinished": Kpi(
        "orders", "of these, not shipped; they count as shipped at the cap", _OWN, False
    ),
    "variants_shipped": Kpi(
        "variants", "different variants among the orders shipped", _OWN, None
    ),
    "throughput": Kpi(
        "pieces/day", "pieces shipped in the window / measured days", _SCHEDULING, True
    ),
    "wip": Kpi(
        "lots",
        "time average of the lots on the floor, from release until their order ships "
        "(a joined lot replaces its inputs)",
        _SCHEDULING,
        False,
    ),
    "oee": Kpi(
        "share", "by machine: availability · effectiveness · quality", _ISO, True
    ),
    "availability": Kpi(
        "share",
        "APT / PBT: time in EXECUTE / measured time not STOPPED or HELD",
        _ISO,
        True,
    ),
    "effectiveness": Kpi(
        "share",
        "PRI · PQ / APT: Σ over operations finished of max(headway, nominal time / "
        "capacity) / time in EXECUTE; above 1 if work goes faster than planned",
        _ISO,
        True,
    ),
    "quality": Kpi(
        "share",
        "GQ / PQ: 1 - pieces with a defect made here / pieces; each defect counts as "
        "one piece, at most all pieces of the lot",
        _ISO,
        True,
    ),
    "first_pass_yield": Kpi(
        "share",
        "pieces found good / pieces seen, at the first inspection by each step",
        _ISO,
        True,
    ),
    "scrap": Kpi(
        "share",
        "pieces scrapped / (pieces scrapped + pieces shipped)",
        _ISO + " (scrap ratio)",
        False,
    ),
    "defects_per_million_units": Kpi(
        "ppm",
        "`inspected`: pieces flagged at first inspections / pieces seen; `truth`: "
        "less false alarms, plus misses",
        _SIEMENS,
        False,
    ),
    "defects_per_million_opportunities": Kpi(
        "ppm",
        "`truth`: defects made / (pieces · opportunities) of all steps; `inspected`: "
        "pieces flagged / opportunities since the inspection before",
        _SIEMENS,
        False,
    ),
    "vehicle_use": Kpi(
        "share",
        "time driving or holding a lot / (vehicles · measured time)",
        _ISO + " (utilization)",
        None,
    ),
    "retransports": Kpi(
        "share",
        "trips of a vehicle that take a lot on from a machine it was brought to and "
        "not worked on at / trips that ended (goal: at most 10 %)",
        _OWN,
        False,
    ),
    "crew_use": Kpi(
        "share",
        "time operators are taken / time of all operators' shifts",
        _ISO + " (worker efficiency)",
        None,
    ),
    "stock_outs": Kpi(
        "events",
        "reservations of material that could not be filled at once, and those lent on "
        "to another order (dynamic pegging)",
        _OWN,
        False,
    ),
    "stock_value": Kpi(
        "currency", "time average of Σ stock · unit cost", "inventory theory", False
    ),
    "energy": Kpi(
        "kWh",
        "∫ power dt: machines by state (suspended as idle, held as stopped), vehicles "
        "while busy",
        _ISO + " Amd 1",
        False,
    ),
    "total_cost": Kpi("currency", "sum of `cost`", "cost accounting", False),
    "cost": Kpi(
        "currency",
        "`material`: in the lots shipped; `machine`: machines set up or executing and "
        "vehicles busy, at their hourly cost; `labour`: wages of all shifts; `energy`: "
        "at the tariff of the hour (UTC); `holding`: yearly rate on stock and on "
        "material in process, plus lots brought to the store; `lateness`: share of the "
        "order's value a day late, up to its limit; `scrap`: material in pieces "
        "scrapped or cancelled; `depreciation`: per day",
        "cost accounting; rates stand in the world file",
        False,
    ),
    "unit_cost": Kpi(
        "currency", "total cost / pieces shipped in the window", _OWN, False
    ),
    "messages": Kpi("messages", "sent in the calls settled", "FIPA contract net", None),
    "replans": Kpi(
        "events",
        "re-plannings at major events, adopted or not (refreshes are not counted)",
        "rescheduling",
        None,
    ),
    "nervousness": Kpi(
        "share; min",
        "over adopted plans, of the operations that the plan before had too and that "
        "have not begun: `machine`: the share given another machine; `start`: mean "
        "shift of their starts; `near`: the same share of those that the plan before "
        "had beginning within 2 h or earlier (goal: at most 5 %); `refresh`: that over "
        "the refreshes by dispatch at minor events",
        "rescheduling",
        False,
    ),
    "decision_touches": Kpi("decisions", "taken by a person", _OWN, False),
    "automatic_share": Kpi(
        "share",
        "1 - operator minutes / work minutes, work being set-up, execution, repair and "
        "transport",
        _OWN,
        True,
    ),
    "makespan": Kpi(
        "unit of the instance",
        "end of the last operation, or with `completion = delivered` of the last trip "
        "if that is later; instances only",
        _SCHEDULING,
        False,
    ),
}

_HEAD = """\
# Key performance indicators

Each KPI is a fold over the facts of a run (`measures/kpis/`), the same while the run \
goes on and afterwards.

Orders count if they **arrive in the window** [warm-up, end - cool-down]; an order \
that has not shipped counts as shipped at the cap, the end of the run. What lasts \
(states, stocks, power) counts for as long as it lies within the window, what happens \
(pieces, messages, re-plannings) if it happens within it; the *measured time* is the \
part of the window that has passed. A KPI that has no value (no rush orders, no \
vehicles) is absent. KPIs with several values are written with a dot: `oee.M1`, \
`cost.energy`.

| name | unit | formula | source | better |
|---|---|---|---|---|
"""


def kpi_markdown() -> str:
    """Return ``docs/kpis.md``."""
    better = {True: "more", False: "less", None: "-"}
    rows = [
        f"| `{name}` | {k.unit} | {k.formula} | {k.source} | {better[k.more]} |\n"
        for name, k in KPI_TABLE.items()
    ]
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(kpi_markdown(), encoding="utf-8")
