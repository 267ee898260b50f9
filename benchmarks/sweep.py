"""What a sweep costs: runs a second by workers, keeping a run, going on with many.

``python benchmarks/sweep.py [--runs 24] [--days 4] [--rows 100000]``
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The project's packages are found from its root, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import json
from sqlite3 import connect
from tempfile import TemporaryDirectory
from time import perf_counter

from studies.case import Outcome
from studies.parallel import each
from studies.store import Store
from studies.sweep import execute
from studies.sweep.design import read_design

FILE = """\
world = "cell"
policy = "rule"
days = {days}
replications = {replications}
kpis = ["flow_time", "weighted_tardiness", "wip", "throughput", "unit_cost"]
[factors]
vehicles = [1, 2]
"""


def same(number: int) -> int:
    """Return the number: what it costs to ask a worker for nothing."""
    return number


def sweep_file(folder: Path, replications: int, days: float) -> Path:
    """Write a sweep of two combinations."""
    path = folder / f"s{replications}.toml"
    path.write_text(FILE.format(days=days, replications=replications))
    return path


def spread(folder: Path, runs: int, days: float) -> None:
    """Print runs a second with one and with two workers, warm, in turn."""
    path = sweep_file(folder, runs // 2, days)
    list(each(same, range(4), 2))  # the pool is begun
    for k in range(2):
        seconds: dict[int, float] = {}
        for workers in (1, 2):
            design, out = execute.begun(path, folder / f"w{workers}-{k}")
            if workers == 2:  # its processes have the modules loaded
                list(each(execute.perform, map(design.case, range(4)), 2))
            began = perf_counter()
            execute.carry_out(design, out, workers=workers)
            seconds[workers] = perf_counter() - began
            rate = len(design) / seconds[workers]
            print(f"{workers} worker(s): {len(design)} runs, {rate:.2f} a second")
        print(f"ratio: {seconds[1] / seconds[2]:.2f}")


def keeping(folder: Path, rows: int = 500) -> None:
    """Print what it costs to keep a run, on disk."""
    kpis = {f"kpi{k}": k / 7 for k in range(5)}
    with Store(folder / "one.db", "x") as store:
        began = perf_counter()
        for k in range(rows):
            store.add(Outcome(number=k, seed=k, kpis=kpis, digest="0" * 64), "{}")
        each_ms = 1000 * (perf_counter() - began) / rows
    print(f"keeping a run: {each_ms:.2f} ms, of {rows}")


def going_on(folder: Path, rows: int) -> None:
    """Print how long a sweep of very many runs, all kept, takes to go on."""
    design, out = execute.begun(sweep_file(folder, rows // 2, 4.0), folder / "many")
    kpis = {name: 1 / 7 for name in design.kpis}
    with Store(out / execute.STORE, design.fingerprint()):
        pass  # made
    with connect(out / execute.STORE) as file:  # in one go, to fill it soon
        row = (
            "0" * 64,
            '{"vehicles": 1}',
            json.dumps(kpis),
            "0" * 64,
            "[]",
            1,
            "",
            1.0,
        )
        file.executemany(
            "INSERT INTO runs (scenario, factors, kpis, digest, violations,"
            " reproducible, error, wall_seconds, run, seed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((*row, k, design.at(k)[1]) for k in range(len(design))),
        )
    file.close()
    began = perf_counter()
    design, out = execute.resumed(out)
    with Store(out / execute.STORE, design.fingerprint()) as store:
        done = store.done()
        left = [number for number in range(len(design)) if number not in done]
    seconds = perf_counter() - began
    print(f"going on with {len(done)} kept runs: {seconds:.2f} s until the next run")
    began = perf_counter()
    execute.carry_out(read_design(out / execute.FILE), out)
    print(f"  {len(left)} left; and {perf_counter() - began:.2f} s to write its tables")


def main() -> None:
    """Measure all three."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=24)
    parser.add_argument("--days", type=float, default=4.0)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        keeping(folder)
        going_on(folder, given.rows)
        spread(folder, given.runs, given.days)


if __name__ == "__main__":
    main()
