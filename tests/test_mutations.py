"""Break the scheduler on purpose: the suite must notice.

Each mutation is one line changed in a copy of the packages; the tests named must then
fail, and without it they pass. Not compiled: a copy is compiled anew at every change.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
STEP, DISPATCH = "tests/scheduling/test_step.py", "tests/scheduling/test_dispatch.py"
SEARCH = "tests/scheduling/test_search.py"
CONSTRAINTS = "tests/scheduling/test_constraints.py"
RESUME = "tests/scheduling/test_resume.py"
POOL = "tests/scheduling/test_pool.py"


class Mutation(NamedTuple):
    """A line of a file, what becomes of it, and the tests that notice."""

    file: str
    line: str
    instead: str
    tests: str


MUTATIONS = {
    "vehicles tie the other way": Mutation(
        "scheduling/step.py",
        "or (arrival == best_arrival and there > best_there)",
        "or (arrival == best_arrival and there < best_there)",
        STEP,
    ),
    "the last vehicle wins a tie": Mutation(
        "scheduling/step.py",
        "or arrival < best_arrival",
        "or arrival <= best_arrival",
        STEP,
    ),
    "operations tie the other way": Mutation(
        "scheduling/choice.py",
        "return bool(start < other or (start == other and c < b))",
        "return bool(start < other or (start == other and c > b))",
        POOL,
    ),
    "a vehicle that comes near is not noticed": Mutation(
        "scheduling/bounds.py",
        "if free > latest:",
        "if free > 0:",
        POOL,
    ),
    "a lowered bonus decides as before": Mutation(
        "scheduling/serial.py",
        "if bonus[o] < before[o] or _overtaken(",
        "if _overtaken(",
        RESUME,
    ),
    "what is made meanwhile is not compared": Mutation(
        "scheduling/resume.py",
        "plan.works[o, END] != known.works[o, END]",
        "plan.works[o, END] != plan.works[o, END]",
        RESUME,
    ),
    "annealing accepts what is worse": Mutation(
        "scheduling/search/chance.py",
        "return trial <= value or",
        "return trial >= value or",
        SEARCH,
    ),
    "annealing accepts nothing": Mutation(
        "scheduling/search/chance.py",
        "return trial <= value or roll(chance) < np.exp((value - trial) / warmth)",
        "return False",
        SEARCH,
    ),
    "set-ups begin while a slot is taken": Mutation(
        "scheduling/step.py",
        "        full = max(full, s.slots[k])",
        "        full = min(full, s.slots[k])",
        STEP,
    ),
    "a closed machine begins": Mutation(
        "scheduling/step.py",
        "        time = max(time, a.closed[c, 1])",
        "        time = max(time, a.closed[c, 0])",
        STEP,
    ),
    "a late part joins a batch": Mutation(
        "scheduling/step.py",
        "and there <= s.machines[machine, LATEST]",
        "and there <= s.machines[machine, LATEST] + 5",
        CONSTRAINTS,
    ),
    "parts wait as long as they like": Mutation(
        "scheduling/realise.py", "if over > 0:", "if over > 10**9:", CONSTRAINTS
    ),
}


def copy_of(root: Path) -> Path:
    """Return a copy of the packages and the scheduler's tests."""
    skipped = shutil.ignore_patterns("__pycache__", "instances")
    for name in ("kernel", "worlds", "scheduling", "benchmarks", "tests"):
        shutil.copytree(ROOT / name, root / name, ignore=skipped)
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def passes(root: Path, tests: str) -> bool:
    """Return whether tests pass in a copy, as plain Python."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", tests]
        + ["-k", "not compil and not gain_something and not processes"],
        cwd=root,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode in (0, 1)
    return done.returncode == 0


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which nothing is broken yet."""
    return copy_of(tmp_path_factory.mktemp("mutations"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "tests", sorted({mutation.tests for mutation in MUTATIONS.values()})
)
def test_the_copy_is_sound(root: Path, tests: str) -> None:
    """Nothing broken, nothing found."""
    assert passes(root, tests)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_noticed(root: Path, name: str) -> None:
    """One line is broken, and some test fails."""
    mutation = MUTATIONS[name]
    path = root / mutation.file
    sound = path.read_text()
    assert sound.count(mutation.line) == 1
    path.write_text(sound.replace(mutation.line, mutation.instead))
    try:
        assert not passes(root, mutation.tests)
    finally:
        path.write_text(sound)
