"""The worlds that come with Holofab: plants and benchmark instances, by name."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from kernel.errors import BadInput
from worlds.files import nearest
from worlds.readers import shipped_instances
from worlds.readers.instance import LAYOUT

_PLANTS = Path(__file__).resolve().parent / "plants"


def paths() -> dict[str, tuple[str, Path]]:
    """Return the kind and file of each shipped world, by name, plants first."""
    found: dict[str, tuple[str, Path]] = {}
    for path in sorted(_PLANTS.glob("*.toml")):
        found[path.stem] = ("plant", path)
    for name, path in shipped_instances().items():
        found.setdefault(name, ("instance", path))
    return found


def path_of(name: str) -> Path:
    """Return the file of a shipped world.

    Raises
    ------
    BadInput
        If no shipped world is called that.
    """
    known = paths()
    if name not in known:
        expected = f"expected a shipped world{nearest(name, known)}"
        raise BadInput(name, "", f"is not known, {expected}")
    return known[name][1]


def copy_world(name: str, path: Path) -> None:
    """Write the file of a shipped world to ``path``, whole or not at all.

    The travel times of an instance that has them apart are put beside it.

    Raises
    ------
    BadInput
        If the world is not known, something is there already, or the folder cannot
        be written.
    """
    source = path_of(name)
    layout = source.with_name(source.stem + LAYOUT)
    if source.suffix != ".toml" and layout.is_file():
        _write_new(path.with_name(path.stem + LAYOUT), layout.read_bytes())
    _write_new(path, source.read_bytes())


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet: in full under another name, then linked."""
    temporary = ""
    try:
        with NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:40]}.", delete=False
        ) as file:
            temporary = file.name
            file.write(content)
        Path(temporary).chmod(0o644)
        # A link, unlike a rename, never replaces what another has put there meanwhile.
        os.link(temporary, path)
    except FileExistsError:
        raise BadInput(str(path), "", "exists, expected a new file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(str(path), "", f"cannot be written: {reason}") from None
    finally:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()
