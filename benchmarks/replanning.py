"""Re-planning after a breakdown or a rush order: how soon, and how good.

A shop of 50, 100 or 200 jobs with vehicles, alternative machines and set-ups follows a
plan until three tenths of its length; then its busiest machine breaks down, or an
urgent job comes. Beside ours stand the rules alone, the plan in force pushed to the
right, and CP-SAT alone with the whole exact model. ::

    python benchmarks/replanning.py [--jobs 50,100,200] [--seeds 2] [--seconds 1]
                                    [--reference 60] [--workers 1] [--csv FILE]
    python benchmarks/replanning.py --frontier      # cost against changed machines
    python benchmarks/replanning.py --static        # without vehicles, from the start

`--static` compares on the whole shop without vehicles, which PyJobShop can model too;
it is installed from PyPI into an environment of its own.

A gap is what a plan costs more than the best seen of the same problem, by anybody.
Every plan is checked. Seconds are wall time: on a busy computer they are short ones.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The project's packages are found from its root, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean, median
from time import perf_counter

from benchmarks.peers import pyjobshop
from benchmarks.shops import SIZES, broken, rushed, shop
from benchmarks.tables import write
from scheduling.check import check_plan
from scheduling.cpsat.search import Limits, ask
from scheduling.decode import decode
from scheduling.plan import Plan
from scheduling.portfolio import Params, refresh, solve, warm_up
from scheduling.problem import Problem
from scheduling.residual import residual

#: Price of a changed machine, in units of tardiness of weight 1, for a steady plan, by
#: number of jobs.
STEADY = {50: 10.0, 100: 25.0, 200: 30.0}
FRONTIER = (0.0, 3.0, 10.0, 30.0, 60.0, 100.0, 300.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A situation to be planned anew."""

    jobs: int
    seed: int
    event: str
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one contender made of one case; without a plan ``value`` is infinite."""

    jobs: int
    seed: int
    event: str
    operations: int
    contender: str
    seconds: float
    value: float
    changed: float  # share of the operations planned before that change machine
    gap: float = float("nan")


def cases(jobs: Sequence[int], seeds: int) -> Iterator[Case]:
    """Yield the situations, the same every time."""
    for size in jobs:
        for seed in range(1, seeds + 1):
            given = shop(SIZES[size], seed)
            plan = solve(given, Params(windows=0)).plan
            assert plan is not None
            left = residual(given, plan, round(plan.makespan * 0.3))
            down = broken(left, plan, round(0.15 * plan.makespan))
            yield Case(jobs=size, seed=seed, event="breakdown", problem=down)
            rush = rushed(left, given, seed)
            yield Case(jobs=size, seed=seed, event="rush", problem=rush)


def priced(problem: Problem, changed: float) -> Problem:
    """Return the problem with another price of a changed machine."""
    return replace(problem, objective=replace(problem.objective, changed=changed))


def row_of(case: Case, contender: str, seconds: float, plan: Plan | None) -> Row:
    """Return a row, the plan checked and valued without the price of changes."""
    problem = case.problem
    value, changed = float("inf"), float("nan")
    if plan is not None:
        plan = decode(problem, plan.priority, plan.machine_of())
        flaws = check_plan(problem, plan)
        assert not flaws, flaws[:3]
        value, changed = plan.value, share_changed(problem, plan)
    return Row(
        jobs=case.jobs,
        seed=case.seed,
        event=case.event,
        operations=len(problem.operations),
        contender=contender,
        seconds=seconds,
        value=value,
        changed=changed,
    )


def share_changed(problem: Problem, plan: Plan) -> float:
    """Return the share of operations that go elsewhere than in the plan in force."""
    before = problem.in_force.machine_of() if problem.in_force else {}
    common = [a for a in plan.assignments if a.operation in before]
    return mean([before[a.operation] != a.machine for a in common] or [0.0])


def contenders(case: Case, seconds: float, reference: float, workers: int) -> list[Row]:
    """Return what everybody makes of a case."""
    problem, force = case.problem, case.problem.in_force
    assert force is not None
    params = Params(seconds=seconds, exact_operations=0, workers=workers)
    steady = replace(params, windows=0)

    def ask_cpsat(limit: float) -> Plan | None:
        limits = Limits(deterministic=1e6, seconds=limit, workers=workers)
        return ask(problem, limits).plan

    asked: tuple[tuple[str, Callable[[], Plan | None]], ...] = (
        ("pushed right", lambda: decode(problem, force.priority, force.machine_of())),
        ("first plan", lambda: refresh(problem)),
        (f"Holofab, {seconds:g} s", lambda: solve(problem, params).plan),
        (
            f"Holofab, {seconds:g} s, steady",
            lambda: solve(priced(problem, STEADY[case.jobs]), steady).plan,
        ),
        (f"CP-SAT, {10 * seconds:g} s", lambda: ask_cpsat(10 * seconds)),
        (
            f"Holofab, {reference:g} s",
            lambda: solve(problem, replace(params, seconds=reference, seed=1)).plan,
        ),
    )
    rows = []
    for name, make in asked:
        began = perf_counter()
        plan = make()
        rows.append(row_of(case, name, perf_counter() - began, plan))
    return with_gaps(rows)


def frontier(case: Case, seconds: float, workers: int) -> list[Row]:
    """Return what a case costs at each price of a changed machine."""
    params = Params(seconds=seconds, exact_operations=0, windows=0, workers=workers)
    rows = []
    for price in FRONTIER:
        began = perf_counter()
        plan = solve(priced(case.problem, price), params).plan
        took = perf_counter() - began
        rows.append(row_of(case, f"price {price:g}", took, plan))
    return with_gaps(rows)


def static(jobs: int, seed: int, seconds: float, workers: int) -> list[Row]:
    """Return what Holofab, CP-SAT alone and PyJobShop make of a shop at its start.

    All have ten times the seconds; only tardiness counts, and nothing moves.
    """
    given = shop(SIZES[jobs], seed)
    aim = replace(given.objective, flow=0.0)
    # Without ways to wait for all would be in time: less time, then.
    jobs_ = tuple(replace(job, due=job.due // 3) for job in given.jobs)
    problem = replace(given, jobs=jobs_, vehicles=(), fleets=(), objective=aim)
    case = Case(jobs=jobs, seed=seed, event="static", problem=problem)
    limit = 10 * seconds
    params = Params(seconds=limit, exact_operations=0, workers=workers)
    limits = Limits(deterministic=1e6, seconds=limit, workers=workers)
    asked: tuple[tuple[str, Callable[[], Plan | None]], ...] = (
        ("Holofab", lambda: solve(problem, params).plan),
        ("CP-SAT", lambda: ask(problem, limits).plan),
        ("PyJobShop", lambda: pyjobshop(problem, limit, workers)),
    )
    rows = []
    for name, make in asked:
        began = perf_counter()
        plan = make()
        took = perf_counter() - began
        rows.append(row_of(case, f"{name}, {limit:g} s", took, plan))
    return with_gaps(rows)


def with_gaps(rows: list[Row]) -> list[Row]:
    """Return the rows of one case with their gaps to the best of them."""
    best = min(row.value for row in rows)
    return [replace(row, gap=row.value / max(best, 1e-9) - 1) for row in rows]


def quantile95(values: Sequence[float]) -> float:
    """Return the smallest value that at most a twentieth exceeds."""
    return sorted(values)[-(-95 * len(values) // 100) - 1]


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the table: one line a size and contender, over seeds and events."""
    head = f"{'jobs':>5} {'contender':24}{'cases':>6}{'s, median':>11}{'s, p95':>9}"
    yield head + f"{'gap, mean':>11}{'gap, p95':>10}{'changed':>9}"
    for jobs in dict.fromkeys(row.jobs for row in rows):
        of = [row for row in rows if row.jobs == jobs]
        for name in dict.fromkeys(row.contender for row in of):
            mine = [row for row in of if row.contender == name]
            done = [row for row in mine if row.value < float("inf")]
            took = [row.seconds for row in mine]
            start = f"{jobs:>5} {name:24}{len(mine):>6}{median(took):>11.4f}"
            start += f"{quantile95(took):>9.4f}"
            if len(done) < len(mine):
                yield f"{start}   no plan in {len(mine) - len(done)} of {len(mine)}"
                continue
            gaps = [row.gap for row in done]
            yield (
                f"{start}{mean(gaps):>11.1%}{quantile95(gaps):>10.1%}"
                f"{mean(row.changed for row in done):>9.1%}"
            )


