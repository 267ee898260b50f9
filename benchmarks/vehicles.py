"""Shops with vehicles from the literature: best known values, and who proves them.

Bilge & Ulusoy's 44 instances (EX11 to EX54, and those with short ways) and Deroussi &
Norre's fjsp1 to fjsp5, each given to Holofab's portfolio and to CP-SAT alone with the
same exact model, in two threads each. ::

    python benchmarks/vehicles.py [--seconds 5] [--workers 2] [--only EX1] [--csv FILE]

The makespan is the end of the last operation. Holofab's plans are checked. Goals: all
of Bilge & Ulusoy's at best known in 5 s, fjsp1 to fjsp5 in 10 s.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The project's packages are found from its root, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks.tables import write
from scheduling.check import check_plan
from scheduling.cpsat.search import Limits, ask
from scheduling.plan import Plan
from scheduling.portfolio import Params, solve, warm_up
from scheduling.problem import Problem
from scheduling.static import problem_of
from worlds.read import read_world

HERE = Path(__file__).parent / "instances"
#: Deroussi & Norre 2010, as van Os 2024 gives them.
OPTIMA = {"fjsp1": 134, "fjsp2": 114, "fjsp3": 120, "fjsp4": 114, "fjsp5": 94}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one contender made of one instance; ``bound`` and ``makespan`` in units."""

    instance: str
    known: int
    contender: str
    makespan: float
    bound: float
    seconds: float

    @property
    def reached(self) -> bool:
        """Whether the best known value was reached."""
        return self.makespan <= self.known

    @property
    def proven(self) -> bool:
        """Whether the makespan was proven to be least."""
        return self.bound >= self.makespan


def bilge_ulusoy() -> Iterator[tuple[str, int, Problem]]:
    """Yield name, optimum and problem of the 44 instances."""
    content = json.loads((HERE / "bilge_ulusoy.json").read_text(encoding="utf-8"))
    for name, optimum in content["optima"].items():
        longer, shorter = {"": (1, 1), "0": (2, 2), "1": (3, 2)}[name[4:]]
        instance = {
            "name": name,
            "n_machines": 4,
            "n_agvs": 2,
            "jobs": [
                [[machine, time * longer] for machine, time in job]
                for job in content["job_sets"][name[2]]
            ],
            "travel_time": [
                [way / shorter if way % shorter else way // shorter for way in row]
                for row in content["layouts"][name[3]]
            ],
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.json"
            path.write_text(json.dumps(instance), encoding="utf-8")
            yield name, optimum, problem_of(read_world(path))


def deroussi_norre() -> Iterator[tuple[str, int, Problem]]:
    """Yield name, optimum and problem of the five instances."""
    for name, optimum in OPTIMA.items():
        world = read_world(HERE / f"{name}.txt", HERE / "layout8.txt")
        yield name, optimum, problem_of(world)


def measured(
    name: str, known: int, problem: Problem, seconds: float, workers: int
) -> list[Row]:
    """Return what the portfolio, and CP-SAT alone, make of an instance."""

    def row(who: str, plan: Plan | None, bound: float | None, took: float) -> Row:
        flaws = check_plan(problem, plan) if plan is not None else []
        assert not flaws, flaws[:3]
        makespan = plan.makespan / 1000 if plan is not None else float("inf")
        return Row(
            instance=name,
            known=known,
            contender=who,
            makespan=makespan,
            bound=0.0 if bound is None else bound / 1000,
            seconds=took,
        )

    began = perf_counter()
    result = solve(problem, Params(seconds=seconds, workers=workers))
    ours = row("Holofab", result.plan, result.bound, perf_counter() - began)
    began = perf_counter()
    answer = ask(problem, Limits(deterministic=1e6, seconds=seconds, workers=workers))
    took = perf_counter() - began
    alone = answer.plan
    value = max((a.end for a in alone.assignments), default=0) if alone else None
    theirs = Row(
        instance=name,
        known=known,
        contender="CP-SAT alone",
        makespan=float("inf") if value is None else value / 1000,
        bound=0.0 if answer.bound is None else answer.bound / 1000,
        seconds=took,
    )
    return [ours, theirs]


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the table and the sums."""
    head = f"{'instance':10}{'known':>7} {'contender':14}{'makespan':>9}"
    yield head + f"{'bound':>8}{'s':>7}"
    for row in rows:
        yield (
            f"{row.instance:10}{row.known:>7} {row.contender:14}{row.makespan:>9g}"
            f"{row.bound:>8g}{row.seconds:>7.2f}"
            + ("" if row.reached else "   not reached")
            + ("" if row.proven else "   not proven")
        )
    for who in dict.fromkeys(row.contender for row in rows):
        mine = [row for row in rows if row.contender == who]
        reached, proven = sum(r.reached for r in mine), sum(r.proven for r in mine)
        yield f"{who}: {len(mine)} instances, {reached} at best known, {proven} proven"


def main() -> None:
    """Measure, print the table, write it."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--seconds", type=float, default=5.0, help="for each instance and contender")
    add("--workers", type=int, default=2, help="threads, of everybody")
    add("--only", default="", help="instances whose names begin so")
    add("--csv", type=Path, default=Path("runs/vehicles.csv"), help="table to write")
    given = parser.parse_args()
    warm_up()
    rows: list[Row] = []
    for source in (bilge_ulusoy(), deroussi_norre()):
        for name, known, problem in source:
            if name.startswith(given.only):
                print(name, file=sys.stderr)
                rows += measured(name, known, problem, given.seconds, given.workers)
    if not rows:
        parser.error(f"no instance is called {given.only}...")
    print("\n".join(lines(rows)))
    write(given.csv, rows)


if __name__ == "__main__":
    main()
