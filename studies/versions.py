"""What results were made with."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from platform import python_version

_PACKAGES = ("mesa", "ortools", "numba", "numpy", "holofab")


def versions() -> dict[str, str]:
    """Return what a run was made with; Holofab itself need not be installed."""
    found = {"python": python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "checkout"
    return found
