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


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")
def test_kept_by_fingerprint() -> None:
    """The search is kept in a folder named by the state of the package."""
    sources = Path(compiling.__file__).parent.rglob("*.py")
    assert f"numba-{compiling.fingerprint(sources)}" in str(
        anneal_priorities.stats.cache_path
    )
