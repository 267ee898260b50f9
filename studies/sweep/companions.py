"""The files a sweep file names: found beside it, and kept in the sweep's folder.

So a sweep's folder is enough to go on with it, or to run it again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studies.sweep.file import SweepFile, beside, read_sweep
from studies.whole import refusing, written_whole
from worlds.files import loaded_toml, read_text
from worlds.readers.instance import LAYOUT


def keep_companions(file: Path, folder: Path) -> None:
    """Copy world file, order book and layout of a sweep file that has been checked.

    Each goes by its last name, the order book where the world file looks for it; what
    is there already stays.

    Raises
    ------
    BadInput
        If one cannot be read or written.
    """
    for name, path in _companions(read_sweep(file)[0], file.parent).items():
        copy = folder / name
        if copy.exists():
            continue
        with refusing(copy):
            copy.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes()
        with written_whole(copy) as kept:
            kept.write(content)


def _companions(file: SweepFile, folder: Path) -> dict[str, Path]:
    """Return the files to be kept, by the names they get; shipped worlds are none."""
    found: dict[str, Path] = {}
    for named in (file.world, file.layout):
        path = Path(beside(named, folder) or "")
        if named is None or not path.is_file():
            continue
        found[path.name] = path
        apart = path.with_name(path.stem + LAYOUT)
        if path.suffix.lower() != ".toml" and apart.is_file():
            found[apart.name] = apart
        if path.suffix.lower() == ".toml":
            content: Any = loaded_toml(read_text(path), str(path))
            book = content.get("demand", {}).get("file")
            if book:
                found[str(book)] = path.parent / str(book)
    return found
