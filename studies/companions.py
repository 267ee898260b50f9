"""The files a study names, a world and a layout: found, and kept in its folder.

So the folder is enough to go on with the study, whatever becomes of the originals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from studies.whole import refusing, written_whole
from worlds import shipped as shelf
from worlds.files import loaded_toml, read_text
from worlds.readers.instance import LAYOUT

KEPT = "kept"  # in a study's folder: what it names


def kept_in(folder: Path, name: str) -> Path:
    """Return where a study's folder keeps the file that the study calls so.

    By its last name, which an instance is called by, but apart from all that have
    another name as a whole.
    """
    apart = sha256(name.encode()).hexdigest()[:8]
    return folder / KEPT / apart / Path(name).name


def kept_or(name: str, folder: Path) -> str:
    """Return the path of the copy that a folder keeps; the name, if it keeps none."""
    copy = kept_in(folder, name)
    return str(copy) if is_there(copy) else name


def beside(name: str | None, folder: Path) -> str | None:
    """Return the path of a file that a study's file in ``folder`` names.

    The one kept there; as named from there; else the name as it is: that of a shipped
    world, or a path from the working directory.
    """
    if name is None or name in shelf.paths():
        return name
    paths = (kept_in(folder, name), folder / name)
    return next((str(path) for path in paths if is_there(path)), name)


def is_there(path: Path) -> bool:
    """Return whether there is such a path; one that cannot be is not there."""
    with suppress(OSError, ValueError):  # too long a name, or a zero byte in it
        return path.exists()
    return False


def keep_companions(found: Mapping[str, str], folder: Path) -> None:
    """Copy world file, order book and layout of a study that has been checked.

    The order book goes where the world file looks for it.

    Parameters
    ----------
    found
        Where the files are, by what the study calls them; shipped worlds are none.

    Raises
    ------
    BadInput
        If one cannot be read or written.
    """
    for name, where in found.items():
        path = Path(where)
        if name in shelf.paths() or not path.is_file():
            continue
        for copy, source in _companions(path, kept_in(folder, name)):
            with refusing(copy):
                copy.parent.mkdir(parents=True, exist_ok=True)
                content = source.read_bytes()
            with written_whole(copy) as kept:
                kept.write(content)


def _companions(path: Path, copy: Path) -> Iterator[tuple[Path, Path]]:
    """Yield where to keep a file, and the file: one named, and those it brings."""
    yield copy, path
    apart = path.with_name(path.stem + LAYOUT)
    if path.suffix.lower() != ".toml" and apart.is_file():
        yield copy.with_name(apart.name), apart
    if path.suffix.lower() == ".toml":
        content: Any = loaded_toml(read_text(path), str(path))
        book = content.get("demand", {}).get("file")
        if book:
            yield copy.parent / book, path.parent / book
