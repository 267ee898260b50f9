"""What a finished operation costs: `electronics` at 1, 4 and 16 times its size.

Every figure is taken in a process of its own: CPU time while the factory runs, divided
by the operations it has finished; peak memory from the operating system, libraries
included. Beside it stands Simulatte, from PyPI in an environment of its own, on the
plain job shop of `jobshop.py`: once as fast as it goes, once recording its trace (as
Holofab always does). ::

    python benchmarks/factory.py [--hours 24] [--sizes 1,4,16]
                                 [--hybrid-hours 6] [--hybrid-sizes 1,4]
                                 [--repetitions 3] [--csv FILE] [--no-simulatte]

Goals: under `rule` a finished operation at 16 times the size costs at most 1.5 times
what it costs at one; on the job shop it costs at most what it costs Simulatte.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The project's packages are found from its root, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import csv
import json
import platform
import resource
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from time import process_time

from benchmarks.jobshop import JobShop
from benchmarks.tables import sizes

ROOT = Path(__file__).resolve().parents[1]
SIMULATTE = "0.17.0"
#: `.venv/` is nobody's but this checkout's, and git does not look at it.
ENVIRONMENT = ROOT / ".venv" / f"simulatte-{SIMULATTE}"
#: What `getrusage` counts memory in: bytes on macOS, KiB elsewhere.
MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024
SHOP = "job shop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measurement: operations finished, CPU seconds, peak memory in MB."""

    what: str
    size: int
    policy: str
    hours: float
    operations: int = 0
    cpu: float = 0.0
    memory: float = 0.0
    said: str = ""  # instead of figures: why there are none

    @property
    def each(self) -> float:
        """CPU milliseconds an operation; not a number without one."""
        return 1000 * self.cpu / self.operations if self.operations else float("nan")


def measured(what: str, size: int, policy: str, hours: float) -> Row:
    """Return what a factory takes, run in this process."""
    # Imported here: a process inherits the peak memory of the one that starts it.
    from agents.factory import Factory
    from agents.policy import policy_of
    from agents.scenario import Scenario
    from benchmarks.copies import copies
    from kernel.calendar import DAY, HOUR
    from studies.build import compile_scheduler, needs_compiling
    from studies.collector import seldom_collected
    from worlds.read import read_world

    world = JobShop.drawn().world() if what == SHOP else copies(read_world(what), size)
    scenario = Scenario(world=world, policy=policy_of(policy), days=hours * HOUR / DAY)
    if needs_compiling(scenario):
        compile_scheduler()
    factory = Factory(scenario)
    with seldom_collected():  # as `run` does
        began = process_time()
        factory.advance(round(hours * HOUR))
        cpu = process_time() - began
    done = sum(event.kind == "operation_finished" for event in factory.trace.events)
    if what == SHOP:  # as Simulatte counts: the operations of finished jobs
        gone = [order for order in factory.orders.values() if order.shipped]
        done = sum(len(order.route.steps) for order in gone)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MEMORY_UNIT / 1e6
    return Row(
        what=what,
        size=size,
        policy=policy,
        hours=hours,
        operations=done,
        cpu=cpu,
        memory=memory,
    )


def in_a_process(what: str, size: int, policy: str, hours: float) -> Row:
    """Return the same, measured in a process of its own."""
    one = json.dumps([what, size, policy, hours])
    command = [sys.executable, str(Path(__file__).resolve()), "--one", one]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return Row(what=what, size=size, policy=policy, hours=hours, said=said)
    return Row(**json.loads(done.stdout))


# -- Simulatte ------------------------------------------------------------------------


def simulatte_python() -> tuple[Path | None, str]:
    """Return the interpreter that has Simulatte, made if need be; or None and why."""
    python = ENVIRONMENT / "bin" / "python"
    probe = [str(python), "-c", "import simulatte"]
    install = [str(python), "-m", "pip", "install", "-q", f"simulatte=={SIMULATTE}"]
    if python.exists() and not subprocess.run(probe, capture_output=True).returncode:
        return python, ""
    for command in ([sys.executable, "-m", "venv", str(ENVIRONMENT)], install):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no message"]
            return None, f"could not be installed: {lines[-1]}"
    return python, ""


def simulatte(hours: float, python: Path | None, said: str, record: bool) -> Row:
    """Return what Simulatte takes for the job shop."""
    what = f"Simulatte {SIMULATTE}" + (", recording" if record else "")
    row = Row(what=what, size=1, policy="FIFO", hours=hours, said=said)
    if python is None:
        return row
    given = json.dumps({"shop": JobShop.drawn().plain(), "hours": hours})
    script = Path(__file__).with_name("simulatte_shop.py")
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python), "-P", str(script)]
        command += [f"{folder}/trace"] if record else []
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, check=False
        )
    if done.returncode:
        return replace(row, said=(done.stderr.strip().splitlines() or ["failed"])[-1])
    found = json.loads(done.stdout)
    memory = found["memory"] * MEMORY_UNIT / 1e6
    return replace(row, operations=found["operations"], cpu=found["cpu"], memory=memory)


