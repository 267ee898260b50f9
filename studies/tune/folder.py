"""The folder of a tuning: begun with what was asked for, or gone on with."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from kernel.errors import BadInput
from studies.companions import KEPT, keep_companions
from studies.folder import claim_empty
from studies.tune.space import Asked, Tuning, asked_of, tuning_of
from studies.whole import written_whole
from worlds.files import loaded_json, read_text

ASKED = "tune.json"


def tuning_and_folder(
    asked: Asked | None,
    out: Path | None,
    resume: Path | None,
    given: Sequence[str] = (),
) -> tuple[Tuning, Path]:
    """Return what the command line asks for: a tuning begun, or one to go on with.

    Parameters
    ----------
    asked
        None: what the folder ``resume`` says.
    given
        Flags of what is asked for; without a world nothing can be.

    Raises
    ------
    BadInput
        If something asked for is wrong, the folder holds something else, or the
        tuning in it was begun otherwise.
    """
    if resume is not None and out is not None:
        problem = f"expected no other folder when --resume is given ({resume})"
        raise BadInput("--out", "", problem)
    if resume is not None and asked is None and given:
        problem = f"expected WORLD and all options, or none, with --resume {resume}"
        raise BadInput(given[0], "", problem)
    if resume is not None:
        return _resumed(resume, asked), resume
    if asked is None:
        raise BadInput("tune", "", "has no WORLD, expected one or --resume DIR")
    return _begun(asked, out)


def _begun(asked: Asked, out: Path | None) -> tuple[Tuning, Path]:
    """Return a tuning and the folder made for it; one that fails is left empty."""
    tuning = tuning_of(asked)
    folder = out or Path("runs", f"tune-{tuning.base.world.name}")
    claim_empty(folder, ASKED)
    names = filter(None, (asked.world, asked.layout))
    try:
        keep_companions({name: name for name in names}, folder)
        with written_whole(folder / ASKED) as file:  # last: now there is a tuning
            file.write(asked.text().encode())
    except BaseException:
        shutil.rmtree(folder / KEPT, ignore_errors=True)
        raise
    return tuning, folder


def _resumed(folder: Path, asked: Asked | None) -> Tuning:
    """Return the tuning that a folder says; with options, they must say the same."""
    kept = folder / ASKED
    if not kept.is_file():
        raise BadInput(str(folder), "", f"has no {ASKED}, expected a tuning's folder")
    content = loaded_json(read_text(kept), str(kept))
    try:
        before = asked_of(content)
        tuning = tuning_of(before, folder)
    except (TypeError, KeyError, ValueError, AttributeError):
        raise BadInput(str(kept), "", "is not what tune has written") from None
    if asked is not None and asked != before:
        problem = "was begun with other options, expected the same or none"
        raise BadInput(str(folder), "", problem)
    if asked is not None and tuning_of(asked).fingerprint() != tuning.fingerprint():
        problem = (
            f"is not the world that {folder} was begun with, expected it as it was"
        )
        raise BadInput(asked.world, "", problem)
    return tuning