def arguments() -> argparse.Namespace:
    """Return what the user wants measured."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--jobs", default="50,100,200", help="sizes of shops")
    add("--seeds", type=int, default=2, help="shops of each size")
    add("--seconds", type=float, default=1.0, help="time for a plan")
    add("--reference", type=float, default=60.0, help="time for the best known")
    add("--workers", type=int, default=1, help="threads, of everybody")
    add("--static", action="store_true", help="without vehicles, beside PyJobShop")
    add("--frontier", action="store_true", help="prices of changed machines instead")
    add("--csv", type=Path, default=Path("runs/replanning.csv"), help="table to write")
    given = parser.parse_args()
    known = ",".join(map(str, SIZES))
    if not set(given.jobs.split(",")) <= set(known.split(",")):
        parser.error(f"--jobs {given.jobs}: expected some of {known}")
    return given


def main() -> None:
    """Measure, print the table, write it."""
    given = arguments()
    sizes = [int(size) for size in given.jobs.split(",")]
    warm_up()
    rows: list[Row] = []
    if given.static:
        for size in sizes:
            for seed in range(1, given.seeds + 1):
                print(f"{size} jobs, seed {seed} ...", file=sys.stderr)
                rows += static(size, seed, given.seconds, given.workers)
    for case in () if given.static else cases(sizes, given.seeds):
        print(f"{case.jobs} jobs, seed {case.seed}, {case.event} ...", file=sys.stderr)
        if given.frontier:
            rows += frontier(case, given.seconds, given.workers)
        else:
            rows += contenders(case, given.seconds, given.reference, given.workers)
    print("\n".join(lines(rows)))
    write(given.csv, rows)


if __name__ == "__main__":
    main()
