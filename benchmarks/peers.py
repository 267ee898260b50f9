"""Other solvers, each from PyPI in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from scheduling.decode import decode
from scheduling.plan import Plan
from scheduling.problem import Problem

PYJOBSHOP = "0.0.9"
#: `.venv/` is nobody's but this checkout's, and git does not look at it.
ENVIRONMENT = Path(__file__).parents[1] / ".venv" / f"pyjobshop-{PYJOBSHOP}"


def pyjobshop(problem: Problem, seconds: float, workers: int) -> Plan | None:
    """Return PyJobShop's plan: its machines, in the order of its starts."""
    python = ENVIRONMENT / "bin" / "python"
    probe = [str(python), "-c", "import pyjobshop"]
    if not python.exists() or subprocess.run(probe, capture_output=True).returncode:
        venv = [sys.executable, "-m", "venv", str(ENVIRONMENT)]
        install = [str(python), "-m", "pip", "install", "-q", f"pyjobshop=={PYJOBSHOP}"]
        for command in (venv, install):
            subprocess.run(command, check=True, capture_output=True)
    asked = {
        "machines": [machine.setup is not None for machine in problem.machines],
        "jobs": [(round(job.weight), job.due) for job in problem.jobs],
        "operations": [
            {
                "job": operation.job,
                "family": operation.family,
                "modes": list(operation.modes),
                "after": [
                    part.operation
                    for part in operation.inputs
                    if part.operation is not None
                ],
            }
            for operation in problem.operations
        ],
        "setup": problem.setups[0],
        "seconds": seconds,
        "workers": workers,
    }
    script = Path(__file__).with_name("pyjobshop_shop.py")
    command = [str(python), "-P", str(script)]
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    if found is None:
        return None
    order = sorted(range(len(found)), key=lambda o: (found[o][1], o))
    ids = [operation.id for operation in problem.operations]
    names = [machine.id for machine in problem.machines]
    machines = {ids[o]: names[found[o][0]] for o in order}
    return decode(problem, [ids[o] for o in order], machines)
