"""What the tests of sweeps share: small sweep files, run without a command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from studies.sweep import execute

ROOT = Path(__file__).resolve().parents[3]
#: Two factors, three seeds: twelve runs of a tenth of a second.
SMALL = """\
world = "cell"
policy = "rule"
days = 0.5
seed = 5
replications = 3
kpis = ["flow_time", "wip", "oee.turn1"]
[factors]
vehicles = [1, 2]
policy = ["rule", "rule:FIFO"]
"""
#: A combination that cannot be: each value is fine, with the other at its default.
WITH_FAILURES = """\
world = "cell"
policy = "rule"
days = 0.4
replications = 2
kpis = ["flow_time"]
[factors]
world.demand.quantity.low = [0.5, 3]
world.demand.quantity.high = [2.5, 3.5]
"""


def write(folder: Path, text: str = SMALL, name: str = "small") -> Path:
    """Write a sweep file; return its path."""
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def sweep(file: Path, out: Path, **more: object) -> execute.Sweep:
    """Carry out a sweep in a new folder."""
    design, folder = execute.begun(file, out)
    return execute.carry_out(design, folder, **more)  # type: ignore[arg-type]


def tables(folder: Path) -> tuple[bytes, bytes]:
    """Return the results of a sweep as their files hold them."""
    names = ("results.csv", "results.parquet")
    csv, parquet = ((folder / name).read_bytes() for name in names)
    return csv, parquet


def command(*argv: str) -> subprocess.Popen[bytes]:
    """Begin ``run.py`` in a process of its own, which nobody listens to.

    Workers outlive a process that is killed; a pipe would be open as long as they.
    """
    return subprocess.Popen(
        [sys.executable, str(ROOT / "run.py"), *argv],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
