"""What benchmarks share: lists of sizes as arguments, rows as a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any


def sizes(text: str) -> list[int]:
    """Return the numbers of an argument such as ``1,4,16``; none of an empty one."""
    return [int(size) for size in text.split(",") if size]


def write(path: Path, rows: Sequence[Any]) -> None:
    """Write rows, data classes of one kind, and say where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(asdict(rows[0])))
        table.writeheader()
        table.writerows(asdict(row) for row in rows)
    print(f"\nWritten: {path}")
