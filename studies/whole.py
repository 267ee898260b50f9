"""A file or folder written whole or not at all: beside its place, then renamed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, mkdtemp
from typing import IO, Any

from kernel.errors import BadInput


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Lend a file to write to; it takes its place if all goes well.

    Of a link, it takes the place of the file that the link leads to.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    temporary = ""
    try:
        with refusing(path):
            target = path.resolve()
            with NamedTemporaryFile(
                dir=target.parent, prefix=_prefix(target), delete=False
            ) as file:
                temporary = file.name
                yield file
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
    finally:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()


def claim_file(path: Path, needed: Collection[Path] = ()) -> None:
    """Make sure, before any work is done, that a file can be written.

    Parameters
    ----------
    needed
        Files that must not be lost by it: what is read to make it.

    Raises
    ------
    BadInput
        If it cannot, it is no plain file (a device, a pipe), or one of the needed.
    """
    if path.is_dir():
        raise BadInput(str(path), "", "is a folder, expected a file")
    with refusing(path):
        target = path.resolve()
        if target.exists() and not target.is_file():
            raise BadInput(str(path), "", "is no plain file, expected one or a new one")
        if target in [one.resolve() for one in needed]:
            raise BadInput(str(path), "", "is read here, expected another file")
        with NamedTemporaryFile(dir=target.parent, prefix=_prefix(target)):
            pass


def claim_folder(path: Path, is_ours: Callable[[Path], bool], what: str) -> Path:
    """Return the full path of a folder that can be written, or be replaced.

    The folders above it are made. To be called before any work is done.

    Parameters
    ----------
    is_ours
        Whether what is there is a folder of the kind that is to be written.
    what
        Whose folder it is: "run", "comparison".

    Raises
    ------
    BadInput
        If something else is there, or it cannot be written.
    """
    with refusing(path):
        target = path.resolve()
        nameable(target)
        if target.exists() and not is_ours(target):
            kind = f"a folder that is no {what} folder" if target.is_dir() else "a file"
            problem = f"is {kind}, expected a new folder or that of a {what}"
            raise BadInput(str(path), "", problem)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rmdir(mkdtemp(dir=target.parent, prefix=_prefix(target)))
    return target


@contextmanager
def folder_written_whole(target: Path, files: Collection[str]) -> Iterator[Path]:
    """Lend a temporary folder; it takes the target's place if all goes well.

    Parameters
    ----------
    target
        Of :func:`claim_folder`.
    files
        What is written. Other files that are in the target are kept.
    """
    new = Path(mkdtemp(dir=target.parent, prefix=_prefix(target)))
    try:
        new.chmod(0o755)
        yield new
        _swap(new, target, files)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def nameable(path: Path) -> None:
    """Make sure that reports and records can name a path.

    Raises
    ------
    BadInput
        If it is no Unicode, as the names of files may be.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        problem = "cannot be written: the name is no Unicode"
        raise BadInput(str(path), "", problem) from None


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into one sentence."""
    if "\0" in str(path):
        raise BadInput(str(path), "", "cannot be written: a zero byte in its name")
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if isinstance(error, FileExistsError | NotADirectoryError):
            files = [one for one in (path, *path.parents) if one.is_file()]
            reason = f"{files[0]} is a file, expected a folder" if files else reason
        raise BadInput(str(path), "", f"cannot be written: {reason}") from None


def write_json(path: Path, content: Any) -> None:
    """Write JSON that people can read."""
    path.write_text(json_text(content), encoding="utf-8")


def json_text(content: Any) -> str:
    """Return JSON that people can read."""
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def _prefix(target: Path) -> str:
    return f".{target.name[:40]}."


def _swap(new: Path, target: Path, files: Collection[str]) -> None:
    """Put ``new`` in the place of ``target``; an interruption undoes it."""
    if not target.exists():
        new.rename(target)
        return
    others = [path.name for path in target.iterdir() if path.name not in files]
    old = Path(mkdtemp(dir=target.parent, prefix=_prefix(target)))
    moves = [(target, old), (new, target)]  # the first onto an empty folder
    moves += [(old / name, target / name) for name in others]
    made: list[tuple[Path, Path]] = []
    try:
        for source, place in moves:
            source.rename(place)
            made.append((source, place))
    except BaseException:
        for source, place in reversed(made):
            place.rename(source)
        with suppress(OSError):
            old.rmdir()  # empty, if nothing was moved there
        raise
    shutil.rmtree(old, ignore_errors=True)
