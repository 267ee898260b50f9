"""The files a sweep file names: found beside it, and kept in the sweep's folder.

So a sweep's folder is enough to go on with it, or to run it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studies.sweep.file import SweepFile, beside, kept_in, read_sweep
from studies.whole import refusing, written_whole
from worlds.files import loaded_toml, read_text
from worlds.readers.instance import LAYOUT


def keep_companions(file: Path, folder: Path) -> None:
    """Copy world file, order book and layout of a sweep file that has been checked.

    The order book goes where the world file looks for it.

    Raises
    ------
    BadInput
        If one cannot be read or written.
    """
    for copy, path in _companions(read_sweep(file)[0], file.parent, folder):
        with refusing(copy):
            copy.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes()
        with written_whole(copy) as kept:
            kept.write(content)


def _companions(
    file: SweepFile, source: Path, folder: Path
) -> Iterator[tuple[Path, Path]]:
    """Yield where to keep a file, and the file; shipped worlds are none."""
    for named in (file.world, file.layout):
        path = Path(beside(named, source) or "")
        if named is None or not path.is_file():
            continue
        copy = kept_in(folder, named)
        yield copy, path
        apart = path.with_name(path.stem + LAYOUT)
        if path.suffix.lower() != ".toml" and apart.is_file():
            yield copy.with_name(apart.name), apart
        if path.suffix.lower() == ".toml":
            content: Any = loaded_toml(read_text(path), str(path))
            book = content.get("demand", {}).get("file")
            if book:
                yield copy.parent / book, path.parent / book
