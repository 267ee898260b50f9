"""What results were made with."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

from scheduling.compiling import fingerprint

_PACKAGES = ("mesa", "ortools", "numba", "numpy", "holofab")
#: Of Holofab's packages those that decide what comes of a run.
_DECIDING = ("kernel", "worlds", "plant", "scheduling", "agents", "measures")


def versions() -> dict[str, str]:
    """Return what a run was made with; Holofab itself need not be installed."""
    found = {"python": python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "checkout"
    return found


@cache
def state() -> str:
    """Return a short text that is another one where runs may come out otherwise.

    Of the code that decides, changed or not since its last release, and of OR-Tools,
    whose next release may find another plan as good.
    """
    root = Path(__file__).resolve().parents[1]
    sources = [path for name in _DECIDING for path in sources_in(root / name)]
    return f"{fingerprint(sources)}, ortools {versions()['ortools']}"


def sources_in(folder: Path) -> list[Path]:
    """Return the Python files below a folder; an editor's hidden lock is none."""
    return [path for path in folder.rglob("*.py") if not path.name.startswith(".")]


def mixed(states: int) -> list[str]:
    """Return what is to be said of a table whose runs so many states have made."""
    if states < 2:
        return []
    return [
        f"These runs were made by {states} states of Holofab or OR-Tools, and what "
        "differs may be due to that; begun anew they are of one."
    ]
