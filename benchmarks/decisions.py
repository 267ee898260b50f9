"""What a decision costs: messages, milliseconds and agents, up to a thousand machines.

First the contract net. `electronics` is grown by copies of its lines (`copies.py`), so
that every call has the same choice at every size; and in a plant of machines that are
all alike (`alike.py`) any of 8, 96 or 1,000 can do the work: the nearest eight are
asked, as always, or every one of them. Then the planner under `hybrid`: how long a
machine and a vehicle choose, how long a refresh and a major re-plan take. ::

    python benchmarks/decisions.py [--sizes 1,4,16,48] [--alike 8,96,1000]
                                   [--plans 1,4] [--seed 1] [--csv FILE]

Milliseconds are CPU time of this one process, which does the work of all agents one
after the other; the clocks are held to the agents from outside (`stopwatch.py`), one
plant a process. Messages and bids are counted from the record.

Goals: a negotiation takes at most 5 ms at a thousand machines; of the planner's
decisions 95 % take at most 20 ms at a hundred open operations.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The project's packages are found from its root, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np

from agents import market
from agents.factory import Factory
from agents.scenario import scenario_of
from benchmarks.alike import EACH, alike
from benchmarks.copies import copies
from benchmarks.stopwatch import Stopwatch
from benchmarks.tables import sizes, write
from kernel.calendar import HOUR
from kernel.events import Event
from studies.build import compile_scheduler, needs_compiling
from studies.collector import seldom_collected
from worlds.read import read_world

#: Simulated hours at size 1; a larger plant decides as often in less, but not in less
#: than an operation takes to pass through.
HOURS = 24.0
LEAST = {"negotiated": 2.0, "hybrid": 4.0}
#: The same where everybody is asked, which costs as much in a tenth of the time.
LEAST_ALL = 0.25
#: What of a major re-plan takes longest, left out.
NO_CPSAT = (("planner.cpsat_windows", "0"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A plant to be measured; ``everybody`` is asked, or the nearest eight."""

    plant: str
    size: int
    policy: str
    seed: int
    everybody: bool = False
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def hours(self) -> float:
        """How long it is simulated."""
        if self.everybody:
            return max(LEAST_ALL, 0.1 * HOURS * EACH / self.size)
        step = self.size / EACH if self.plant == "alike" else self.size
        return max(LEAST[self.policy], HOURS / step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of decision in one plant; times are CPU milliseconds.

    ``agents`` are those in the house at the end, of orders the ones that are not done;
    ``asked``, ``messages`` and ``bids`` are of a negotiation on average, ``open`` the
    operations in a plan.
    """

    plant: str
    machines: int
    agents: int
    hours: float
    decision: str
    count: int
    asked: float = float("nan")
    messages: float = float("nan")
    bids: float = float("nan")
    open: float = float("nan")
    mean: float
    median: float
    p95: float
    most: float


def measured(case: Case) -> list[Row]:
    """Return what the decisions of a plant take, measured in this process."""
    if case.plant == "alike":
        world = alike(case.size)
    else:
        world = copies(read_world(case.plant), case.size)
    if case.everybody:
        market.CFP_LIMIT = 10**9
    scenario = scenario_of(
        world, policy=case.policy, seed=case.seed, settings=case.settings
    )
    if needs_compiling(scenario):
        compile_scheduler()
    factory = Factory(scenario)
    watch = Stopwatch()
    if factory.planner is not None:
        factory.planner.watcher = watch
    with seldom_collected(), watch.watching():  # collected as `run` does
        factory.advance(round(case.hours * HOUR))
    done = sum(o.shipped or o.cancelled for o in factory.orders.values())
    name = world.name + (", all asked" if case.everybody else "")
    name += ", no CP-SAT" if case.settings == NO_CPSAT else ""
    common = (name, len(world.machines), len(factory.agents) - done, case.hours)
    if case.policy == "negotiated":
        return list(_negotiations(common, factory, watch))
    return list(_decisions(common, watch))


Common = tuple[str, int, int, float]


def _row(
    common: Common, decision: str, nanoseconds: Sequence[int], **more: float
) -> Row:
    plant, machines, agents, hours = common
    taken = np.array(nanoseconds) / 1e6
    return Row(
        plant=plant,
        machines=machines,
        agents=agents,
        hours=hours,
        decision=decision,
        count=len(taken),
        mean=float(taken.mean()),
        median=float(np.quantile(taken, 0.5)),
        p95=float(np.quantile(taken, 0.95)),
        most=float(taken.max()),
        **more,
    )


def _negotiations(common: Common, factory: Factory, watch: Stopwatch) -> Iterator[Row]:
    """Yield a row for each kind of thing that was called for."""
    kinds: dict[str, list[Event]] = {}
    for event in factory.trace.events:
        if event.kind == "call_settled":
            kinds.setdefault(_what(event), []).append(event)
    for what, calls in sorted(kinds.items()):
        figures = {
            name: float(np.mean([measure(call.facts) for call in calls]))
            for name, measure in _COUNTED.items()
        }
        taken = [watch.negotiating[call.subject] for call in calls]
        yield _row(common, what, taken, **figures)


_COUNTED = {
    "asked": lambda facts: facts["bidders"],
    "messages": lambda facts: facts["messages"],
    "bids": lambda facts: len(facts["bids"]),
}


def _what(call: Event) -> str:
    """Return what was negotiated, by the name of the thing."""
    about = call.facts["about"]
    if ":" in about:
        return "operation" if call.facts["bidders"] > 1 else "operation, one able"
    return "material" if "/" in about else "transport"


def _decisions(common: Common, watch: Stopwatch) -> Iterator[Row]:
    """Yield a row for each kind of decision under a planner."""
    for who, taken in watch.choosing.items():
        yield _row(common, f"{who} chooses", taken)
    kinds = {
        "refresh": [made for made in watch.planning if not made[0]],
        "major re-plan": [made for made in watch.planning if made[0]],
        "any plan": watch.planning,
    }
    for name, plans in kinds.items():
        if plans:
            size = float(np.mean([operations for _, operations, _ in plans]))
            yield _row(common, name, [taken for *_, taken in plans], open=size)


# -- the table ------------------------------------------------------------------------


def lines(rows: Sequence[Row], *, headed: bool) -> Iterator[str]:
    """Yield the rows of a case, below a heading unless there is one already."""
    negotiated = rows[0].asked == rows[0].asked
    if not headed:
        open_ = f"{'asked':>8}{'messages':>10}{'bids':>8}" if negotiated else "    open"
        yield f"{'':24}{'machines':>9}{'agents':>8}  {'':20}{'count':>7}{open_}{_TIMES}"
    for row in rows:
        figures = f"{row.open:>8.0f}" if row.open == row.open else f"{'':8}"
        if negotiated:
            figures = f"{row.asked:>8.1f}{row.messages:>10.1f}{row.bids:>8.1f}"
        yield f"{_start(row)}{figures}{_times(row)}"


_TIMES = f"{'ms mean':>9}{'p50':>8}{'p95':>8}{'most':>8}"


def _start(row: Row) -> str:
    start = f"{row.plant:24}{row.machines:>9,}{row.agents:>8,}"
    return f"{start}  {row.decision:20}{row.count:>7,}"


def _times(row: Row) -> str:
    return f"{row.mean:>9.3f}{row.median:>8.3f}{row.p95:>8.3f}{row.most:>8.2f}"


def arguments() -> argparse.Namespace:
    """Return what the user wants measured."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )

    add = parser.add_argument
    add("--sizes", type=sizes, default="1,4,16,48", help="copies, the contract net")
    add("--alike", type=sizes, default="8,96,1000", help="machines that are alike")
    add("--plans", type=sizes, default="1,4", help="copies, the planner")
    add("--seed", type=int, default=1, help="of the world's draws")
    add("--csv", type=Path, default=Path("runs/decisions.csv"), help="table to write")
    return parser.parse_args()


def cases(given: argparse.Namespace) -> Iterator[Case]:
    """Yield the plants to be measured: negotiations, then plans."""

    def case(plant: str, size: int, policy: str, **more: Any) -> Case:
        return Case(plant=plant, size=size, policy=policy, seed=given.seed, **more)

    for size in given.sizes:
        yield case("electronics", size, "negotiated")
    for size in given.alike:
        yield case("alike", size, "negotiated")
    for size in given.alike:
        if size > EACH:
            yield case("alike", size, "negotiated", everybody=True)
    for size in given.plans:
        yield case("electronics", size, "hybrid")
    for size in given.plans[:1]:
        yield case("electronics", size, "hybrid", settings=NO_CPSAT)


def main() -> None:
    """Measure, print the tables, write them."""
    given = arguments()
    rows: list[Row] = []
    policy = ""
    for case in cases(given):
        # A process each: what is wrapped, compiled or cached is nobody else's.
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            found = process.submit(measured, case).result()
        if policy and policy != case.policy:
            print()
        print("\n".join(lines(found, headed=policy == case.policy)), flush=True)
        policy = case.policy
        rows += found
    write(given.csv, rows)


if __name__ == "__main__":
    main()
