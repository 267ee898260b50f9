"""Where no terminal is, long work says in a log how far it has come."""

from __future__ import annotations

import pytest

from studies import progress
from studies.run import Tally


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Return what it shows."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock that progress goes by."""
    clock = Clock()
    monkeypatch.setattr(progress, "monotonic", clock)
    return clock


def test_a_line_a_minute(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """How many runs are done, and how long the rest may take."""
    with progress.of_runs(print) as tell:
        for done in range(4, 13):
            tell(done, 12)
            clock.now += 25
    assert capsys.readouterr().out.splitlines() == [
        "7 of 12 runs, about 2 min left",
        "10 of 12 runs, about 1 min left",
    ]


def test_short_work_says_nothing(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who waits less than a minute need not be told."""
    with progress.of_runs(print) as tell:
        tell(0, 2)
        clock.now += 20
        tell(1, 2)
        clock.now += 20
        tell(2, 2)
    assert capsys.readouterr() == ("", "")


def test_days_of_several_runs(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """Which run, which day, and what has become of its orders."""
    with progress.of_days(2, print) as tell:
        for name in ("rule", "hybrid"):
            clock.now += 61
            tally = Tally(name, 86_400_000)
            tally.now, tally.shipped, tally.late = 43_200_000, 3, 1
            tell(tally)
    assert capsys.readouterr().out.splitlines() == [
        "rule: day 0.50 of 1, 3 orders shipped, 1 late",
        "hybrid: day 0.50 of 1, 3 orders shipped, 1 late",
    ]
