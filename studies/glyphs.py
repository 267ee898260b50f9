"""Pictures in which names of any script may stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from warnings import catch_warnings, filterwarnings


@contextmanager
def any_script() -> Iterator[None]:
    """Have a figure written whose letters this machine's fonts may lack.

    Matplotlib would warn of each. In a report the reader's browser has them; in a
    picture there are boxes instead, which tells as much as the warning.
    """
    with catch_warnings():
        filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        yield
