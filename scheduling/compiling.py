"""How the inner loops are compiled: by Numba, at their first call, kept on disk.

Without compilation (``NUMBA_DISABLE_JIT=1``, or :func:`pure`) the same code gives the
same plans.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

_settings: Any = numba.config  # without types
_HERE = Path(__file__).resolve().parent


def fingerprint(sources: Iterable[Path]) -> str:
    """Return a short text that is another one as soon as any of the files changes."""
    digest = sha256()
    for path in sorted(sources):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def folder_in(bases: Iterable[Path], name: str) -> Path | None:
    """Return the folder ``name`` in the first base that can be written to, if any.

    A folder made anew replaces those of earlier states of the package.
    """
    for base in bases:
        folder = base / name
        try:
            if not folder.is_dir():
                folder.mkdir(parents=True)
                for old in base.glob("numba-*"):
                    if old != folder:
                        shutil.rmtree(old, ignore_errors=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


def _bases() -> Iterator[Path]:
    """Yield where compiled code may be kept, the best place first."""
    if _settings.CACHE_DIR:
        yield Path(_settings.CACHE_DIR) / "holofab"
        return
    yield _HERE / "__pycache__"
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    yield Path(home) / "holofab"


#: Numba notices that the file of a function has changed, not the file of what it
#: calls. What is kept on disk is therefore kept by the state of the whole package.
#: None: nowhere can be written to, and every process compiles anew.
_FOLDER = folder_in(
    _bases(),
    f"numba-{fingerprint(p for p in _HERE.rglob('*.py') if p.name[0] != '.')}",
)


def _kept(function: F, **options: Any) -> F:
    if _FOLDER is None:
        return cast("F", numba.njit(**options)(function))
    given, _settings.CACHE_DIR = _settings.CACHE_DIR, str(_FOLDER)
    try:
        return cast("F", numba.njit(cache=True, **options)(function))
    finally:
        _settings.CACHE_DIR = given


def compiled(function: F) -> F:
    """Compile a function at its first call; the result is kept on disk.

    While it runs, other threads run too.
    """
    return _kept(function, nogil=True)


def lean(function: F) -> F:
    """Compile a function that allocates nothing, without counting references.

    That is worth a factor of ten here, where every access is to one of many tables.
    """
    return _kept(function, _nrt=False)


def pure(function: F) -> F:
    """Return a compiled function as plain Python, and so all that it calls."""
    return cast("F", _plain(function, {}))


def _plain(function: Any, known: dict[Any, Any]) -> Any:
    source = getattr(function, "py_func", None)
    if source is None:
        return function
    if function not in known:
        names = dict(source.__globals__)
        known[function] = FunctionType(
            source.__code__, names, source.__name__, source.__defaults__
        )
        for name in source.__code__.co_names:
            if name in names:
                names[name] = _plain(names[name], known)
    return known[function]
