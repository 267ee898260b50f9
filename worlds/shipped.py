"""The worlds that come with Holofab: plants and benchmark instances, by name."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from kernel.errors import BadInput
from worlds.files import nearest

_HERE = Path(__file__).parent
_NOT_WORLDS = {".md", ".toml", ".csv", ".py"}


def paths() -> dict[str, tuple[str, Path]]:
    """Return the kind and file of each shipped world, by name, plants first."""
    found: dict[str, tuple[str, Path]] = {}
    for path in sorted((_HERE / "plants").glob("*.toml")):
        found[path.stem] = ("plant", path)
    for path in sorted((_HERE / "instances").glob("*")):
        named = path.is_file() and path.stem[:1].islower()  # not README, LICENSE
        if named and path.suffix not in _NOT_WORLDS:
            found.setdefault(path.stem, ("instance", path))
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

    Raises
    ------
    BadInput
        If the world is not known, something is there already, or the folder cannot
        be written.
    """
    content = path_of(name).read_bytes()
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
