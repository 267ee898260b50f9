"""Large shops: how soon there is a plan, how good after a while, how much memory.

A shop of ten thousand operations with 60 machines and 30 vehicles, and one of a
hundred thousand on the same floor; set-ups and alternative machines as in
`replanning.py`. ::

    python benchmarks/large.py [--jobs 2200,22000] [--seconds 20] [--workers 2]
                               [--csv FILE]

Goals for ten thousand: a plan in 0.3 s, and after 20 s one that is 5 % better than the
best of four settings of ATC. Every plan is checked. Seconds are wall time.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The project's packages are found from its root, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import resource
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks.shops import SIZES, shop
from benchmarks.tables import write
from scheduling.check import check_plan
from scheduling.decode import decode
from scheduling.plan import Plan
from scheduling.portfolio import Params, solve, warm_up
from scheduling.problem import Problem
from scheduling.rules import RULES, dispatch
from scheduling.search.race import atc

#: Patience, weight of set-ups, reservation: the settings to be beaten.
FOUR = ((2, 1, 0.2), (5, 1, 0.5), (2, 2, 1.0), (20, 4, 0.2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one contender made of a shop; memory is the peak of the process so far."""

    operations: int
    contender: str
    seconds: float
    value: float
    ratio: float  # to the best of the four
    megabytes: float


def megabytes() -> float:
    """Return the most memory this process has had."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def rows_of(given: Problem, seconds: float, workers: int) -> Iterator[Row]:
    """Yield what rules make of a shop, and the portfolio in a given time."""
    best = float("inf")

    def row(name: str, took: float, plan: Plan) -> Row:
        flaws = check_plan(given, plan)
        assert not flaws, flaws[:3]
        assert decode(given, plan.priority, plan.machine_of()).value == plan.value
        return Row(
            operations=len(given.operations),
            contender=name,
            seconds=took,
            value=plan.value,
            ratio=plan.value / best,
            megabytes=megabytes(),
        )

    began = perf_counter()
    first = dispatch(given, RULES["rolling"])
    took = perf_counter() - began
    plans = []
    for setting in FOUR:
        rule = atc(*setting)
        before = perf_counter()
        plans.append((rule.name, dispatch(given, rule), perf_counter() - before))
    best = min(plan.value for _, plan, _ in plans)
    yield row("a plan, rule `rolling`", took, first)
    for name, plan, time in plans:
        yield row(name, time, plan)
    before = perf_counter()
    result = solve(given, Params(seconds=seconds, workers=workers))
    assert result.plan is not None
    yield row(f"Holofab, {seconds:g} s", perf_counter() - before, result.plan)


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the table."""
    head = f"{'operations':>10} {'contender':24}{'s':>9}{'value':>14}"
    yield head + f"{'to best of four':>17}{'peak MB':>9}"
    for row in rows:
        yield (
            f"{row.operations:>10} {row.contender:24}{row.seconds:>9.3f}"
            f"{row.value:>14.0f}{row.ratio - 1:>+17.1%}{row.megabytes:>9.0f}"
        )


def main() -> None:
    """Measure, print the table, write it."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--jobs", default="2200,22000", help="sizes of shops")
    add("--seconds", type=float, default=20.0, help="for the portfolio")
    add("--workers", type=int, default=2, help="threads")
    add("--csv", type=Path, default=Path("runs/large.csv"), help="table to write")
    given = parser.parse_args()
    known = ",".join(map(str, SIZES))
    if not set(given.jobs.split(",")) <= set(known.split(",")):
        parser.error(f"--jobs {given.jobs}: expected some of {known}")
    warm_up()
    rows: list[Row] = []
    for size in map(int, given.jobs.split(",")):
        print(f"{size} jobs ...", file=sys.stderr)
        rows += rows_of(shop(SIZES[size], 1), given.seconds, given.workers)
    print("\n".join(lines(rows)))
    write(given.csv, rows)


if __name__ == "__main__":
    main()
