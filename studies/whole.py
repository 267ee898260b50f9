"""A file written whole or not at all: under another name first, then renamed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from kernel.errors import BadInput


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Lend a file to write to; it takes its place if all goes well.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    temporary = ""
    try:
        with NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:40]}.", delete=False
        ) as file:
            temporary = file.name
            yield file
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(str(path), "", f"cannot be written: {reason}") from None
    finally:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()


def claim_file(path: Path) -> None:
    """Make sure, before any work is done, that a file can be written.

    Raises
    ------
    BadInput
        If it cannot.
    """
    if path.is_dir():
        raise BadInput(str(path), "", "is a folder, expected a file")
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:40]}."):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(str(path), "", f"cannot be written: {reason}") from None