# -- the table ------------------------------------------------------------------------


def middle(rows: Sequence[Row]) -> Row:
    """Return the repetition of median cost."""
    return sorted(rows, key=lambda row: row.each)[(len(rows) - 1) // 2]


def lines(rows: Sequence[Row]) -> list[str]:
    """Return the table; ratios are to the first row of the same world and policy."""
    head = f"{'':27}{'policy':>10}{'size':>6}{'hours':>7}{'operations':>12}"
    found = [head + f"{'ms each':>9}{'x first':>9}{'per s':>9}{'MB':>7}"]
    base: dict[tuple[str, str], float] = {}
    for row in rows:
        start = f"{row.what:27}{row.policy:>10}{row.size:>6}{row.hours:>7g}"
        if row.said or not row.operations:
            found.append(f"{start}  {row.said or 'nothing finished'}")
            continue
        ratio = row.each / base.setdefault((row.what, row.policy), row.each)
        found.append(
            f"{start}{row.operations:>12,}{row.each:>9.3f}{ratio:>9.2f}"
            f"{1000 / row.each:>9,.0f}{row.memory:>7.0f}"
        )
    return found


def verdicts(rows: Sequence[Row]) -> list[str]:
    """Return the goals as sentences with figures."""
    said = []
    each = {(row.what, row.policy, row.size): row.each for row in rows}
    sizes = [row.size for row in rows if (row.what, row.policy) == PLANT_BY_RULE]
    if len(sizes) > 1:
        first, last = (each[(*PLANT_BY_RULE, size)] for size in (sizes[0], sizes[-1]))
        said.append(
            f"rule, {sizes[-1]}x against {sizes[0]}x: {last / first:.2f} times the"
            " cost of an operation (goal: at most 1.5)"
        )
    ours = each.get((SHOP, "rule:FIFO", 1), float("nan"))
    for row in rows:
        if row.what.startswith("Simulatte") and row.operations:
            said.append(
                f"job shop, Holofab against {row.what}: {ours / row.each:.2f} times"
                " the cost of an operation (goal: at most 1)"
            )
    return said


PLANT_BY_RULE = ("electronics", "rule")


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write the table as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow([*asdict(rows[0]), "ms_each"])
        table.writerows([*asdict(row).values(), round(row.each, 4)] for row in rows)


def arguments() -> argparse.Namespace:
    """Return what the user wants measured."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )

    add = parser.add_argument
    add("--hours", type=float, default=24.0, help="simulated, under rule")
    add("--sizes", type=sizes, default="1,4,16", help="copies of the lines")
    add("--hybrid-hours", type=float, default=6.0, help="simulated, under hybrid")
    add("--hybrid-sizes", type=sizes, default="1,4", help="copies under hybrid")
    add("--repetitions", type=int, default=3, help="of which the median counts")
    add("--csv", type=Path, default=Path("runs/factory.csv"), help="table to write")
    add("--no-simulatte", action="store_true", help="leave the comparison out")
    add("--one", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measure, print the table, write it."""
    given = arguments()
    if given.one:
        print(json.dumps(asdict(measured(*json.loads(given.one)))))
        return
    plan: list[tuple[str, int, str, float]] = [
        ("electronics", size, "rule", given.hours) for size in given.sizes
    ]
    plan += [
        ("electronics", size, "hybrid", given.hybrid_hours)
        for size in given.hybrid_sizes
    ]
    plan.append((SHOP, 1, "rule:FIFO", given.hours))
    python, said = (None, "") if given.no_simulatte else simulatte_python()
    rounds: list[list[Row]] = []
    for _ in range(given.repetitions):  # alternating, so that all meet the same load
        rows = [in_a_process(*one) for one in plan]
        if not given.no_simulatte:
            rows += [simulatte(given.hours, python, said, r) for r in (False, True)]
        rounds.append(rows)
    table = [middle(same) for same in zip(*rounds, strict=True)]
    print(
        f"CPU time of a finished operation, medians of {given.repetitions}, "
        f"Python {platform.python_version()}\n"
    )
    print("\n".join([*lines(table), "", *verdicts(table)]))
    write(given.csv, table)
    print(f"\nWritten: {given.csv}")


if __name__ == "__main__":
    main()
