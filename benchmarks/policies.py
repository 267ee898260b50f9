"""Policies on `electronics`, run by run against the reference rule.

Every seed brings all contenders the same orders and the same luck; machines break
seldom (`mtbf=2`) or often (`mtbf=0.5`). Ablations: `hybrid` without CP-SAT, and without
search. ::

    python benchmarks/policies.py [--seeds 11-30] [--days 5] [--load 0.85]
                                  [--mtbf 2,0.5] [--processes 2] [--csv FILE]
                                  [--policies rule,negotiated,hybrid,...]

Goal: `hybrid` has at least 10 % less weighted tardiness than `rule`, and more in
neither case.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The project's packages are found from its root, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from statistics import mean
from time import process_time

from benchmarks.tables import write
from measures.statistics import percent_difference

#: Contenders: the policy, and what is set beside it.
CONTENDERS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "rule": ("rule", ()),
    "negotiated": ("negotiated", ()),
    "planned": ("planned", ()),
    "hybrid": ("hybrid", ()),
    "hybrid without CP-SAT": ("hybrid", (("planner.cpsat_windows", "0"),)),
    "hybrid without search": ("hybrid", (("planner.search", "0"),)),
}
KPIS = ("weighted_tardiness", "on_time", "flow_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run: hours of weighted tardiness and flow, share on time, CPU seconds."""

    mtbf: str
    contender: str
    seed: int
    weighted_tardiness: float
    on_time: float
    flow_time: float
    cpu: float
    violations: int


def measured(
    world: str, mtbf: str, contender: str, seed: int, days: float, load: str
) -> Row:
    """Return what a contender makes of a seed, checked."""
    from agents.scenario import scenario_of
    from studies.run import run
    from worlds.read import read_world

    policy, settings = CONTENDERS[contender]
    common = (("mtbf", mtbf), ("load", load)) if load else (("mtbf", mtbf),)
    scenario = scenario_of(
        read_world(world),
        policy=policy,
        seed=seed,
        days=days,
        settings=(*common, *settings),
    )
    began = process_time()
    done = run(scenario)
    return Row(
        mtbf=mtbf,
        contender=contender,
        seed=seed,
        cpu=process_time() - began,
        violations=len(done.violations),
        **{name: done.kpis[name] for name in KPIS},
    )


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table for each `mtbf`: means, and ratios to the first contender's."""
    for mtbf in dict.fromkeys(row.mtbf for row in rows):
        of = [row for row in rows if row.mtbf == mtbf]
        names = list(dict.fromkeys(row.contender for row in of))
        base = {row.seed: row for row in of if row.contender == names[0]}
        yield f"mtbf {mtbf}"
        head = f"  {'':24}{'runs':>5}{'w. tardiness, h':>17}{'ratio, 95 %':>22}"
        yield head + f"{'on time':>9}{'flow, h':>9}{'ratio':>7}{'CPU s':>7}"
        for name in names:
            mine = [row for row in of if row.contender == name]
            pairs = [(row, base[row.seed]) for row in mine if row.seed in base]
            yield _line(name, mine, pairs)
        yield ""


def _line(name: str, mine: Sequence[Row], pairs: Sequence[tuple[Row, Row]]) -> str:
    text = f"  {name:24}{len(mine):>5}{mean(r.weighted_tardiness for r in mine):>17.4f}"
    found = percent_difference(
        [row.weighted_tardiness for row, _ in pairs],
        [row.weighted_tardiness for _, row in pairs],
    )
    ratio = ""
    if found is not None and found.low is not None and found.high is not None:
        least, middle, most = (1 + x / 100 for x in (found.low, found.mean, found.high))
        ratio = f"{middle:.2f} [{least:.2f}, {most:.2f}]"
    flow = mean(r.flow_time for r, _ in pairs) / mean(b.flow_time for _, b in pairs)
    return (
        f"{text}{ratio:>22}{mean(r.on_time for r in mine):>9.2%}"
        f"{mean(r.flow_time for r in mine):>9.2f}{flow:>7.2f}"
        f"{mean(r.cpu for r in mine):>7.1f}"
    )


def arguments() -> argparse.Namespace:
    """Return what the user wants measured."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )

    def seeds(text: str) -> range:
        first, _, last = text.partition("-")
        return range(int(first), int(last or first) + 1)

    add = parser.add_argument
    add("--world", default="electronics", help="a world's name or file")
    add("--seeds", type=seeds, default="11-30", help="the first and the last")
    add("--days", type=float, default=5.0, help="of orders")
    add("--load", default="0.85", help="of the bottleneck; empty: as the world has it")
    add("--mtbf", default="2,0.5", help="factors of the time between failures")
    add("--policies", default=",".join(CONTENDERS), help="the first is the reference")
    add("--processes", type=int, default=2, help="runs at a time")
    add("--csv", type=Path, default=Path("runs/policies.csv"), help="table to write")
    given = parser.parse_args()
    if unknown := set(given.policies.split(",")) - set(CONTENDERS):
        names = ", ".join(CONTENDERS)
        parser.error(f"--policies {', '.join(unknown)}: expected some of {names}")
    return given


def main() -> None:
    """Measure, print the tables, write the runs."""
    given = arguments()
    names = given.policies.split(",")
    rows: list[Row] = []
    with ProcessPoolExecutor(given.processes) as pool:
        tasks = [
            pool.submit(measured, given.world, mtbf, name, seed, given.days, given.load)
            for mtbf in given.mtbf.split(",")
            for seed in given.seeds
            for name in names
        ]
        for count, task in enumerate(as_completed(tasks), start=1):
            rows.append(task.result())
            print(
                f"\r{count} of {len(tasks)} runs", end="", file=sys.stderr, flush=True
            )
    print(file=sys.stderr)
    order = {name: k for k, name in enumerate(names)}
    rows.sort(key=lambda row: (row.mtbf, order[row.contender], row.seed))
    print("\n".join(lines(rows)))
    print(f"{sum(row.violations for row in rows)} violations in {len(rows)} runs")
    write(given.csv, rows)


if __name__ == "__main__":
    main()
