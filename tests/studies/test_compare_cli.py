"""The command `compare`: real runs, its folder, and what it refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import run

SHORT = ("compare", "cell", "--policies", "rule,rule:FIFO", "--days", "0.4")


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_cells_until_narrow_enough(
    capsys: pytest.CaptureFixture[str], workers: str
) -> None:
    """Several flags at once, the same folder from one worker and from two."""
    argv = [*SHORT, "--vary", "vehicles=1,2", "mtbf=.5", "--replications", "2"]
    argv += ["--until-half-width", "20%", "--max-replications", "3"]
    argv += ["--kpi", "flow_time", "--workers", workers, "--out", "c"]
    assert run.main(argv) == 0
    printed = capsys.readouterr()
    assert "no violation" in printed.out
    assert "flow_time" in printed.out
    assert "c/report.html" in printed.out
    assert "Traceback" not in printed.err
    files = ["compare.csv", "compare.json", "compare.png", "report.html"]
    assert sorted(os.listdir("c")) == files
    about = json.loads(Path("c/compare.json").read_text())
    assert run.main([*argv[:-4], "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert {name: about[name] for name in alone} == alone
    assert [cell["settings"] for cell in alone["cells"]] == [
        {"vehicles": "1", "mtbf": ".5"},
        {"vehicles": "2", "mtbf": ".5"},
    ]
    assert {cell["replications"] for cell in alone["cells"]} <= {2, 3}
    assert list(alone["pooled"]) == list(alone["sum_of_cells"]) == ["flow_time"]
    rest = alone["sum_of_cells"]["flow_time"]
    assert all(found["percent_mean"] is not None for found in rest.values())


def test_an_instance_is_compared_by_makespan(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every run of an instance is the same: narrow enough once six show it."""
    argv = ["compare", "ft06", "--policies", "rule,rule:SPT", "--json"]
    argv += ["--until-half-width", "1%", "--replications", "2"]
    assert run.main(argv) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["stopping"]["kpi"] == "makespan"
    assert found["stopping"]["reached"]
    assert found["replications"] == 6


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--vary", "loadd=1,2"), 'did you mean "load"?'),
        (("--vary", "load=.8", "mbtf=1"), 'did you mean "mtbf"?'),
        (("--vary", "days=1,2"), "--days instead"),
        (("--vary", "load"), "expected KEY=VALUE"),
        (("--until-half-width", "5 percent"), "such as 5%"),
        (("--max-replications", "7"), "--until-half-width"),
        (("--kpi", "tardines"), 'did you mean "mean_tardiness"?'),
        (("--kpi", "rush_on_time", "--until-half-width", "5%"), "no value"),
        (("--workers", "0"), "--workers: 0"),
        (("--workers", "two"), "--workers"),
        (("--out", "."), "no comparison folder"),
        (("--out", "x" * 5000), "cannot be written"),
    ],
)
def test_refusals(
    capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], said: str
) -> None:
    """One sentence, exit code 2, nothing written."""
    assert run.main([*SHORT, *argv]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert printed.err.count("\n") == 1
    assert said in printed.err
    assert os.listdir() == []
