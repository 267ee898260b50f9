"""Reports of sweeps and tunings: what was asked, what was found, all of it there."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from studies.report.sweep import sweep_report, write_sweep_report
from studies.sweep import execute

FILE = """\
world = "cell"
policy = "rule"
days = 0.4
replications = 2
kpis = ["flow_time", "wip"]
[factors]
vehicles = [1, 2]
policy = ["rule", "rule:FIFO"]
"""


class Headings(HTMLParser):
    """Reads the headings of a page, and whether anything would be fetched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.fetched: list[str] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a heading, and what it refers to."""
        self._inside = tag == "h2"
        for name, value in attrs:
            if (
                name in ("src", "href")
                and value
                and not value.startswith(("#", "data:"))
            ):
                self.fetched.append(value)

    def handle_data(self, data: str) -> None:
        """Note its words."""
        if self._inside and data.strip():
            self.found.append(data.strip())
            self._inside = False


def test_a_sweep_is_reported(tmp_path: Path) -> None:
    """Every combination and a picture of each KPI; the same page each time."""
    file = tmp_path / "fleet.toml"
    file.write_text(FILE)
    design, folder = execute.begun(file, tmp_path / "out")
    done = execute.carry_out(design, folder)
    text = write_sweep_report(done).read_text(encoding="utf-8")
    page = Headings(text)
    assert page.found == ["What was run", "Results", "Pictures"]
    assert page.fetched == []
    assert text.count("rule:FIFO") >= 2
    told = text.replace("\n", "")
    for name, value in (("days", "0.4"), ("factor: vehicles", "1, 2")):
        assert f"<td>{name}</td><td>{value}</td>" in told
    assert "<td>policy</td>" not in told
    assert f"python run.py sweep {folder / execute.FILE}" in text
    assert text.count("<svg") == 2
    assert sweep_report(done) == text


def test_a_tuning_is_reported(tmp_path: Path) -> None:
    """The best, what mattered, and the present plant beside it."""
    pytest.importorskip("optuna")
    from studies.report.tune import tune_report, write_tune_report
    from studies.tune import execute as tuning
    from studies.tune.folder import tuning_and_folder
    from studies.tune.space import Asked

    asked = Asked(
        world="cell",
        policy="rule",
        settings=(("world.days", "0.5"),),
        vary=("vehicles=1..3",),
        minimise=("flow_time",),
        runs=20,
    )
    found, folder = tuning_and_folder(asked, tmp_path / "out", None)
    done = tuning.carry_out(found, folder)
    text = write_tune_report(done).read_text(encoding="utf-8")
    page = Headings(text)
    assert page.found == ["What was asked", "The best", "What mattered"]
    assert page.fetched == []
    assert "<td>days</td><td>0.5</td>" in text.replace("\n", "")
    assert "<td>varied: vehicles</td><td>1 to 3</td>" in text.replace("\n", "")
    assert "from 3 configurations (all there are), means of " in text
    assert "run.py tune cell --policy rule --seed 1 --set world.days=0.5 --vary" in text
    assert tune_report(done) == text
