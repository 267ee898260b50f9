"""Job shops with vehicles against the makespans JobShopLab has published.

Its README gives for 27 instances (ft06-t to la24-t) the best makespan of its trained
agents (PPO). Each is solved by Holofab's portfolio on one core. ::

    python benchmarks/jobshoplab.py [--seconds 20] [--only la0] [--csv FILE]

The rules are those of JobShopLab's first public commit, which has most of the table:
retold, they give all its makespans of first in, first out to the unit (but la12-t 1522,
as its result file says, not 1552). The makespan is the end of the last operation. A
vehicle is sent for a part only once the operation that makes it has begun; our model
lets it leave sooner. So the sequences of each plan are timed again with that rule, and
this makespan, ``dispatched``, is the one that counts. Both plans are checked.

In later versions a job is complete in the output buffer. The table is older: with that
trip ft06-t, la03-t and la17-t have lower bounds above what is published (82, 792 and
1003). ``--completion delivered`` has ours make it and compares with the same figures.

The lower bound is the portfolio's or CP-SAT's without empty trips, the better one.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The project's packages are found from its root, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks.jobshoplab_shop import UNIT, dispatched, problem_named, relaxed
from benchmarks.tables import write
from scheduling.check import check_plan
from scheduling.cpsat.search import Limits, ask
from scheduling.portfolio import Params, solve, warm_up
from scheduling.problem import Problem

#: Column "rl" of the README at commit 8c73df6eb35b; la22 as before it (then 1341).
PUBLISHED = {"ft06": 76, "ft10": 1061, "ft20": 1567} | {
    f"la{number:02}": makespan
    for number, makespan in enumerate(
        (771, 782, 789, 828, 642, 1112, 1127, 1143, 1120, 1044, 1409, 1240)
        + (1400, 1710, 1512, 1186, 999, 1079, 1075, 1123, 1355, 1340, 1325, 1277),
        start=1,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of one instance, in its units; ``ratio`` is dispatched to published."""

    instance: str
    published: int
    makespan: float
    dispatched: float
    bound: int
    ratio: float
    seconds: float


def measured(name: str, problem: Problem, seconds: float, bounding: float) -> Row:
    """Return what the portfolio makes of an instance, and a lower bound."""
    began = perf_counter()
    result = solve(problem, Params(seconds=seconds))
    took = perf_counter() - began
    assert result.plan is not None, name
    plan = dispatched(problem, result.plan)
    flaws = check_plan(problem, result.plan) + check_plan(problem, plan)
    assert not flaws, flaws[:3]
    bounds = [result.bound or 0.0]
    if bounding:
        limits = Limits(deterministic=1e6, seconds=bounding)
        bounds.append(ask(relaxed(problem), limits).bound or 0.0)
    return Row(
        instance=f"{name}-t",
        published=PUBLISHED[name],
        makespan=result.plan.makespan / UNIT,
        dispatched=plan.makespan / UNIT,
        bound=math.ceil(max(bounds) / UNIT - 1e-6),  # all times are whole
        ratio=round(plan.makespan / UNIT / PUBLISHED[name], 4),
        seconds=round(took, 2),
    )


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the table and the sums."""
    head = f"{'instance':9}{'published':>10}{'makespan':>10}{'dispatched':>12}"
    yield head + f"{'bound':>7}{'ratio':>7}{'s':>6}"
    for row in rows:
        yield (
            f"{row.instance:9}{row.published:>10}{row.makespan:>10g}"
            f"{row.dispatched:>12g}{row.bound:>7}{row.ratio:>7.3f}{row.seconds:>6.1f}"
            + ("" if row.dispatched < row.published else "   not better")
        )
    better = sum(row.dispatched < row.published for row in rows)
    equal = sum(row.dispatched == row.published for row in rows)
    mean = sum(row.ratio for row in rows) / len(rows)
    yield (
        f"{len(rows)} instances: better than published on {better}, equal on {equal}, "
        f"mean ratio {mean:.3f}"
    )


def main() -> None:
    """Measure, print the table, write it."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--seconds", type=float, default=20.0, help="for each instance")
    add("--bound", type=float, default=5.0, help="seconds for each bound, 0 for none")
    add("--completion", choices=("processed", "delivered"), default="processed")
    add("--only", default="", help="instances whose names begin so")
    add("--csv", type=Path, default=Path("runs/jobshoplab.csv"), help="table to write")
    given = parser.parse_args()
    names = [name for name in PUBLISHED if name.startswith(given.only)]
    if not names:
        parser.error(f"no instance is called {given.only}...")
    warm_up()
    rows: list[Row] = []
    for name in names:
        print(name, file=sys.stderr)
        problem = problem_named(name, delivered=given.completion == "delivered")
        rows.append(measured(name, problem, given.seconds, given.bound))
    print("\n".join(lines(rows)))
    write(given.csv, rows)


if __name__ == "__main__":
    main()
