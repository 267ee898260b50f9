"""What is compiled is kept on disk, and never older than what it was compiled from."""

from __future__ import annotations

from pathlib import Path

import numba
import pytest

from scheduling import compiling
from scheduling.search.priorities import anneal_priorities


def test_any_changed_file_is_another_fingerprint(tmp_path: Path) -> None:
    """Numba looks at the file of a function alone; callees live in others."""
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("a = 1\n")
    other.write_text("b = 1\n")
    before = compiling.fingerprint([one, other])
    assert compiling.fingerprint([other, one]) == before
    other.write_text("b = 2\n")
    assert compiling.fingerprint([one, other]) != before


def test_kept_where_it_can_be_written(tmp_path: Path) -> None:
    """The first place that can be written; old states go; nowhere is an answer."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way of a folder")
    base = tmp_path / "cache"
    old = base / "numba-old"
    old.mkdir(parents=True)
    assert compiling.folder_in([blocked, base], "numba-new") == base / "numba-new"
    assert not old.exists()
    assert compiling.folder_in([blocked], "numba-new") is None


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")
def test_kept_by_fingerprint() -> None:
    """The search is kept in a folder named by the state of the package."""
    sources = Path(compiling.__file__).parent.rglob("*.py")
    assert f"numba-{compiling.fingerprint(sources)}" in str(
        anneal_priorities.stats.cache_path
    )
